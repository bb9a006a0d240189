import { AxeBuilder } from '@axe-core/playwright';
import { type Diwan, expect, test } from '../support/diwan.js';
import { addCustomer, addItems, customer, sheet } from '../support/goods.js';

const wide = 1360;
const phone = 390;

/** Rules that look at colours. The others find the same in light and dark. */
const ofColours = ['color-contrast', 'link-in-text-block'];

// Colours that are on their way from light to dark are nobody's.
test.use({ contextOptions: { reducedMotion: 'reduce' } });

/** Nothing that the axe rules of WCAG 2.2 AA know stands in anybody's way, in light or dark. */
async function isAccessible(diwan: Diwan, address: string, widths = [wide]) {
  await diwan.page.emulateMedia({ colorScheme: 'light' });
  await diwan.open(address);
  for (const colorScheme of ['light', 'dark'] as const) {
    await diwan.page.emulateMedia({ colorScheme });
    // What is dark is so at every width.
    for (const width of colorScheme === 'light' ? widths : [wide]) {
      await diwan.page.setViewportSize({ width, height: 900 });
      // No page has frames, for which the other mode would open a window each time.
      const axe = new AxeBuilder({ page: diwan.page }).setLegacyMode();
      if (colorScheme === 'dark') axe.withRules(ofColours);
      else axe.withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']);
      const { violations } = await axe.analyze();
      const found = violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.html} — ${node.failureSummary}`));
      expect.soft(found, `${address} in ${colorScheme} colours, ${width} pixels wide`).toEqual([]);
    }
  }
}

test('signing in and signing up are accessible', async ({ diwan }) => {
  await isAccessible(diwan, '/sign-in');
  await isAccessible(diwan, '/sign-up');
});

test('home and reports are accessible', async ({ house: diwan }) => {
  for (const address of ['/', '/trial-balance', '/receivables']) await isAccessible(diwan, address);
});

test('lists and forms are accessible', async ({ house: diwan, page }) => {
  await addCustomer(diwan);
  await addItems(diwan);
  await diwan.create('sales-orders', { customer: customer.code }, { item: sheet.code, quantity: 5 });
  const order = new URL(page.url()).pathname;
  for (const address of ['/sales-orders', '/sales-orders/new', order]) await isAccessible(diwan, address);
});

test('what runs the company is accessible, on a phone too', async ({ house: diwan, page }) => {
  // A file that has been checked, one row of it bad: all that the page of an import can show.
  await diwan.open('/customers/import');
  const buffer = Buffer.from('code,name,credit_limit\nC-1,Onyx,\nC-2,Quartz,plenty\n');
  await page.locator('#file').setInputFiles({ name: 'customers.csv', mimeType: 'text/csv', buffer });
  await diwan.go(() => page.getByRole('button', { name: diwan.t('import-check') }).click());
  await expect(page.locator('#import-mapping')).toBeVisible();
  const checked = new URL(page.url()).pathname;
  await addCustomer(diwan);
  for (const address of ['/company-details', '/customers/import', checked, '/audit?record=customer', '/general-ledger']) await isAccessible(diwan, address, [wide, phone]);
});
