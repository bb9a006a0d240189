import { expect, test } from '../support/diwan.js';
import type { Diwan } from '../support/diwan.js';

const heightOf = async (diwan: Diwan, address: string, selector: string) => {
  await diwan.open(address);
  return (await diwan.page.locator(selector).first().boundingBox())!.height;
};

/** How high a row of a list and a field of a form are. */
const heights = async (diwan: Diwan) => [await heightOf(diwan, '/accounts', 'tbody tr'), await heightOf(diwan, '/customers/new', '#f-code')] as const;

const choosing = async (diwan: Diwan) => {
  const [row, field] = await heights(diwan);
  await diwan.personal(diwan.t('density-compact'));
  const compact = await heights(diwan);
  await diwan.personal(diwan.t('density-roomy'));
  const roomy = await heights(diwan);
  expect(compact[0]).toBeLessThan(row);
  expect(compact[1]).toBeLessThan(field);
  expect(roomy[0]).toBeGreaterThan(row);
  expect(roomy[1]).toBeGreaterThan(field);
  await expect(diwan.page.locator('html')).toHaveAttribute('data-density', 'roomy');
  await diwan.personal(diwan.t('density-normal'));
  expect(await heights(diwan)).toEqual([row, field]);
};

test('rows and fields take as much room as the reader likes', async ({ house: diwan }) => choosing(diwan));

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  test('rows and fields take as much room as the reader likes', async ({ house: diwan }) => choosing(diwan));
});
