// Scripts may run, but the program behind them does not come: a firewall holds it back, or a browser cannot run it.

import { Diwan, expect, test } from '../support/diwan.js';
import { addCustomer, customer } from '../support/goods.js';

test('lists, filters, pages and forms need no program', async ({ page, context, language, watch, baseURL }) => {
  await watch.withhold(context, /\.wasm\b/);
  const diwan = new Diwan(page, language, watch, baseURL ?? '', false);
  await diwan.signUp();
  await diwan.open('/accounts');
  const rows = page.locator('tbody tr');
  await expect(rows).toHaveCount(50);
  await diwan.go(() => page.locator('#later').click());
  await expect(page.locator('#earlier')).toBeVisible();
  await expect(rows).toHaveCount(33);
  const kind = page.locator('.filters details.chip').filter({ hasText: diwan.t('field-kind') });
  await kind.locator('summary').click();
  await kind.locator('select').selectOption('equity');
  await diwan.go(() => kind.getByRole('button').click());
  await expect(page.locator('.chip.on')).toSay(`${diwan.t('field-kind')}: ${diwan.t('choice-kind-equity')}`);
  await expect(rows).toHaveCount(6);

  await addCustomer(diwan, { payment_term: 'NET30' });
  await diwan.fillIn({ phone: '+966 11 555 0404' });
  await diwan.save();
  await diwan.open('/customers');
  await expect(rows).toHaveCount(1);
  await expect(rows).toSay(customer[language]);
  await expect(rows).toSay('+966 11 555 0404');
  await expect(page.locator('html')).not.toHaveAttribute('data-hydrated');
});
