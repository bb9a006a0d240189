import { type Diwan, expect, test, unique } from '../support/diwan.js';

const star = (diwan: Diwan) => diwan.page.locator('#star');
const options = (diwan: Diwan) => diwan.page.locator('#palette [role=option]');

/** Opens the palette, with nothing typed. */
const openPalette = async (diwan: Diwan) => {
  await diwan.page.keyboard.press('Control+KeyK');
  await expect(diwan.page.locator('#palette .group').first()).toSay(diwan.t('palette-kept'));
};

test('what has a star and what was opened last stands first in the palette', async ({ house: diwan, page, language }) => {
  const [kept, opened] = ['Basalt · بازلت', 'Slate · أردواز'];
  const bring = (name: string) => diwan.bring('customers', { code: unique('C'), [`name-${language}`]: name, active: 'true' });
  const [first, second] = [await bring(kept), await bring(opened)];
  await diwan.open('/trial-balance');
  await expect(star(diwan)).toBeHidden();
  await diwan.open('/customers?view=active');
  await expect(star(diwan)).toHaveAttribute('aria-pressed', 'false');
  await diwan.go(() => star(diwan).click());
  await expect(page).toHaveURL('/customers?view=active');
  await expect(star(diwan)).toHaveAttribute('aria-pressed', 'true');
  await diwan.open(first);
  await diwan.go(() => star(diwan).click());
  await expect(star(diwan)).toHaveAttribute('aria-pressed', 'true');
  await diwan.open(second);

  await diwan.open('/');
  await openPalette(diwan);
  await expect(options(diwan).nth(0)).toContainText(kept);
  await expect(options(diwan).nth(1)).toSay(`${diwan.t('customer-many')} · ${diwan.t('view-active')}`);
  await expect(options(diwan).nth(2)).toContainText(opened);
  await diwan.go(() => page.keyboard.press('Enter'));
  await expect(page).toHaveURL(first);

  // No longer.
  await diwan.go(() => star(diwan).click());
  await expect(star(diwan)).toHaveAttribute('aria-pressed', 'false');
  await openPalette(diwan);
  await expect(options(diwan).first()).toSay(diwan.t('customer-many'));
});
