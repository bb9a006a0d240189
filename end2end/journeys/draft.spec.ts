import { type Diwan, expect, test, unique } from '../support/diwan.js';

const notice = (diwan: Diwan) => diwan.page.locator('#draft');
const kept = (diwan: Diwan) => diwan.page.evaluate(() => localStorage.getItem('drafts') ?? '');
const press = (diwan: Diwan, id: string) => notice(diwan).getByRole('button', { name: diwan.t(id) }).click();

/** Types into a field and leaves the form, which asks whether to. */
const abandon = async (diwan: Diwan, address: string, field: string, text: string) => {
  await diwan.open(address);
  await diwan.fillIn({ [field]: text });
  await expect.poll(() => kept(diwan)).toContain(text);
  diwan.page.once('dialog', (dialog) => dialog.accept());
  await diwan.open('/customers');
};

test('what was typed and not saved is offered again', async ({ house: diwan, page }) => {
  const [code, name] = [unique('C'), 'Basalt · بازلت'];
  await abandon(diwan, '/customers/new', 'code', code);
  // By a link of the page, as well as by its address.
  await diwan.go(() => page.locator('.head .acts a[href$="/new"]').first().click());
  await expect(notice(diwan)).toBeVisible();
  await diwan.go(() => press(diwan, 'draft-take'));
  await expect(diwan.field('code')).toHaveValue(code);
  await expect(notice(diwan)).toHaveCount(0);
  await diwan.fillIn({ [`name-${diwan.language}`]: name });
  await diwan.save();
  expect(await kept(diwan)).toBe('{}');
  await diwan.open('/customers/new');
  await expect(diwan.field('code')).toHaveValue('');
  await expect(notice(diwan)).toHaveCount(0);
});

test('a draft is discarded, and goes with whoever signs out', async ({ house: diwan, page }) => {
  await abandon(diwan, '/customers/new', 'code', unique('C'));
  await diwan.open('/customers/new');
  await press(diwan, 'draft-drop');
  await expect(notice(diwan)).toHaveCount(0);
  expect(await kept(diwan)).toBe('{}');

  await abandon(diwan, '/customers/new', 'code', unique('C'));
  await diwan.signOut();
  expect(await page.evaluate(() => localStorage.getItem('drafts'))).toBe('{}');
});

test('a draft remembers the version that it began with', async ({ house: diwan, page, baseURL }) => {
  const address = await diwan.bring('customers', { code: unique('C'), [`name-${diwan.language}`]: 'Slate House', active: 'true' });
  await abandon(diwan, address, 'phone', '222');
  const headers = { origin: baseURL ?? '' };
  await page.request.post(address, { form: { _do: 'save', _version: 1, _edits: 1, phone: '111' }, headers });
  await diwan.open(address);
  await expect(diwan.field('phone')).toHaveValue('111');
  await expect(notice(diwan)).toBeVisible();
  await diwan.go(() => press(diwan, 'draft-take'));
  await expect(diwan.field('phone')).toHaveValue('222');
  await diwan.refused(409, () => diwan.button('save').click());
  await expect(page.locator('#conflict')).toSay('111');
  await diwan.go(() => page.locator('#conflict').getByRole('button', { name: diwan.t('conflict-keep-mine') }).click());
  await expect(diwan.field('phone')).toHaveValue('222');
  expect(await kept(diwan)).toBe('{}');
});
