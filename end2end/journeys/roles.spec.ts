import { expect, test } from '../support/diwan.js';
import { addCustomer, addItems, customer, sheet } from '../support/goods.js';
import { invite, isDenied, join } from '../support/people.js';

const role = { code: 'COUNTER', en: 'Counter', ar: 'الكاونتر' };

test('a role keeps the total of orders from whoever has it', async ({ house: owner, second: member, page, language }) => {
  await addCustomer(owner);
  await addItems(owner);
  await owner.create('sales-orders', { customer: customer.code }, { item: sheet.code, quantity: 2 });
  await expect(owner.total('total')).toHaveText(`SAR ${owner.figure(276.92)}`);
  const order = new URL(page.url()).pathname;

  await owner.create('roles', { code: role.code, 'name-en': role.en, 'name-ar': role.ar, base: 'sales' });
  const orders = page.locator('.rights tr').filter({ has: page.locator('th[scope=row] input[value=sales_order]') });
  // It starts with what its base gives.
  for (const verb of ['sees', 'creates', 'changes', 'deletes']) {
    await expect(orders.getByLabel(`${owner.t('sales_order-many')}: ${owner.t(`rights-${verb}`)}`)).toBeChecked();
  }
  const kept = orders.locator('details.kept');
  await kept.locator('summary').click();
  await kept.getByLabel(owner.t('rights-keep-field')).selectOption('total');
  await owner.save();
  await expect(kept.locator('summary')).toSay(`${owner.t('rights-fields')} ${owner.figure(1, 0)}`);
  await kept.locator('summary').click();
  const field = kept.locator('.kept-field').filter({ hasText: owner.t('field-total') }).first();
  await expect(field.locator('b')).toHaveText(owner.t('field-total'));
  for (const box of await field.getByRole('checkbox').all()) await expect(box).not.toBeChecked();

  const colleague = await invite(owner, role.code);
  await join(member, colleague);
  await expect(member.page.locator('.side .who')).toSay(colleague.name);
  await member.open('/sales-orders');
  const row = member.page.locator('tbody tr');
  await expect(row).toHaveCount(1);
  await expect(row).toSay(customer[language]);
  const heads = member.page.locator('thead th');
  await expect(heads.filter({ hasText: member.t('field-customer') })).toHaveCount(1);
  await expect(heads.filter({ hasText: member.t('field-total') })).toHaveCount(0);
  await expect(member.page.locator('tfoot')).toHaveCount(0);
  await neverMet('276.92');

  await member.open(order);
  await expect(member.field('customer')).toHaveValue(customer[language]);
  await expect(member.total('net')).toHaveText(member.figure(240.8));
  await expect(member.total('total')).toHaveCount(0);
  await neverMet('276.92');
  // What is kept back stays so while the lines change, and after saving.
  await member.cell(0, 'quantity').fill('3');
  await expect(member.total('net')).toHaveText(member.figure(361.2));
  await expect(member.total('total')).toHaveCount(0);
  await member.save();
  await expect(member.total('total')).toHaveCount(0);
  await neverMet('415.38', '276.92');
  await isDenied(member, '/members');

  // The one who runs the company sees it as before.
  await owner.open(order);
  await expect(owner.total('total')).toHaveText(`SAR ${owner.figure(415.38)}`);
  await owner.open('/members?view=active');
  await expect(page.getByRole('row').filter({ hasText: colleague.email })).toSay(role[language]);

  /** Neither the page nor what came with it holds the figure, in whatever writing. */
  async function neverMet(...figures: string[]) {
    const source = await member.page.content();
    for (const figure of figures) expect(source).not.toContain(figure);
  }
});

test('an invitation opens the company once', async ({ house: owner, second: member }) => {
  const colleague = await invite(owner, 'storekeeper');
  await join(member, colleague);
  await member.signOut();
  await member.watch.expecting(404, () => member.open(colleague.link));
  await expect(member.page.getByRole('heading', { level: 1 })).toSay(member.t('join-ended'));
  await expect(member.page.locator('#password')).toHaveCount(0);
  await member.open('/sign-in');
  await member.go(() => member.signIn(colleague.email));
  await expect(member.page).toHaveURL('/');
  await isDenied(member, '/roles');
});
