import { readFile } from 'node:fs/promises';
import { type Diwan, expect, test } from '../support/diwan.js';
import { addCustomer, addItems, customer, sheet } from '../support/goods.js';
import { invite, isDenied, join } from '../support/people.js';

const role = { code: 'COUNTER', en: 'Counter', ar: 'الكاونتر' };

/** What a role may do with a type of record. */
const rights = (diwan: Diwan, record: string) =>
  diwan.page.locator('.rights tr').filter({ has: diwan.page.locator(`th[scope=row] input[value=${record}]`) });

/** Makes the role, which starts from that of sales. */
const addRole = (diwan: Diwan) => diwan.create('roles', { code: role.code, 'name-en': role.en, 'name-ar': role.ar, base: 'sales' });

/** Keeps a field from the role that is open. */
async function keepBack(diwan: Diwan, record: string, field: string) {
  const kept = rights(diwan, record).locator('details.kept');
  await kept.locator('summary').click();
  await kept.getByLabel(diwan.t('rights-keep-field')).selectOption(field);
  await diwan.save();
}

/** Neither the page nor what came with it holds the text, in whatever writing. */
async function neverMet(diwan: Diwan, ...texts: string[]) {
  const source = await diwan.page.content();
  for (const text of texts) expect(source).not.toContain(text);
}

test('a role keeps the total of orders from whoever has it', async ({ house: owner, second: member, page, language }) => {
  await addCustomer(owner);
  await addItems(owner);
  await owner.create('sales-orders', { customer: customer.code }, { item: sheet.code, quantity: 2 });
  await expect(owner.total('total')).toHaveText(`SAR ${owner.figure(276.92)}`);
  const order = new URL(page.url()).pathname;

  await addRole(owner);
  const orders = rights(owner, 'sales_order');
  // It starts with what its base gives.
  for (const verb of ['sees', 'creates', 'changes', 'deletes']) {
    await expect(orders.getByLabel(`${owner.t('sales_order-many')}: ${owner.t(`rights-${verb}`)}`)).toBeChecked();
  }
  await keepBack(owner, 'sales_order', 'total');
  const kept = orders.locator('details.kept');
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
  await neverMet(member, '276.92');

  await member.open(order);
  await expect(member.field('customer')).toHaveValue(customer[language]);
  await expect(member.total('net')).toHaveText(member.figure(240.8));
  await expect(member.total('total')).toHaveCount(0);
  await neverMet(member, '276.92');
  // What is kept back stays so while the lines change, and after saving.
  await member.cell(0, 'quantity').fill('3');
  await expect(member.total('net')).toHaveText(member.figure(361.2));
  await expect(member.total('total')).toHaveCount(0);
  await member.save();
  await expect(member.total('total')).toHaveCount(0);
  await neverMet(member, '415.38', '276.92');
  await isDenied(member, '/members');

  // The one who runs the company sees it as before.
  await owner.open(order);
  await expect(owner.total('total')).toHaveText(`SAR ${owner.figure(415.38)}`);
  await owner.open('/members?view=active');
  await expect(page.getByRole('row').filter({ hasText: colleague.email })).toSay(role[language]);
});

test('a field that a role does not see is nowhere', async ({ house: owner, second: member, page, language }) => {
  const phone = '+966 11 555 0707';
  const end = '0707';
  await addCustomer(owner, { phone, payment_term: 'NET30' });
  const form = new URL(page.url()).pathname;
  await addRole(owner);
  await keepBack(owner, 'customer', 'phone');
  await keepBack(owner, 'customer', 'payment_term');
  const colleague = await invite(owner, role.code);
  await owner.open(`/search?q=${end}`);
  await expect(page.locator('.hits a').first()).toSay(customer[language]);

  await join(member, colleague);
  const whole = member.page.locator('#page');
  /** Labels are looked for in all of the page, with every menu in it, open or not. */
  const unnamed = async (where = whole) => {
    for (const label of ['customer-phone', 'field-payment_term']) await expect(where).not.toContainText(member.t(label));
    await neverMet(member, phone);
  };

  // Nobody finds by it what they may find by the name, in the palette or on the page of the search.
  await member.page.keyboard.press('Control+KeyK');
  const box = member.page.locator('#palette-input');
  await expect(box).toBeFocused();
  const answer = member.page.waitForResponse('**/api/page');
  await box.fill(end);
  expect((await (await answer).body()).includes(customer.code)).toBe(false);
  await expect(member.page.locator('#palette')).toSay(member.t('palette-nothing'));
  await box.fill(customer.en);
  await expect(member.page.locator('#palette [role=option]').first()).toContainText(customer[language]);
  await member.open(`/search?q=${end}`);
  await expect(whole).toSay(member.t('search-nothing', { text: end }));

  // The list is asked for it by its address, and so is the file.
  await member.open('/customers?columns=code,phone,currency,payment_term&sort=-phone');
  await expect(member.page.locator('tbody tr')).toSay(customer.code);
  await expect(member.page.locator('thead th:not(.sel)')).toHaveText([member.t('field-code'), member.t('field-currency')]);
  const currency = { hasText: member.t('field-currency') };
  // Another field is offered as filter, group and column.
  for (const menu of ['.filters summary', '.viewtools a.item', '.colrow']) await expect(member.page.locator(menu).filter(currency)).toHaveCount(1);
  await unnamed();
  await member.page.locator('.viewtools summary').filter({ hasText: member.t('export') }).click();
  const [download] = await Promise.all([member.page.waitForEvent('download'), member.page.locator('.viewtools a[href*="format=csv"]').click()]);
  const file = await readFile(await download.path(), 'utf8');
  expect(file).toContain(customer.code);
  for (const text of [end, 'NET30', member.t('customer-phone'), member.t('field-payment_term')]) expect(file).not.toContain(text);

  await member.open(form);
  await expect(member.field('email')).toHaveCount(1);
  // A contact has a phone of its own.
  await unnamed(member.page.locator('.fields'));
  await member.open('/customers/import');
  const target = (name: RegExp) => whole.locator('bdi.code').filter({ hasText: name });
  await expect(target(/^email$/)).toHaveCount(1);
  for (const name of [/^phone$/, /^payment_term$/]) await expect(target(name)).toHaveCount(0);
  // As a filter it is not there: it leaves every row, or the answer would tell it.
  await member.open('/customers?phone=1');
  await expect(member.page.locator('tbody tr')).toHaveCount(1);
  await expect(member.page.locator('.chip.on')).toHaveCount(0);
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
