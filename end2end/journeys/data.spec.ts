// A company takes its data away, and forgets a person whom its books outlive.

import { stat } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { type Diwan, expect, test } from '../support/diwan.js';
import { addCustomer, customer } from '../support/goods.js';

/** Waits on the page of a job until its file is there, and takes it. */
async function take(diwan: Diwan, page: Page) {
  const file = page.locator('a[href$="/file"]').first();
  await expect
    .poll(async () => {
      await diwan.open(new URL(page.url()).pathname);
      return file.count();
    })
    .toBeGreaterThan(0);
  const [download] = await Promise.all([page.waitForEvent('download'), file.click()]);
  expect(download.suggestedFilename()).toMatch(/\.zip$/);
  return (await stat(await download.path())).size;
}

test('the owner takes everything away as an archive', async ({ house: diwan, page }) => {
  await addCustomer(diwan);
  await diwan.open('/company-data');
  await diwan.go(() => page.locator('#archive').click());
  expect(await take(diwan, page)).toBeGreaterThan(10_000);
  await diwan.open('/company-data');
  await expect(page.locator('table.list tbody tr')).toHaveCount(1);
  // What the company uses of its plan is told beside it.
  await diwan.open('/usage');
  await expect(page.locator('#usage-users')).toSay(diwan.t('usage-unlimited'));
});

test('a customer is told what is known of them, and forgotten', async ({ house: diwan, page, language }) => {
  await addCustomer(diwan, { phone: '+966 11 555 0177' });
  const form = new URL(page.url()).pathname;
  await diwan.go(() => page.getByRole('link', { name: diwan.t('person-data') }).click());
  const address = new URL(page.url()).pathname;
  await diwan.go(() => page.locator('button[name=_do][value=export]').click());
  expect(await take(diwan, page)).toBeGreaterThan(500);

  await diwan.open(address);
  await page.locator('#typed').fill('somebody else');
  await diwan.refused(422, () => page.locator('button[name=_do][value=erase]').click());
  await expect(page.locator('#typed-fault')).toSay(diwan.t('refuse-erase-typed'));
  await expect(page.locator('#typed')).toHaveValue('somebody else');
  await page.locator('#typed').fill(customer.code);
  await diwan.go(() => page.locator('button[name=_do][value=erase]').click());
  await expect(diwan.notice).toSay(diwan.t('done-erased'));
  expect(new URL(page.url()).pathname).toBe(form);
  await expect(diwan.field('phone')).toHaveValue('');
  await expect(diwan.field(`name-${language}`)).not.toHaveValue(customer[language]);
  // Nobody finds them by what they were called.
  await diwan.open(`/customers?q=${encodeURIComponent(customer[language])}`);
  await expect(page.locator('.list tbody tr')).toHaveCount(0);
});
