import { expect, test } from '../support/diwan.js';
import { addCustomer, addItems, addStock, customer, cutting, sheet } from '../support/goods.js';

test.beforeEach(async ({ house: diwan }) => {
  await addCustomer(diwan);
  await addItems(diwan);
  await addStock(diwan, 10);
});

test('no more is delivered than is owed', async ({ house: diwan, page }) => {
  await diwan.create('sales-orders', { customer: customer.code }, { item: sheet.code, quantity: 5 });
  await diwan.act('confirm');
  await diwan.act('deliver');
  const delivery = page.url();
  await diwan.cell(0, 'quantity').fill('6');
  await diwan.watch.expecting(422, () => diwan.actGravely('post'));
  await expect(diwan.faults).toSay(diwan.t('refuse-over-delivery-of', { owed: 5, asked: 6 }));
  await expect(diwan.cell(0, 'quantity')).toHaveValue('6');
  await expect(diwan.cell(0, 'quantity')).toHaveAttribute('aria-invalid', 'true');

  await diwan.open(delivery);
  await expect(diwan.state).toHaveText(diwan.t('state-draft'));
  await expect(diwan.cell(0, 'quantity')).toHaveValue('5');
  await diwan.open('/stock-on-hand');
  await expect(page.locator('table.report tbody .num').first()).toHaveText('10');
});

test('no more is delivered than is on hand', async ({ house: diwan, page }) => {
  await diwan.create('deliveries', { customer: customer.code }, { item: sheet.code, quantity: 11 });
  await diwan.watch.expecting(422, () => diwan.actGravely('post'));
  await expect(diwan.faults).toSay(diwan.t('refuse-stock-short-of', { available: 10, asked: 11 }));
  await expect(diwan.state).toHaveText(diwan.t('state-draft'));
  await diwan.open('/stock-on-hand');
  await expect(page.locator('table.report tbody .num').first()).toHaveText('10');
  await diwan.open('/deliveries?view=posted');
  await expect(page.locator('#count')).toSay(diwan.t('list-count', { count: 0 }));
});

test('a quantity below zero is refused at its field', async ({ house: diwan, page }) => {
  await diwan.open('/sales-orders/new');
  await diwan.fillIn({ customer: customer.code });
  await diwan.fillLine(0, { item: sheet.code });
  await expect(diwan.total('net')).toHaveText(diwan.figure(120.4));
  // What follows from the lines is shown meanwhile; what was typed stays as it is.
  const followed = page.waitForResponse('**/api/preview');
  await diwan.fillLine(0, { quantity: -3 });
  await followed;
  await expect(diwan.cell(0, 'quantity')).toHaveValue('-3');
  await diwan.refused(422, () => diwan.button('save').click());
  const field = diwan.t('form-line-field', { row: 1, field: diwan.t('field-quantity') });
  await expect(diwan.faults).toSay(`${field}: ${diwan.t('fault-negative')}`);
  await expect(diwan.cell(0, 'quantity')).toHaveValue('-3');
  await expect(diwan.cell(0, 'quantity')).toHaveAttribute('aria-invalid', 'true');
});

test('a posted invoice is only read', async ({ house: diwan, page }) => {
  await diwan.create('sales-invoices', { customer: customer.code }, { item: cutting.code, quantity: 1 });
  await diwan.actGravely('post');
  await expect(diwan.state).toHaveText(diwan.t('sales_invoice-state-posted'));
  await expect(page.locator('#record-form').locator('input:not([type=hidden]), textarea, select')).toHaveCount(0);
  await expect(diwan.button('save')).toHaveCount(0);
  await expect(diwan.button('delete')).toHaveCount(0);
});
