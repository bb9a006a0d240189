import { expect, test } from '../support/diwan.js';
import { addCustomer, customer } from '../support/goods.js';
import { invite, isDenied, join } from '../support/people.js';

const phones = ['+966 11 555 0101', '+966 11 555 0202'];

test('what was changed stands in the audit log with its old and new value', async ({ diwan, second, page, language }) => {
  const { name } = await diwan.signUp();
  await addCustomer(diwan, { phone: phones[0] });
  await diwan.fillIn({ phone: phones[1] });
  await diwan.save();
  const colleague = await invite(diwan, 'sales');

  await diwan.open('/audit');
  const rows = page.locator('.audit > tbody > tr');
  await expect(rows.first()).toSay(`${diwan.t('member')} ${colleague.name}`);
  await page.locator('#record').selectOption({ label: diwan.t('customer-many') });
  await page.locator('#member').selectOption({ label: name });
  await diwan.go(() => page.locator('form.toolbar button').click());
  await expect(page).toHaveURL(/\/audit\?record=customer&member=[\w-]{36}/);
  await expect(page.locator('#record')).toHaveValue('customer');
  await expect(page.locator('#member option:checked')).toHaveText(name);

  // Latest first: the change, before it the creation.
  const actions = [diwan.t('event-change'), diwan.t('event-create')];
  await expect(rows).toHaveCount(actions.length);
  for (const [at, action] of actions.entries()) {
    await expect(rows.nth(at)).toSay(`${diwan.t('customer')} ${customer[language]}`);
    await expect(rows.nth(at)).toSay(action);
    await expect(rows.nth(at).locator('td').nth(1)).toHaveText(name);
  }
  const change = rows.first().locator('details');
  await expect(change.locator('summary')).toSay(diwan.t('audit-fields', { count: 1 }));
  await change.locator('summary').click();
  await expect(change.locator('tr')).toHaveCount(1);
  await expect(change.locator('th')).toHaveText(diwan.t('field-phone'));
  await expect(change.locator('bdi')).toHaveText(phones);

  // Somebody else did nothing to customers.
  await page.locator('#member').selectOption({ label: colleague.name });
  await diwan.go(() => page.locator('form.toolbar button').click());
  await expect(page.locator('.empty')).toSay(diwan.t('list-nothing-found'));
  await expect(rows).toHaveCount(0);

  await join(second, colleague);
  await expect(second.page.locator('.side nav a[href="/customers"]')).toBeVisible();
  await expect(second.page.locator('.side nav a[href="/audit"]')).toHaveCount(0);
  await isDenied(second, '/audit');
});
