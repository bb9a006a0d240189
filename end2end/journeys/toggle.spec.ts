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

test('drafts are changed in their list as in a spreadsheet', async ({ house: diwan, page }) => {
  await addCustomer(diwan);
  await diwan.create('customers', { code: 'C-SECOND', 'name-en': 'Second', 'name-ar': 'الثاني' });
  await diwan.open('/customers?columns=code,name,phone,credit_limit&sort=code');
  await page.locator('#edit-rows').click();
  const cell = (row: number, field: string) => page.locator('tbody tr').nth(row).locator(`[id$="-${field}"]`);
  await cell(0, 'phone').fill('+966 11 555 0100');
  await cell(0, 'phone').press('Enter');
  await expect(cell(1, 'phone')).toBeFocused();
  await expect(page.locator('.toast')).toSay('+966 11 555 0100');
  // Escape takes back what was typed.
  await cell(1, 'phone').fill('nonsense');
  await cell(1, 'phone').press('Escape');
  await expect(cell(1, 'phone')).toHaveValue('');
  // What the server refuses stays to be mended, with the reason; what it takes can be undone.
  await diwan.watch.expecting(422, async () => {
    await cell(0, 'credit_limit').fill('much');
    await cell(0, 'credit_limit').press('Tab');
    await expect(page.locator('.toast')).toSay(diwan.t('fault-not-number'));
  });
  await expect(cell(0, 'credit_limit')).toHaveValue('much');
  await expect(cell(0, 'credit_limit')).toHaveAttribute('aria-invalid', 'true');
  await cell(0, 'credit_limit').fill('٥٠٠٠');
  await cell(0, 'credit_limit').press('Tab');
  await expect(page.locator('.toast')).toSay(diwan.t('customer-credit_limit'));
  await expect(cell(0, 'credit_limit')).toHaveValue('5000.00');
  await page.locator('#undo').click();
  await expect(cell(0, 'credit_limit')).toHaveValue('');
  await page.locator('#edit-rows').click();
  await expect(page.locator('tbody tr').first()).toContainText('+966 11 555 0100');
  await page.reload();
  await expect(page.locator('tbody tr').first()).toContainText('+966 11 555 0100');
  await expect(page.locator('tbody')).not.toContainText('nonsense');
});
