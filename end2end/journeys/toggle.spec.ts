import { expect, test } from '../support/diwan.js';
import { addCustomer } from '../support/goods.js';

const list = '/customers?columns=code,name,active';

test('a switch in a list turns at once and is taken back', async ({ house: diwan, page }) => {
  await addCustomer(diwan);
  await diwan.open(list);
  const active = page.locator('tbody tr').getByRole('switch');
  await expect(active).toHaveAttribute('aria-checked', 'true');
  await active.click();
  await expect(active).toHaveAttribute('aria-checked', 'false');
  await expect(page.locator('.toast')).toSay(diwan.t('set-done', { field: diwan.t('field-active'), value: diwan.t('no') }));
  await diwan.open(list);
  await expect(active).toHaveAttribute('aria-checked', 'false');
  await active.click();
  await expect(page.locator('.toast')).toSay(diwan.t('yes'));
  await page.locator('#undo').click();
  await expect(active).toHaveAttribute('aria-checked', 'false');
  await expect(page.locator('.toast')).toSay(diwan.t('no'));
  await diwan.open(list);
  await expect(active).toHaveAttribute('aria-checked', 'false');
});

test('what the server refuses is taken back on the screen, with the reason', async ({ house: diwan, page, context, watch }) => {
  await addCustomer(diwan);
  await diwan.open(list);
  const active = page.locator('tbody tr').getByRole('switch');
  await expect(active).toHaveAttribute('aria-checked', 'true');
  // Signed out in another window meanwhile.
  const cookies = await context.cookies();
  await context.clearCookies();
  await watch.expecting(401, async () => {
    await active.click();
    await expect(page.locator('.toast')).not.toBeEmpty();
  });
  await expect(active).toHaveAttribute('aria-checked', 'true');
  await context.addCookies(cookies);
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  test('a switch in a list is a button', async ({ house: diwan, page }) => {
    await addCustomer(diwan);
    await diwan.open(list);
    const active = page.locator('tbody tr').getByRole('switch');
    await diwan.go(() => active.click());
    await expect(active).toHaveAttribute('aria-checked', 'false');
    await expect(page).toHaveURL(/columns=code/);
  });
});
