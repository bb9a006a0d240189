import { expect, test, type Diwan } from '../support/diwan.js';
import { addCustomer, addItems, addStock, customer, cutting, sheet } from '../support/goods.js';

/** Net, VAT of 15 % and total beside the lines. */
async function comesTo(diwan: Diwan, net: number, tax: number, total: number) {
  await expect(diwan.total('net')).toHaveText(diwan.figure(net));
  await expect(diwan.total('tax')).toHaveText(diwan.figure(tax));
  await expect(diwan.total('total')).toHaveText(`SAR ${diwan.figure(total)}`);
}

/** The rows of a document or a report, as they are read. */
const row = (diwan: Diwan, text: string) => diwan.page.locator('table.lines, table.report').getByRole('row').filter({ hasText: text });

/** The account of what customers owe. */
const receivables = '1140';

test('from a quotation to the paid invoice', async ({ house: diwan, page, language }) => {
  // Arabic readers may have their own digits; the figures of this journey are then written in them.
  if (language === 'ar') {
    await diwan.personal(diwan.t('digits-arabic'));
    diwan.digits = 'arab';
  }
  await addCustomer(diwan);
  await addItems(diwan);
  await addStock(diwan, 10);
  await expect(diwan.total('total')).toHaveText(`SAR ${diwan.figure(600)}`);

  await diwan.open('/quotations/new');
  await diwan.fillIn({ customer: customer.code });
  await diwan.fillLine(0, { item: sheet.code, quantity: 15 });
  await diwan.fillLine(1, { item: cutting.code, quantity: 2, discount: 10 });
  await comesTo(diwan, 2256, 338.4, 2594.4);
  await expect(row(diwan, diwan.figure(1806))).toHaveCount(1);
  await expect(row(diwan, diwan.figure(450))).toHaveCount(1);
  await diwan.save();
  await comesTo(diwan, 2256, 338.4, 2594.4);
  await diwan.act('send');
  await expect(diwan.state).toHaveText(diwan.t('state-sent'));

  await diwan.act('order');
  await expect(page).toHaveURL(/sales-orders/);
  await expect(diwan.notice).toSay(diwan.t('done-created'));
  await comesTo(diwan, 2256, 338.4, 2594.4);
  await diwan.act('confirm');
  await expect(diwan.state).toHaveText(diwan.t('state-confirmed'));
  const order = new URL(page.url()).pathname;
  const number = (await page.locator('.head h1').innerText()).trim();
  expect(number).toMatch(/^SO-\d{4}-\d+$/);

  await diwan.open('/stock-on-hand');
  await expect(row(diwan, sheet.code).locator('.num')).toHaveText([diwan.figure(10, 0), diwan.figure(15, 0), `-${diwan.figure(5, 0)}`, diwan.figure(600)]);

  await diwan.open(order);
  await diwan.act('deliver');
  await expect(page).toHaveURL(/deliveries/);
  await expect(diwan.cell(0, 'quantity')).toHaveValue(diwan.figure(10, 0));
  await expect(diwan.cell(1, 'quantity')).toHaveValue(diwan.figure(2, 0));
  await diwan.actGravely('post');
  await expect(diwan.state).toHaveText(diwan.t('state-posted'));

  await diwan.open('/sales-orders?view=to_deliver');
  await expect(page.getByRole('row').filter({ hasText: number })).toSay(diwan.t('state-partly_delivered'));
  await diwan.open(order);
  await expect(diwan.state).toHaveText(diwan.t('state-partly_delivered'));
  const quantities = row(diwan, sheet[language]).locator('.num');
  await expect(quantities.nth(0)).toHaveText(diwan.figure(15, 0));
  await expect(quantities.nth(1)).toHaveText(diwan.figure(10, 0));
  await diwan.refused(422, () => diwan.button('deliver').click());
  await expect(diwan.faults).toSay(diwan.t('refuse-nothing-on-hand'));

  await diwan.open(order);
  await diwan.act('invoice');
  await expect(page).toHaveURL(/sales-invoices/);
  await comesTo(diwan, 1654, 248.1, 1902.1);
  await diwan.actGravely('post');
  await expect(diwan.state).toHaveText(diwan.t('sales_invoice-state-posted'));
  await expect(diwan.total('open')).toHaveText(diwan.figure(1902.1));
  const invoice = new URL(page.url()).pathname;

  await diwan.act('pay');
  await expect(page).toHaveURL(/customer-payments/);
  await expect(diwan.field('amount')).toHaveValue(plainFigure(diwan, 1902.1));
  await diwan.actGravely('post');
  await expect(diwan.total('allocated')).toHaveText(diwan.figure(1902.1));
  await diwan.open(invoice);
  await expect(diwan.state).toHaveText(diwan.t('state-paid'));
  await expect(diwan.total('open')).toHaveText(diwan.figure(0));

  await diwan.open('/trial-balance');
  await expect(page.locator('#sum-debit')).toHaveText(diwan.figure(5004.2));
  await expect(page.locator('#sum-credit')).toHaveText(diwan.figure(5004.2));
  // A figure leads to its postings, and a posting to its document: first what was invoiced, then what was paid of it.
  await diwan.go(() => row(diwan, receivables).getByRole('link', { name: diwan.figure(1902.1) }).first().click());
  await expect(page).toHaveURL(/\/general-ledger\?account=/);
  await expect(page.locator('#account option:checked')).toContainText(receivables);
  const postings = page.locator('table.report tbody').getByRole('row').filter({ hasText: diwan.figure(1902.1) });
  await expect(postings).toHaveCount(2);
  await diwan.go(() => postings.first().getByRole('link').click());
  await expect(page).toHaveURL(invoice);
  await diwan.open('/books-health');
  await expect(page.locator('.checks li')).toHaveCount(12);
  await expect(page.locator('.checks li.ok')).toHaveCount(12);
  await expect(diwan.notice).toSay(diwan.t('health-all', { count: 12 }));

  // What is still owed: five sheets, once they are there.
  await diwan.open('/stock-on-hand');
  await expect(row(diwan, sheet.code).locator('.num')).toHaveText([diwan.figure(0, 0), diwan.figure(5, 0), `-${diwan.figure(5, 0)}`, diwan.figure(0)]);
  await addStock(diwan, 8);
  await diwan.open(order);
  await diwan.act('deliver');
  await expect(diwan.cell(0, 'quantity')).toHaveValue(diwan.figure(5, 0));
  await diwan.actGravely('post');
  await diwan.open(order);
  await expect(diwan.state).toHaveText(diwan.t('state-delivered'));
  await diwan.open('/stock-on-hand');
  await expect(row(diwan, sheet.code).locator('.num')).toHaveText([diwan.figure(3, 0), diwan.figure(0, 0), diwan.figure(3, 0), diwan.figure(180)]);
});

/** A figure as an input holds it, without separators of thousands. */
const plainFigure = (diwan: Diwan, value: number) => diwan.figure(value).replace(/[,٬]/g, '');
