import { expect, test } from '../support/diwan.js';
import { addCustomer, addItems, customer, cutting, sheet } from '../support/goods.js';

test.use({ javaScriptEnabled: false });

test('signing in, lists and filters need no scripts', async ({ diwan, page }) => {
  const { email } = await diwan.signUp();
  await diwan.signOut();
  await diwan.go(() => diwan.signIn(email));
  await addCustomer(diwan);
  await addItems(diwan);
  await diwan.create('sales-orders', { customer: customer.code }, { item: sheet.code, quantity: 2 });
  await expect(diwan.total('total')).toHaveText(`SAR ${diwan.figure(276.92)}`);
  await diwan.create('sales-orders', { customer: customer.code }, { item: cutting.code, quantity: 1 });
  await diwan.act('confirm');

  await diwan.open('/sales-orders');
  await expect(page.locator('tbody tr')).toHaveCount(2);
  const state = page.locator('.filters details.chip').filter({ hasText: diwan.t('field-state') });
  await state.locator('summary').click();
  await state.locator('select').selectOption('confirmed');
  await diwan.go(() => state.getByRole('button').click());
  await expect(page.locator('tbody tr')).toHaveCount(1);
  await expect(page.locator('tbody tr')).toSay(diwan.t('state-confirmed'));
  await expect(page.locator('.chip.on')).toSay(`${diwan.t('field-state')}: ${diwan.t('state-confirmed')}`);

  await diwan.open('/items');
  const search = page.locator('.search input[name=q]');
  await search.fill(cutting.code);
  await diwan.go(() => search.press('Enter'));
  await expect(page.locator('tbody tr')).toHaveCount(1);
  await expect(page.locator('tbody tr')).toSay(cutting[diwan.language]);
});

test('an error keeps what was typed without scripts', async ({ house: diwan, page }) => {
  await diwan.open('/customers/new');
  await diwan.fillIn({ 'name-en': customer.en, 'name-ar': customer.ar, payment_term: 'NET30', credit_limit: 'plenty' });
  await diwan.refused(422, () => diwan.button('save').click());
  await expect(page.locator('#f-code-fault')).toSay(diwan.t('fault-required'));
  await expect(page.locator('#f-credit_limit-fault')).toSay(diwan.t('fault-not-number'));
  await expect(diwan.faults).toSay(diwan.t('form-faults', { count: 2 }));
  await expect(diwan.field('name-en')).toHaveValue(customer.en);
  await expect(diwan.field('name-ar')).toHaveValue(customer.ar);
  await expect(diwan.field('credit_limit')).toHaveValue('plenty');
  await expect(diwan.field('payment_term')).not.toHaveValue('');

  await diwan.fillIn({ code: customer.code, credit_limit: '5000' });
  await diwan.save();
  await expect(diwan.field('credit_limit')).toHaveValue('5000.00');
});
