// A customer and goods to sell, each with a name in both languages.

import { type Diwan, expect } from './diwan.js';
import type { Language } from './words.js';

export type Named = { code: string } & Record<Language, string>;

export const customer: Named = { code: 'C-BASALT', en: 'Basalt Trading', ar: 'شركة البازلت' };
/** Goods at 120.40, kept in stock. */
export const sheet: Named = { code: 'A-SHEET', en: 'Steel sheet', ar: 'لوح فولاذ' };
/** A service at 250. */
export const cutting: Named = { code: 'B-CUTTING', en: 'Cutting', ar: 'خدمة قص' };

/** What a form holds of it. */
export const named = ({ code, en, ar }: Named) => ({ code, 'name-en': en, 'name-ar': ar });

/** Answers with the address of the form of the customer. */
export const bringCustomer = (diwan: Diwan, more = {}) =>
  diwan.bring('customers', { ...named(customer), language: 'ar', active: 'true', ...more });

/** The window ends on the form of the customer. */
export async function addCustomer(diwan: Diwan, more = {}) {
  await diwan.open(await bringCustomer(diwan, more));
}

/** So many customers at once, from a file; a form speaks Arabic to them, as is usual. */
export async function importCustomers(diwan: Diwan, count: number) {
  const lines = Array.from({ length: count }, (_, at) => `C-${String(at + 1).padStart(4, '0')},Customer ${at + 1}`);
  await diwan.open('/customers/import');
  const buffer = Buffer.from(['code,name', ...lines, ''].join('\n'));
  await diwan.page.locator('#file').setInputFiles({ name: 'customers.csv', mimeType: 'text/csv', buffer });
  await diwan.go(() => diwan.page.getByRole('button', { name: diwan.t('import-check') }).click());
  const state = diwan.page.locator('[role=status] .pill');
  await expect(state).toSay(diwan.t('import-state-rehearsed'));
  await diwan.go(() => diwan.page.locator('button[name=_do][value=import]').click());
  await expect(state).toSay(diwan.t('import-state-done'));
  await diwan.open('/customers');
  await expect(diwan.page.locator('#count')).toSay(diwan.t('list-count', { count }));
}

export async function addItems(diwan: Diwan) {
  const sold = { tax_code: 'VAT15', active: 'true' };
  await diwan.bring('items', { ...named(sheet), kind: 'stock', unit: 'PCS', price: '120.40', ...sold });
  await diwan.bring('items', { ...named(cutting), kind: 'service', unit: 'HR', price: '250', ...sold });
}

/** So many pieces of an item come in at 60 each. Answers with the address of the form that says so. */
export async function bringStock(diwan: Diwan, quantity: number, item = sheet) {
  const line = { item: item.code, warehouse: 'MAIN', quantity, cost: '60' };
  const form = await diwan.bring('stock-adjustments', { reason: 'opening' }, line);
  await diwan.actOn(form, 'post');
  return form;
}

/** So many sheets come in; the window ends on the form that says so. */
export async function addStock(diwan: Diwan, quantity: number) {
  await diwan.open(await bringStock(diwan, quantity));
}
