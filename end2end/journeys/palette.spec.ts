// The palette and the shortcuts, with the hands on the keyboard.

import { expect, pressInArabic, test, unique } from '../support/diwan.js';
import type { Diwan } from '../support/diwan.js';

const palette = (diwan: Diwan) => diwan.page.locator('#palette');
const options = (diwan: Diwan) => palette(diwan).locator('[role=option]');

test('a customer is made, found with a slip and opened without the mouse', async ({ house: diwan }) => {
  const name = diwan.language === 'ar' ? 'مؤسسة الواحة الخضراء' : 'Green Oasis Establishment';
  const slip = diwan.language === 'ar' ? 'الواحه الخضرا' : 'oasiss';
  const code = unique('C');
  await diwan.page.keyboard.press('Control+KeyK');
  await expect(palette(diwan)).toBeVisible();
  await diwan.page.keyboard.type(diwan.t('customer-new'));
  await expect(options(diwan).first()).toHaveText(diwan.t('customer-new'));
  await diwan.go(() => diwan.page.keyboard.press('Enter'));
  await expect(diwan.page).toHaveURL(/\/customers\/new/);
  await expect(palette(diwan)).toBeHidden();
  await diwan.fillIn({ code, [`name-${diwan.language}`]: name });
  await diwan.go(() => diwan.page.keyboard.press('Control+KeyS'));
  await expect(diwan.notice).toSay(diwan.t('done-saved'));

  await diwan.open('/');
  await diwan.page.keyboard.press('Control+KeyK');
  await diwan.page.keyboard.type(slip);
  await expect(options(diwan).first()).toContainText(name);
  await diwan.go(() => diwan.page.keyboard.press('Enter'));
  await expect(diwan.field('code')).toHaveValue(code);
});

test('keys keep their place on an Arabic keyboard', async ({ house: diwan }) => {
  await pressInArabic(diwan, 'KeyK', 'ن', { ctrlKey: true });
  await expect(palette(diwan)).toBeVisible();
  await diwan.page.keyboard.press('Escape');
  await expect(palette(diwan)).toBeHidden();
  await pressInArabic(diwan, 'Slash', '؟', { shiftKey: true });
  await expect(palette(diwan).locator('h2')).toSay(diwan.t('shortcuts'));
});

test('a key pressed the moment the palette closes is not lost', async ({ house: diwan, page }) => {
  await page.keyboard.press('Control+KeyK');
  await expect(palette(diwan)).toBeVisible();
  // The browser tells of the closing only after this: the key is there first.
  await palette(diwan).evaluate((dialog: HTMLDialogElement) => {
    dialog.close();
    document.body.dispatchEvent(new KeyboardEvent('keydown', { code: 'Slash', key: '?', shiftKey: true, bubbles: true, cancelable: true }));
  });
  await expect(palette(diwan).locator('h2')).toSay(diwan.t('shortcuts'));
  await expect(palette(diwan)).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(palette(diwan)).toBeHidden();
});

test('Enter opens what is typed, not what was found before', async ({ house: diwan, page, language }) => {
  const code = unique('C');
  const customer = { language, active: 'true' };
  await diwan.bring('customers', { ...customer, code: unique('C'), [`name-${language}`]: 'Basalt Trading' });
  await diwan.bring('customers', { ...customer, code, [`name-${language}`]: 'Slate House' });
  await page.keyboard.press('Control+KeyK');
  await page.locator('#palette-input').fill('basalt');
  await expect(options(diwan).first()).toContainText('Basalt Trading');

  let release = () => {};
  const held = new Promise<void>((done) => (release = done));
  await page.route('**/api/page', async (route) => {
    await held;
    await route.continue();
  });
  await page.locator('#palette-input').fill('slate');
  await page.keyboard.press('Enter');
  await expect(palette(diwan)).toBeVisible();
  await diwan.go(async () => release());
  await expect(diwan.field('code')).toHaveValue(code);
  await expect(palette(diwan)).toBeHidden();
});

test('on an Arabic keyboard the palette goes, makes and acts, and single keys do their work', async ({ house: diwan, page }) => {
  /** Opens the palette and takes what is called so. */
  const take = async (label: string) => {
    await pressInArabic(diwan, 'KeyK', 'ن', { ctrlKey: true });
    await expect(page.locator('#palette-input')).toBeFocused();
    await page.keyboard.insertText(label);
    await expect(options(diwan).first()).toHaveText(label);
    await diwan.go(() => pressInArabic(diwan, 'Enter', 'Enter'));
    await expect(palette(diwan)).toBeHidden();
  };
  await take(diwan.t('opportunity-new'));
  await expect(page).toHaveURL(/\/opportunities\/new$/);
  await diwan.fillIn({ title: 'Cold store' });
  await diwan.go(() => pressInArabic(diwan, 'KeyS', 'س', { ctrlKey: true }));
  await expect(diwan.notice).toSay(diwan.t('done-saved'));
  await take(diwan.t('opportunity-action-advance'));
  await expect(diwan.state).toHaveText(diwan.t('opportunity-state-qualified'));
  await take(diwan.t('unit-many'));
  await expect(page).toHaveURL(/\/units$/);

  const search = page.locator('.filters input[type=search]');
  await expect(search).toBeVisible();
  await pressInArabic(diwan, 'Slash', 'ظ');
  await expect(search).toBeFocused();
  // Whoever types means letters.
  await pressInArabic(diwan, 'KeyN', 'ى');
  await expect(search).toBeFocused();
  await search.blur();
  const row = (at: number) => page.locator('table.list tbody tr').nth(at).getByRole('link').first();
  for (const at of [0, 1]) {
    await pressInArabic(diwan, 'KeyJ', 'ت');
    await expect(row(at)).toBeFocused();
  }
  await pressInArabic(diwan, 'KeyK', 'ن');
  await expect(row(0)).toBeFocused();
  await diwan.go(() => pressInArabic(diwan, 'KeyN', 'ى'));
  await expect(page).toHaveURL(/\/units\/new$/);
  await expect(diwan.field('code')).toBeVisible();
  await pressInArabic(diwan, 'KeyE', 'ث');
  await expect(diwan.field('code')).toBeFocused();
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  test('the box in the top bar searches', async ({ house: diwan }) => {
    const code = unique('C');
    await diwan.create('customers', { code, [`name-${diwan.language}`]: 'Quiet Harbour' });
    await diwan.page.locator('.top .find input').fill('harbour');
    await diwan.go(() => diwan.page.locator('.top .find input').press('Enter'));
    await expect(diwan.page.locator('.hits a').first()).toContainText('Quiet Harbour');
    await diwan.go(() => diwan.page.locator('.hits a').first().click());
    await expect(diwan.field('code')).toHaveValue(code);
  });
});
