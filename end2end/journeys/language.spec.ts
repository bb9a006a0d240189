import { expect, test } from '../support/diwan.js';
import { addCustomer, addItems, customer, sheet } from '../support/goods.js';

test('the language changes in the middle of a form and nothing typed is lost', async ({ house: diwan, page, language }) => {
  await addCustomer(diwan);
  await addItems(diwan);
  await diwan.open('/sales-orders/new');
  await diwan.fillIn({ customer: customer.code, note: 'Before noon · قبل الظهر' });
  await diwan.fillLine(0, { item: sheet.code, quantity: 12 });
  await expect(diwan.field('customer')).toHaveValue(customer[language]);
  await expect(diwan.total('net')).toHaveText(diwan.figure(1444.8));

  const other = language === 'en' ? 'ar' : 'en';
  await diwan.switchTo(other);
  await expect(page.locator('.head h1')).toSay(diwan.t('sales_order-new'));
  await expect(diwan.field('customer')).toHaveValue(customer[other]);
  await expect(diwan.field('note')).toHaveValue('Before noon · قبل الظهر');
  await expect(diwan.cell(0, 'item')).toHaveValue(sheet[other]);
  await expect(diwan.cell(0, 'quantity')).toHaveValue('12');
  await expect(diwan.total('net')).toHaveText(diwan.figure(1444.8));
  await diwan.save();
  await expect(diwan.field('customer')).toHaveValue(customer[other]);
});

test('a filtered list stays filtered in the other language', async ({ house: diwan, page, language }) => {
  await diwan.open('/accounts?view=asset&q=11');
  const count = await page.locator('tbody tr').count();
  await diwan.switchTo(language === 'en' ? 'ar' : 'en');
  await expect(page).toHaveURL('/accounts?view=asset&q=11');
  await expect(page.locator('.search input[name=q]')).toHaveValue('11');
  await expect(page.locator('.views [aria-current=page]')).toSay(diwan.t('view-asset'));
  await expect(page.locator('tbody tr')).toHaveCount(count);
});

test('Arabic digits are read in quantities and dates', async ({ house: diwan, page }) => {
  await addCustomer(diwan);
  await addItems(diwan);
  await diwan.create('sales-orders', { customer: customer.code, date: '٢٠٢٦/١١/١٨' }, { item: sheet.code, quantity: '١٢' });
  await expect(diwan.field('date')).toHaveValue('2026-11-18');
  await expect(diwan.cell(0, 'quantity')).toHaveValue('12');
  await expect(diwan.total('net')).toHaveText(diwan.figure(1444.8));
  await diwan.open('/sales-orders');
  await expect(page.locator('tbody tr')).toSay(`18 ${diwan.t('month-11-short')} 2026`);
});
