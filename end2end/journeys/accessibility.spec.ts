import { AxeBuilder } from '@axe-core/playwright';
import { type Diwan, expect, test } from '../support/diwan.js';
import { addCustomer, addItems, customer, sheet } from '../support/goods.js';

/** Nothing that the axe rules of WCAG 2.2 AA know stands in anybody's way, in light or dark. */
async function isAccessible(diwan: Diwan, address: string) {
  for (const colorScheme of ['light', 'dark'] as const) {
    await diwan.page.emulateMedia({ colorScheme });
    await diwan.open(address);
    const { violations } = await new AxeBuilder({ page: diwan.page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']).analyze();
    const found = violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.html} — ${node.failureSummary}`));
    expect.soft(found, `${address} in ${colorScheme} colours`).toEqual([]);
  }
}

test('signing in and signing up are accessible', async ({ diwan }) => {
  await isAccessible(diwan, '/sign-in');
  await isAccessible(diwan, '/sign-up');
});

test('home and reports are accessible', async ({ house: diwan }) => {
  await isAccessible(diwan, '/');
  await isAccessible(diwan, '/trial-balance');
});

test('lists and forms are accessible', async ({ house: diwan, page }) => {
  await addCustomer(diwan);
  await addItems(diwan);
  await diwan.create('sales-orders', { customer: customer.code }, { item: sheet.code, quantity: 5 });
  const order = new URL(page.url()).pathname;
  for (const address of ['/sales-orders', '/sales-orders/new', order]) await isAccessible(diwan, address);
});
