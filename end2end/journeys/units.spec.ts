// Goods that are sold in boxes and kept in pieces, and found by what a scanner reads.

import { expect, test } from '../support/diwan.js';
import { bringCustomer, bringStock, customer, named } from '../support/goods.js';
import { Worker } from '../support/program.js';

const screw = { code: 'D-SCREW', en: 'Screw', ar: 'برغي' };
const barcodes = { piece: '6281000000017', box: '6281000000024' };
/** As new companies call them. */
const names = { PCS: { en: 'Piece', ar: 'قطعة' }, BOX: { en: 'Box', ar: 'صندوق' } };

test('a box is scanned, sold as a box and taken from stock in pieces', async ({ diwan, page, request, language }) => {
  const { email } = await diwan.found();
  const box = { unit: 'BOX', factor: 12, barcode: barcodes.box };
  const item = { ...named(screw), kind: 'stock', unit: 'PCS', price: 10, tax_code: 'VAT15', barcode: barcodes.piece, active: 'true' };
  await diwan.bring('items', item, box);
  await bringStock(diwan, 100, screw);
  await bringCustomer(diwan);

  await diwan.open('/sales-orders/new');
  await diwan.fillIn({ customer: customer.code });
  // A scanner types in one go and presses Enter, before anything can be offered.
  await diwan.cell(0, 'item').focus();
  await page.keyboard.type(barcodes.box);
  await page.keyboard.press('Enter');
  await expect(diwan.cell(0, 'item')).toHaveValue(screw[language]);
  await expect(diwan.cell(0, 'unit')).toHaveValue(names.PCS[language]);
  await expect(diwan.cell(0, 'price')).toHaveValue('10');

  // Another unit is chosen from those of the item, and the price follows it.
  await diwan.cell(0, 'unit').focus();
  const units = page.locator('#l-0-unit-list [role=option]');
  await expect(units).toHaveCount(2);
  await units.filter({ hasText: 'BOX' }).click();
  await expect(diwan.cell(0, 'price')).toHaveValue('120');
  await expect(diwan.cell(0, 'unit')).toHaveValue(names.BOX[language]);
  await diwan.fillLine(0, { quantity: 2 });
  await expect(diwan.total('net')).toHaveText(diwan.figure(240));
  await diwan.save();
  await expect(diwan.cell(0, 'unit')).toHaveValue(names.BOX[language]);

  const worker = await Worker.of(request, email);
  await diwan.open(await worker.act(new URL(page.url()).pathname, 'confirm', 'deliver'));
  await expect(diwan.cell(0, 'quantity')).toHaveValue('2');
  await expect(diwan.cell(0, 'unit')).toHaveValue(names.BOX[language]);
  await diwan.actGravely('post');
  await expect(diwan.state).toHaveText(diwan.t('state-posted'));
  await diwan.open('/stock-on-hand');
  const row = page.locator('table.report tbody tr').filter({ hasText: screw.code });
  await expect(row.locator('.num')).toHaveText([diwan.figure(76, 0), diwan.figure(0, 0), diwan.figure(76, 0), diwan.figure(4560)]);
});
