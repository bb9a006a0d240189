// Whoever operates the installation sees how its companies do, gives them plans and closes them.

import { expect, test, unique } from '../support/diwan.js';
import { command } from '../support/program.js';

test('an operator finds a company, takes webhooks from it, closes it and opens it again', async ({ diwan, second: console, language }) => {
  const { company } = await diwan.signUp();
  const email = `${unique('omar')}@operator.example`;
  const password = /with the password (\S+)/.exec(await command('operator', 'add', email, '--name', 'Omar Saleh', '--language', language))?.[1] ?? '';
  const { page } = console;

  await console.open('/sign-in');
  await console.go(() => console.signIn(email, password));
  await expect(page).toHaveURL('/operator');
  await page.locator('#q').fill(company);
  await console.go(() => page.locator('form.toolbar button').click());
  await expect(page.locator('.list tbody tr')).toHaveCount(1);
  await expect(page.locator('.list tbody .pill')).toHaveText(console.t('operator-well'));
  await console.go(() => page.getByRole('link', { name: company }).click());
  await expect(page.locator('#usage-users')).toSay(console.t('usage-unlimited'));

  // A plan with limits, and one part turned off beside it.
  await diwan.open('/webhooks');
  await page.locator('#plan').selectOption('standard');
  await page.locator('[id="flag.webhooks"]').selectOption('off');
  await console.go(() => page.locator('#operator-give button').click());
  await expect(console.notice).toSay(console.t('done-saved'));
  await expect(page.locator('#usage-users')).toSay(console.t('usage-of', { most: console.figure(25, 0) }));
  await expect(page.locator('#operator-log')).toSay(console.t('operator-did-plan'));
  await diwan.watch.expecting(404, () => diwan.open('/webhooks'));
  await diwan.open('/usage');
  await expect(diwan.page.locator('#usage-users')).toSay(diwan.t('usage-of', { most: diwan.figure(25, 0) }));

  // Closed, with a reason that only operators read.
  await page.locator('#reason').fill('Bills are open');
  await console.go(() => page.locator('#operator-suspend button').click());
  await expect(console.notice).toSay(console.t('done-acted'));
  await expect(page.locator('#operator-resume')).toSay('Bills are open');
  await diwan.watch.expecting(403, () => diwan.open('/customers'));
  await expect(diwan.page.locator('.empty')).toSay(diwan.t('error-suspended'));
  await expect(diwan.page.locator('body')).not.toContainText('Bills are open');
  await console.go(() => page.locator('#operator-resume button').click());
  await expect(page.locator('#operator-log tbody tr')).toHaveCount(3);
  await diwan.open('/customers');

  // For everybody else there is no console.
  await diwan.watch.expecting(404, () => diwan.open('/operator'));
});
