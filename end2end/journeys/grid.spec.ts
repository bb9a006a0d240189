import type { Locator } from '@playwright/test';
import { expect, test } from '../support/diwan.js';
import { plain } from '../support/words.js';
import { addCustomer, addItems, customer, cutting, sheet } from '../support/goods.js';

/** What a link offers while its list is open. */
const offers = (link: Locator) => link.locator('xpath=following-sibling::ul').getByRole('option');
const opens = (link: Locator) => expect(offers(link).first()).toBeVisible();
/** Text and id of each link. */
const held = (links: Locator[]) =>
  Promise.all(links.map(async (link) => [await link.inputValue(), await link.locator('xpath=preceding-sibling::input[1]').inputValue()]));

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
  await expect(diwan.cell(0, 'unit')).toBeFocused();
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

test('what the open list of a link offers is taken by whoever typed, and by nobody who passes', async ({ house: diwan, page, language }) => {
  const keys = page.keyboard;
  const item = (row: number) => diwan.cell(row, 'item');
  // Neither this item nor its tax code is the first on offer.
  await diwan.fillLine(0, { item: cutting.code });
  await expect(diwan.cell(0, 'tax_code')).not.toHaveValue('');
  const links = [diwan.field('payment_term'), item(0), diwan.cell(0, 'tax_code'), item(1)];
  const before = await held(links);
  for (const link of links) {
    await link.focus();
    await opens(link);
    await keys.press('Tab');
    await expect(offers(link)).toHaveCount(0);
  }
  expect(await held(links)).toEqual(before);

  for (const [row, key, wanted] of [[1, 'Tab', sheet], [2, 'Enter', cutting]] as const) {
    await item(row).focus();
    await keys.type(wanted.code);
    await expect(offers(item(row))).toHaveCount(1);
    await keys.press(key);
    await expect(item(row)).toHaveValue(wanted[language]);
  }

  await item(3).focus();
  await opens(item(3));
  await keys.press('Escape');
  await expect(offers(item(3))).toHaveCount(0);
  await expect(item(3)).toBeFocused();
  await expect(item(3)).toHaveValue('');
  // Nobody went into a list, so the arrows go from row to row.
  for (const [key, row] of [['ArrowUp', 2], ['ArrowUp', 1], ['ArrowDown', 2]] as const) {
    await keys.press(key);
    await expect(item(row)).toBeFocused();
    await opens(item(row));
  }
  await expect(item(1)).toHaveValue(sheet[language]);
  await expect(item(2)).toHaveValue(cutting[language]);
});

test('a block from a spreadsheet is pasted', async ({ house: diwan, language }) => {
  const block = [[sheet.code, '', '5'], [cutting.code, '', '1'], [sheet.code, '', '2', '', '100']].map((row) => row.join('\t')).join('\r\n');
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

test('going back from unsaved changes asks first', async ({ house: diwan, page }) => {
  await diwan.open('/units');
  await page.locator('.head a.btn.pri').click();
  await diwan.field('code').fill('BOX');
  const asked: string[] = [];
  page.once('dialog', async (dialog) => {
    asked.push(plain(dialog.message()));
    await dialog.dismiss();
  });
  await page.evaluate(() => history.back());
  await expect.poll(() => asked).toEqual([diwan.t('form-unsaved')]);
  await expect(diwan.field('code')).toHaveValue('BOX');
  page.once('dialog', (dialog) => dialog.accept());
  await page.evaluate(() => history.back());
  await expect(page).toHaveURL('/units');
});
