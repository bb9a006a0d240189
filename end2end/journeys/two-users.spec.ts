import { Diwan, expect, test } from '../support/diwan.js';
import { addCustomer, addItems, customer, sheet } from '../support/goods.js';

test('two windows change one order and neither change is lost unseen', async ({ diwan: first, browser, language, watch, page }) => {
  const { email, name } = await first.signUp();
  await addCustomer(first);
  await addItems(first);
  await first.create('sales-orders', { customer: customer.code, reference: 'PO-1' }, { item: sheet.code, quantity: 4 });
  const order = new URL(page.url()).pathname;

  const context = await browser.newContext();
  watch.over(context);
  const second = new Diwan(await context.newPage(), language, watch);
  await second.open('/sign-in');
  await second.go(() => second.signIn(email));
  await second.open(order);

  await first.fillIn({ reference: 'PO-2' });
  await first.save();
  await second.fillIn({ reference: 'PO-3' });
  await second.refused(409, () => second.button('save').click());
  const conflict = second.page.locator('#conflict');
  await expect(conflict).toSay(second.t('conflict-title', { user: name }));
  await expect(conflict.locator('tbody tr').locator('th, td')).toHaveText([second.t('field-reference'), 'PO-3', 'PO-2']);
  await expect(second.field('reference')).toHaveValue('PO-3');

  await second.go(() => conflict.getByRole('button', { name: second.t('conflict-keep-mine') }).click());
  await expect(second.notice).toSay(second.t('done-saved'));
  await expect(second.field('reference')).toHaveValue('PO-3');
  const changes = second.page.locator('#history details');
  await changes.first().locator('summary').click();
  await expect(changes.first().locator('bdi')).toHaveText(['PO-2', 'PO-3']);
  await changes.last().locator('summary').click();
  await expect(changes.last().locator('bdi')).toHaveText(['PO-1', 'PO-2']);
  await context.close();
});
