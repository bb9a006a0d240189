// Shortcuts of a single key: given other keys, and switched off.

import { expect, pressInArabic, test } from '../support/diwan.js';
import type { Diwan } from '../support/diwan.js';

const palette = (diwan: Diwan) => diwan.page.locator('#palette');
const keyOf = (diwan: Diwan, shortcut: string) => diwan.page.locator(`#key-${shortcut}`);
const press = (diwan: Diwan, button: 'keys' | 'delivered') => diwan.page.locator(`#keys button[value=${button}]`).click();

/** Saves what was chosen, or takes the keys as they are delivered. */
async function keep(diwan: Diwan, button: 'keys' | 'delivered' = 'keys') {
  await diwan.go(() => press(diwan, button));
  await expect(diwan.notice).toSay(diwan.t('done-saved'));
}

/** A key of their own for new records; no other shortcut gets it, too. */
async function choosing(diwan: Diwan, choose: () => Promise<unknown>) {
  const root = diwan.page.locator('html');
  await diwan.open('/my-account');
  await choose();
  await expect(keyOf(diwan, 'new')).toHaveValue('KeyM');
  await keep(diwan);
  await expect(root).toHaveAttribute('data-keys', 'new=KeyM');
  await keyOf(diwan, 'edit').selectOption('KeyM');
  await diwan.refused(422, () => press(diwan, 'keys'));
  await expect(diwan.page.locator('#key-edit-fault')).toSay(diwan.t('refuse-key-taken', { key: 'M', other: diwan.t('shortcut-new') }));
  await expect(root).toHaveAttribute('data-keys', 'new=KeyM');
}

test('a person gives a shortcut another key, and switches all of them off', async ({ house: diwan, page }) => {
  await choosing(diwan, async () => {
    await keyOf(diwan, 'new').focus();
    await pressInArabic(diwan, 'KeyM', 'ة');
  });

  await diwan.open('/customers');
  await pressInArabic(diwan, 'KeyN', 'ى');
  await pressInArabic(diwan, 'Slash', '؟', { shiftKey: true });
  await expect(palette(diwan).locator('h2')).toSay(diwan.t('shortcuts'));
  await expect(page).toHaveURL(/\/customers$/);
  await expect(palette(diwan).locator('kbd', { hasText: /^M$/ })).toBeVisible();
  await expect(palette(diwan).locator('kbd', { hasText: /^N$/ })).toHaveCount(0);
  await page.keyboard.press('Escape');
  await expect(palette(diwan)).toBeHidden();
  await diwan.go(() => pressInArabic(diwan, 'KeyM', 'ة'));
  await expect(page).toHaveURL(/\/customers\/new$/);

  // Whoever speaks to the computer switches single keys off.
  await diwan.open('/customers');
  await pressInArabic(diwan, 'Slash', '؟', { shiftKey: true });
  await diwan.go(() => palette(diwan).getByRole('link').click());
  await expect(page).toHaveURL(/\/my-account#keys$/);
  await page.locator('#single').uncheck();
  await keep(diwan);
  await diwan.open('/customers');
  await pressInArabic(diwan, 'KeyM', 'ة');
  await pressInArabic(diwan, 'Slash', '؟', { shiftKey: true });
  await expect(palette(diwan)).toBeHidden();
  await pressInArabic(diwan, 'KeyK', 'ن', { ctrlKey: true });
  await expect(page.locator('#palette-input')).toBeVisible();
  await expect(page).toHaveURL(/\/customers$/);

  await diwan.open('/my-account');
  await expect(page.locator('#keys kbd')).toHaveCount(0);
  await keep(diwan, 'delivered');
  await expect(page.locator('html')).not.toHaveAttribute('data-keys');
  await expect(page.locator('#keys tbody tr').nth(1).locator('kbd')).toHaveText('N');
});

test.describe('without scripts', () => {
  test.use({ javaScriptEnabled: false });

  test('a person gives a shortcut another key', async ({ house: diwan }) => choosing(diwan, () => keyOf(diwan, 'new').selectOption('KeyM')));
});
