import { type Diwan, expect, test } from '../support/diwan.js';
import { addCustomer } from '../support/goods.js';
import { invite, join } from '../support/people.js';

const said = (diwan: Diwan) => diwan.page.locator('#comments .said');
const bell = (diwan: Diwan) => diwan.page.locator('#bell');
const told = (diwan: Diwan) => diwan.page.locator('.told li');

/** Sends the form that holds a box. */
const send = (diwan: Diwan, box: string) =>
  diwan.go(() => diwan.page.locator('form.say').filter({ has: diwan.page.locator(box) }).getByRole('button').click());

test('a colleague is mentioned and finds it behind the bell', async ({ house: owner, second: member, page }) => {
  await addCustomer(owner);
  const customer = new URL(page.url()).pathname;
  const colleague = await invite(owner, 'sales');
  await join(member, colleague);
  await expect(bell(member).locator('.n')).toHaveCount(0);

  await owner.open(customer);
  const box = page.locator('#say');
  await box.pressSequentially(`@${colleague.name.slice(0, 5)}`);
  await expect(page.locator('#say-list [role=option]')).toHaveText([colleague.name]);
  await box.press('Enter');
  await expect(box).toHaveValue(`@${colleague.name} `);
  await box.pressSequentially('see <b>this</b>');
  await send(owner, '#say');
  await expect(owner.notice).toSay(owner.t('done-commented'));
  await expect(said(owner).locator('.words')).toHaveText(`@${colleague.name} see <b>this</b>`);
  await expect(bell(owner).locator('.n')).toHaveCount(0);

  // The bell rings with the next page, without a new frame around it.
  await member.go(() => member.page.locator('.side nav a[href="/items"]').click());
  await expect(bell(member).locator('.n')).toHaveText(member.figure(1, 0));
  await member.go(() => bell(member).click());
  await expect(told(member)).toHaveCount(1);
  await expect(told(member)).toSay(member.t('notification-mention', { name: 'Salma Haddad' }));
  await member.go(() => told(member).locator('button.open').click());
  await expect(member.page).toHaveURL(new RegExp(`${customer}#comment-`));
  await expect(bell(member).locator('.n')).toHaveCount(0);
  await member.page.locator('.threads summary').filter({ hasText: member.t('comment-answer') }).click();
  await member.page.locator('textarea[id^=answer-]').fill('نعم');
  await send(member, 'textarea[id^=answer-]');
  await expect(member.page.locator('.answers .said')).toSay('نعم');

  await owner.open('/notifications');
  await expect(told(owner)).toSay(owner.t('notification-answer', { name: colleague.name }));
  await owner.go(() => page.getByRole('button', { name: owner.t('notifications-read-all') }).click());
  await expect(bell(owner).locator('.n')).toHaveCount(0);
  const answers = page.locator('#preferences').getByLabel(owner.t('notify-answer'));
  await answers.uncheck();
  await owner.go(() => page.locator('#preferences').getByRole('button').click());
  await expect(answers).not.toBeChecked();
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  test('comments are written, changed and removed by forms', async ({ house: diwan, page }) => {
    await addCustomer(diwan);
    await diwan.refused(422, () => page.locator('form.say button').click());
    await expect(page.locator('form.say .err')).toSay(diwan.t('refuse-comment-empty'));
    await page.locator('#say').fill('First\nSecond');
    await send(diwan, '#say');
    await expect(said(diwan).locator('.words')).toHaveText('First\nSecond');
    await page.locator('.own summary').click();
    await page.locator('textarea[id^=edit-]').fill('Third');
    await send(diwan, 'textarea[id^=edit-]');
    await expect(diwan.notice).toSay(diwan.t('done-comment-edited'));
    await expect(said(diwan).locator('.by')).toSay(diwan.t('comment-edited'));
    await diwan.go(() => page.locator('.own button[value=remove]').click());
    await expect(diwan.notice).toSay(diwan.t('done-comment-removed'));
    await expect(said(diwan)).toHaveCount(0);
  });
});
