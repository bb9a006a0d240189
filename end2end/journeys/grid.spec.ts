import { expect, test } from '../support/diwan.js';
import { plain } from '../support/words.js';
import { addCustomer, addItems, customer, cutting, sheet } from '../support/goods.js';

test.beforeEach(async ({ house: diwan }) => {
  await addCustomer(diwan);
  await addItems(diwan);
  await diwan.open('/sales-orders/new');
  await diwan.fillIn({ customer: customer.code });
});

test('lines are entered with the keyboard alone', async ({ house: diwan, page, language }) => {
  const keys = page.keyboard;
  const found = (row: number) => page.locator(`#l-${row}-item-list [role=option]`);
  await diwan.cell(0, 'item').focus();
  await keys.type(sheet.code);
  await expect(found(0)).toHaveCount(1);
  await keys.press('ArrowDown');
  await keys.press('Enter');
  await expect(diwan.cell(0, 'item')).toHaveValue(sheet[language]);
  await keys.press('Tab');
  await expect(diwan.cell(0, 'description')).toBeFocused();
  await keys.press('Tab');
  await expect(diwan.cell(0, 'quantity')).toBeFocused();
  // What Diwan fills into the cell at hand is selected: typing replaces it.
  await expect(diwan.cell(0, 'quantity')).toHaveValue(diwan.figure(1, 0));
  await keys.type('3');
  await expect(diwan.total('net')).toHaveText(diwan.figure(361.2));
  await keys.press('Tab');
  await expect(diwan.cell(0, 'price')).toBeFocused();
  await keys.press('Enter');
  await expect(diwan.cell(1, 'price')).toBeFocused();
  await keys.press('ArrowUp');
  await expect(diwan.cell(0, 'price')).toBeFocused();

  await diwan.cell(1, 'item').focus();
  await keys.type(cutting.code);
  await expect(found(1)).toHaveCount(1);
  await keys.press('ArrowDown');
  await keys.press('Enter');
  await keys.press('Tab');
  await keys.press('Tab');
  await expect(diwan.cell(1, 'quantity')).toHaveValue(diwan.figure(1, 0));
  await keys.type('2');
  await expect(diwan.total('net')).toHaveText(diwan.figure(861.2));
  await expect(diwan.total('total')).toHaveText(`SAR ${diwan.figure(990.38)}`);
  await diwan.save();
  await expect(diwan.total('total')).toHaveText(`SAR ${diwan.figure(990.38)}`);
});

test('a block from a spreadsheet is pasted', async ({ house: diwan, language }) => {
  const block = [[sheet.code, '', '5'], [cutting.code, '', '1'], [sheet.code, '', '2', '100']].map((row) => row.join('\t')).join('\r\n');
  await diwan.cell(0, 'item').focus();
  await diwan.cell(0, 'item').evaluate((input, text) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', text);
    input.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  }, `${block}\r\n`);
  for (const [row, item] of [sheet, cutting, sheet].entries()) await expect(diwan.cell(row, 'item')).toHaveValue(item[language]);
  await expect(diwan.cell(1, 'price')).toHaveValue('250');
  await expect(diwan.total('net')).toHaveText(diwan.figure(1052));
  await expect(diwan.total('tax')).toHaveText(diwan.figure(157.8));
  await diwan.save();
  await expect(diwan.total('total')).toHaveText(`SAR ${diwan.figure(1209.8)}`);
});

test('a page with unsaved changes is not left unasked', async ({ house: diwan, page }) => {
  const asked: string[] = [];
  const link = page.locator('.side nav a[href="/customers"]');
  page.once('dialog', async (dialog) => {
    asked.push(plain(dialog.message()));
    await dialog.dismiss();
  });
  await link.click();
  await expect.poll(() => asked).toEqual([diwan.t('form-unsaved')]);
  await expect(page).toHaveURL('/sales-orders/new');
  await expect(diwan.field('customer')).toHaveValue(customer[diwan.language]);
  page.once('dialog', (dialog) => dialog.accept());
  await diwan.go(() => link.click());
  await expect(page).toHaveURL('/customers');
});
