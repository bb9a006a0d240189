// Money before goods: a part is invoiced ahead, the invoice of the goods deducts it, and who pays the rest early pays less.

import { expect, test } from '../support/diwan.js';
import { addItems, bringCustomer, bringStock, customer, named, sheet } from '../support/goods.js';
import { Worker } from '../support/program.js';

const term = { code: 'EARLY', en: '2% within 10 days', ar: 'خصم 2% خلال 10 أيام' };

test('an advance of 30 % is deducted, and the rest is paid early', async ({ diwan, page, request }) => {
  const { email } = await diwan.found();
  await addItems(diwan);
  await bringStock(diwan, 10);
  await diwan.bring('payment-terms', { ...named(term), discount: 2, discount_days: 10, active: 'true' }, { percent: 100, days: 30 });
  await bringCustomer(diwan, { payment_term: term.code });
  const line = { item: sheet.code, quantity: 10, price: 100 };
  const order = await diwan.bring('sales-orders', { customer: customer.code, advance: 30 }, line);
  const worker = await Worker.of(request, email);
  await worker.act(order, 'confirm');

  await diwan.open(order);
  await diwan.act('advance');
  await expect(page).toHaveURL(/\/sales-invoices\//);
  await expect(diwan.total('net')).toHaveText(diwan.figure(300));
  await expect(diwan.total('total')).toHaveText(`SAR ${diwan.figure(345)}`);
  await diwan.actGravely('post');
  await expect(diwan.state).toHaveText(diwan.t('sales_invoice-state-posted'));
  await expect(page.locator('.head h1')).toHaveText(/ADV-\d{4}-\d+/);
  await worker.act(new URL(page.url()).pathname, 'pay', 'post');
  await worker.act(order, 'deliver', 'post');

  const invoice = await worker.act(order, 'invoice');
  await diwan.open(invoice);
  await expect(diwan.total('total')).toHaveText(`SAR ${diwan.figure(1150)}`);
  await expect(diwan.total('prepaid')).toHaveText(diwan.figure(345));
  await diwan.actGravely('post');
  await expect(diwan.state).toHaveText(diwan.t('sales_invoice-state-posted'));
  await expect(page.locator('.head h1')).toHaveText(/INV-\d{4}-\d+/);
  await expect(diwan.total('prepaid')).toHaveText(diwan.figure(345));
  await expect(diwan.total('open')).toHaveText(diwan.figure(805));

  await diwan.act('pay');
  await expect(page).toHaveURL(/\/customer-payments\//);
  await expect(diwan.field('amount')).toHaveValue('788.90');
  await expect(diwan.cell(0, 'discount')).toHaveValue('16.10');
  await diwan.actGravely('post');
  await expect(diwan.state).toHaveText(diwan.t('state-posted'));
  await expect(diwan.total('allocated')).toHaveText(diwan.figure(788.9));
  await diwan.open(invoice);
  await expect(diwan.state).toHaveText(diwan.t('state-paid'));
  await expect(diwan.total('open')).toHaveText(diwan.figure(0));

  await diwan.open('/books-health');
  await expect(page.locator('#check-advances-account')).toHaveClass('ok');
  await expect(page.locator('.checks li:not(.ok)')).toHaveCount(0);
  await expect(diwan.notice).toHaveCount(1);
});
