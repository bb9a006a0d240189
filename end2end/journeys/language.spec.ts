import { expect, password, test } from '../support/diwan.js';
import { addCustomer, addItems, customer, sheet } from '../support/goods.js';
import type { Language } from '../support/words.js';

/** The other language, then back again. */
const bothWays = (language: Language): Language[] => [language === 'en' ? 'ar' : 'en', language];

test('the language changes in the middle of a form and nothing typed is lost', async ({ house: diwan, page, language }) => {
  await addCustomer(diwan);
  await addItems(diwan);
  await diwan.open('/sales-orders/new');
  await diwan.fillIn({ customer: customer.code, note: 'Before noon · قبل الظهر' });
  await diwan.fillLine(0, { item: sheet.code, quantity: 12 });
  await expect(diwan.field('customer')).toHaveValue(customer[language]);
  await expect(diwan.total('net')).toHaveText(diwan.figure(1444.8));

  const other = language === 'en' ? 'ar' : 'en';
  await diwan.switchTo(other);
  await expect(page.locator('.head h1')).toSay(diwan.t('sales_order-new'));
  await expect(diwan.field('customer')).toHaveValue(customer[other]);
  await expect(diwan.field('note')).toHaveValue('Before noon · قبل الظهر');
  await expect(diwan.cell(0, 'item')).toHaveValue(sheet[other]);
  await expect(diwan.cell(0, 'quantity')).toHaveValue('12');
  await expect(diwan.total('net')).toHaveText(diwan.figure(1444.8));
  await diwan.save();
  await expect(diwan.field('customer')).toHaveValue(customer[other]);
});

test('what was typed to sign up stays, but for the password', async ({ diwan, page, language }) => {
  const typed = { company: 'Harbour · الميناء', name: 'Salma Haddad', email: 'salma@harbour.example' };
  // What a page finds of the one before, ahead of its own scripts.
  await page.addInitScript(() => Object.assign(window, { found: JSON.stringify({ ...sessionStorage }) }));
  await diwan.open('/sign-up');
  for (const [name, text] of Object.entries({ ...typed, password })) await page.locator(`#${name}`).fill(text);
  await page.locator('input[name=country][value=XX]').check();
  await page.locator('#currency').selectOption('EUR');
  for (const other of bothWays(language)) {
    await page.locator('#password').fill(password);
    await diwan.switchTo(other);
    await expect(page.getByRole('heading', { level: 1 })).toSay(diwan.t('sign-up'));
    for (const [name, text] of Object.entries(typed)) await expect(page.locator(`#${name}`)).toHaveValue(text);
    await expect(page.locator('input[name=country][value=XX]')).toBeChecked();
    await expect(page.locator('#currency')).toHaveValue('EUR');
    await expect(page.locator('#password')).toHaveValue('');
    const found = String(await page.evaluate('found'));
    expect(found).toContain(typed.email);
    expect(found).not.toContain(password);
    expect(await page.evaluate('sessionStorage.length')).toBe(0);
  }
  await diwan.open('/sign-up');
  await expect(page.locator('#email')).toHaveValue('');
});

test('an address that came back with a refusal stays', async ({ diwan, page, language }) => {
  await diwan.open('/sign-in');
  await diwan.refused(401, () => diwan.signIn('nobody@harbour.example', 'not the password'));
  for (const other of bothWays(language)) {
    await diwan.switchTo(other);
    await expect(page.locator('#email')).toHaveValue('nobody@harbour.example');
    await expect(page.locator('#password')).toHaveValue('');
  }
});

test('a comment stays beside the form of its record', async ({ house: diwan, page, language }) => {
  await addCustomer(diwan);
  const comment = 'Before noon · قبل الظهر';
  await page.locator('#say').fill(comment);
  await diwan.fillIn({ phone: '+966 11 555 0404' });
  for (const other of bothWays(language)) {
    await diwan.switchTo(other);
    await expect(page.locator('label[for=say]')).toSay(diwan.t('comment-label'));
    await expect(page.locator('#say')).toHaveValue(comment);
    await expect(diwan.field('phone')).toHaveValue('+966 11 555 0404');
  }
});

test('where the columns of a file go stays', async ({ house: diwan, page, language }) => {
  const state = page.locator('[role=status] .pill');
  await diwan.open('/customers/import');
  const buffer = Buffer.from('Key,Called\nK-1,Onyx\n');
  await page.locator('#file').setInputFiles({ name: 'customers.csv', mimeType: 'text/csv', buffer });
  await diwan.go(() => page.getByRole('button', { name: diwan.t('import-check') }).click());
  await expect(state).toSay(diwan.t('import-state-rehearsed'));
  const chosen = { 'select[name="map.0"]': 'code', 'select[name="map.1"]': 'name', 'select[name=fix]': 'phone' };
  for (const [select, field] of Object.entries(chosen)) await page.locator(select).selectOption(field);
  await page.locator('input[name="fix.text"]').fill('+966 11 555 0404');
  for (const other of bothWays(language)) {
    await diwan.switchTo(other);
    await expect(state).toSay(diwan.t('import-state-rehearsed'));
    for (const [select, field] of Object.entries(chosen)) await expect(page.locator(select)).toHaveValue(field);
    await expect(page.locator('input[name="fix.text"]')).toHaveValue('+966 11 555 0404');
  }
  await diwan.go(() => page.locator('button[name=_do][value=check]').click());
  await expect(state).toSay(diwan.t('import-state-rehearsed'));
  await expect(page.locator('#import-good')).toSay(diwan.t('import-good', { rows: 1, created: 1, changed: 0 }));
});

test('a filtered list stays filtered in the other language', async ({ house: diwan, page, language }) => {
  await diwan.open('/accounts?view=asset&q=11');
  const count = await page.locator('tbody tr').count();
  await diwan.switchTo(language === 'en' ? 'ar' : 'en');
  await expect(page).toHaveURL('/accounts?view=asset&q=11');
  await expect(page.locator('.search input[name=q]')).toHaveValue('11');
  await expect(page.locator('.views [aria-current=page]')).toSay(diwan.t('view-asset'));
  await expect(page.locator('tbody tr')).toHaveCount(count);
});

test('Arabic digits are read in quantities and dates', async ({ house: diwan, page }) => {
  await addCustomer(diwan);
  await addItems(diwan);
  await diwan.create('sales-orders', { customer: customer.code, date: '٢٠٢٦/١١/١٨' }, { item: sheet.code, quantity: '١٢' });
  await expect(diwan.field('date')).toHaveValue('2026-11-18');
  await expect(diwan.cell(0, 'quantity')).toHaveValue('12');
  await expect(diwan.total('net')).toHaveText(diwan.figure(1444.8));
  await diwan.open('/sales-orders');
  await expect(page.locator('tbody tr')).toSay(`18 ${diwan.t('month-11-short')} 2026`);
});
