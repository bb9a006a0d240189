// A long list: rows come as the reader comes near the end, and only those that are near are laid out.

import { expect, test } from '../support/diwan.js';
import { importCustomers } from '../support/goods.js';

const all = 5_100;
/** Rows that come at most without turning the page. */
const most = 5_000;
/** Rows that come at once, each time in a table body of their own. */
const atOnce = 50;

test('five thousand rows are scrolled through, few of them laid out', async ({ house: diwan, page }) => {
  await importCustomers(diwan, all);
  const scroller = page.locator('#page > .card.scroll');
  const bodies = page.locator('table.list > tbody');
  const near = page.locator('table.list > tbody:not(.away)');
  const toEnd = () => scroller.evaluate((card) => card.scrollTo(0, card.scrollHeight));
  // In the page itself: to look from outside a hundred times takes longer than the rows do.
  await scroller.evaluate(async (card, most) => {
    while (card.querySelectorAll('tbody > tr').length < most) {
      card.scrollTo(0, card.scrollHeight);
      await new Promise((soon) => setTimeout(soon, 50));
    }
  }, most);

  await toEnd();
  await expect(bodies.last().locator('tr').last()).toSay('C-5000');
  await expect(bodies.last().locator('tr').last()).toBeInViewport();
  await expect.poll(() => near.count()).toBeLessThanOrEqual(3);
  await expect(bodies).toHaveCount(most / atOnce);
  await expect(bodies.first().locator('tr').first()).toBeHidden();
  // A body that is far keeps its height: the reader finds the start where it was.
  await scroller.evaluate((card) => card.scrollTo(0, 0));
  await expect(bodies.first().locator('tr').first()).toSay('C-0001');
  await expect(bodies.first().locator('tr').first()).toBeInViewport();
  await expect(bodies.last().locator('tr').last()).toBeHidden();
  await expect.poll(() => near.count()).toBeLessThanOrEqual(3);

  // The rest has pages of its own.
  await diwan.go(() => page.locator('#later').click());
  await expect(bodies.first().locator('tr').first()).toSay('C-5001');
  await expect(page.locator('#earlier')).toBeVisible();
});
