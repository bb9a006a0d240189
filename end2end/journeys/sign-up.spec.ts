import { expect, password, test, unique } from '../support/diwan.js';
import { account, type Language } from '../support/words.js';

test('a first visit becomes a company with its books in both languages', async ({ diwan, page, language }) => {
  await diwan.signUp();
  await expect(page).toHaveURL('/');
  await expect(page.locator('#page')).toSay(diwan.t('waits-nothing'));

  await diwan.open('/accounts');
  const cash = page.getByRole('row').filter({ hasText: '1110' });
  await expect(cash).toSay(account('1110')[language]);
  const other: Language = language === 'en' ? 'ar' : 'en';
  await diwan.switchTo(other);
  await expect(page).toHaveURL('/accounts');
  await expect(page.getByRole('heading', { level: 1 })).toSay(diwan.t('account-many'));
  await expect(cash).toSay(account('1110')[other]);

  await diwan.signOut();
  await expect(page).toHaveURL('/sign-in');
  await page.goto('/accounts');
  await expect(page).toHaveURL(/\/sign-in\?next=/);
});

test('a wrong password is refused and the address is kept', async ({ diwan, page }) => {
  const { email } = await diwan.signUp();
  await diwan.signOut();
  await diwan.refused(401, () => diwan.signIn(email, 'not the password'));
  await expect(page.locator('#password-fault')).toSay(diwan.t('refuse-sign-in'));
  await expect(page.locator('#email')).toHaveValue(email);
  await expect(page.locator('#password')).toHaveValue('');
  await diwan.go(() => diwan.signIn(email));
  await expect(page).toHaveURL('/');
});

test('a short password is refused beside its field and the rest is kept', async ({ diwan, page }) => {
  const typed = { company: unique('Harbour'), name: 'Salma Haddad', email: `${unique('salma')}@harbour.example` };
  await diwan.open('/sign-up');
  for (const [name, text] of Object.entries({ ...typed, password: 'short' })) await page.locator(`#${name}`).fill(text);
  await page.locator('input[name=country][value=EG]').check();
  await diwan.refused(422, () => page.locator('form.stack button').click());
  await expect(page.locator('#password-fault')).toSay(diwan.t('refuse-password-short', { least: 10 }));
  await expect(page.locator('#password')).toHaveAttribute('aria-invalid', 'true');
  for (const [name, text] of Object.entries(typed)) await expect(page.locator(`#${name}`)).toHaveValue(text);
  await expect(page.locator('input[name=country][value=EG]')).toBeChecked();

  await page.locator('#password').fill(password);
  await diwan.go(() => page.locator('form.stack button').click());
  await expect(page).toHaveURL('/');
});
