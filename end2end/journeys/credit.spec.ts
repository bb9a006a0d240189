// More than was agreed is sold only when somebody whose role allows it lets the order through.

import { expect, test } from '../support/diwan.js';
import { addItems, bringCustomer, customer, sheet } from '../support/goods.js';
import { invite, join } from '../support/people.js';

test('an order beyond the credit limit is confirmed once it was released', async ({ house: owner, second: seller, page }) => {
  await addItems(owner);
  await bringCustomer(owner, { credit_limit: 200 });
  const order = await owner.bring('sales-orders', { customer: customer.code }, { item: sheet.code, quantity: 2 });
  await join(seller, await invite(owner, 'sales'));

  await seller.open(order);
  await expect(seller.total('total')).toHaveText(`SAR ${seller.figure(276.92)}`);
  await seller.refused(422, () => seller.button('confirm').click());
  const figures = { limit: 200, used: 0, order: seller.figure(276.92), currency: 'SAR' };
  await expect(seller.faults).toSay(seller.t('refuse-credit-limit', figures));
  await expect(seller.state).toHaveText(seller.t('state-draft'));
  await expect(seller.button('release')).toHaveCount(0);

  await owner.open(order);
  await owner.act('release');
  await expect(owner.notice).toSay(owner.t('done-acted'));
  await expect(owner.state).toHaveText(owner.t('state-draft'));
  await expect(page.locator('#history li').first()).toSay(owner.t('sales_order-action-release'));

  await seller.open(order);
  await seller.act('confirm');
  await expect(seller.state).toHaveText(seller.t('state-confirmed'));
  await expect(seller.page.locator('.head h1')).toHaveText(/SO-\d{4}-\d+/);
});
