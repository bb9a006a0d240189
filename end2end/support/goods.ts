// A customer and goods to sell, each with a name in both languages.

import type { Diwan } from './diwan.js';
import type { Language } from './words.js';

export type Named = { code: string } & Record<Language, string>;

export const customer: Named = { code: 'C-BASALT', en: 'Basalt Trading', ar: 'شركة البازلت' };
/** Goods at 120.40, kept in stock. */
export const sheet: Named = { code: 'A-SHEET', en: 'Steel sheet', ar: 'لوح فولاذ' };
/** A service at 250. */
export const cutting: Named = { code: 'B-CUTTING', en: 'Cutting', ar: 'خدمة قص' };

const named = ({ code, en, ar }: Named) => ({ code, 'name-en': en, 'name-ar': ar });

export const addCustomer = (diwan: Diwan, more = {}) => diwan.create('customers', { ...named(customer), ...more });

export async function addItems(diwan: Diwan) {
  await diwan.create('items', { ...named(sheet), unit: 'PCS', price: '120.40', tax_code: 'VAT15' });
  await diwan.create('items', { ...named(cutting), kind: 'service', unit: 'HR', price: '250', tax_code: 'VAT15' });
}

/** So many sheets come in at 60 each. */
export async function addStock(diwan: Diwan, quantity: number) {
  await diwan.create('stock-adjustments', { reason: 'opening' }, { item: sheet.code, warehouse: 'MAIN', quantity, cost: '60' });
  await diwan.actGravely('post');
}
