import { type Diwan, expect, test } from '../support/diwan.js';
import { importCustomers } from '../support/goods.js';
import { plain } from '../support/words.js';

const phone = '+966 11 555 0303';
/** Rows that the report of a job shows at most. */
const shown = 200;
/** Jobs of a journey: the file is checked, then imported, then its customers are changed. The latest comes first. */
const jobs = 3;

const bar = (diwan: Diwan) => diwan.page.locator('#bulk');
const row = (diwan: Diwan, code: string) => diwan.page.getByRole('row').filter({ hasText: code });
const tick = (diwan: Diwan, code: string) => row(diwan, code).getByLabel(diwan.t('bulk-select')).check();
const state = (diwan: Diwan) => diwan.page.locator('#page .pill');
const stop = (diwan: Diwan) => diwan.page.locator('button[name=_do][value=cancel]');

/** Opens what can be changed of many, and asks for it. */
async function change(diwan: Diwan, field: string, enter: () => Promise<unknown>) {
  await bar(diwan).getByText(diwan.t('bulk-set'), { exact: true }).click();
  await enter();
  await diwan.go(() => bar(diwan).locator(`button[name=_do][value="set.${field}"]`).click());
  await expect(diwan.page).toHaveURL(/\/jobs\/[\w-]{36}$/);
  await expect(diwan.page.getByRole('heading', { level: 1 })).toSay(`${diwan.t('customer-many')} — ${diwan.t('bulk-set')}`);
}

test('the phone of two customers is changed at once', async ({ house: diwan, page }) => {
  await importCustomers(diwan, 3);
  await expect(bar(diwan)).toBeHidden();
  await tick(diwan, 'C-0001');
  await expect(bar(diwan)).toBeVisible();
  await tick(diwan, 'C-0003');
  await change(diwan, 'phone', async () => {
    await page.locator('#set-phone').fill(phone);
    // Enter does nothing here, least of all what the first button of the bar does.
    await page.locator('#set-phone').press('Enter');
    await expect(page).toHaveURL(/\/customers(\?|$)/);
  });
  // The page follows the job by itself.
  await expect(state(diwan)).toHaveText(diwan.t('job-done'));
  await expect(page.getByRole('status')).toSay(diwan.t('job-progress', { done: 2, total: 2 }));
  await expect(stop(diwan)).toHaveCount(0);
  const report = page.locator('.list tbody tr');
  await expect(report).toHaveCount(2);
  for (const [at, name] of ['Customer 1', 'Customer 3'].entries()) await expect(report.nth(at)).toSay(`${name}${diwan.t('job-done')}`);

  await diwan.open('/jobs');
  await expect(report).toHaveCount(jobs);
  await expect(report.first()).toSay(diwan.t('job-progress', { done: 2, total: 2 }));
  await diwan.open('/customers');
  for (const [code, text] of [['C-0001', phone], ['C-0002', ''], ['C-0003', phone]]) {
    await expect(row(diwan, code).locator(`[data-label="${diwan.t('field-phone')}"]`)).toHaveText(text);
  }
  await diwan.go(() => row(diwan, 'C-0003').getByRole('link').first().click());
  await expect(diwan.field('phone')).toHaveValue(phone);
});

test('what no customer can have is refused, and the ticks stay', async ({ house: diwan, page }) => {
  await importCustomers(diwan, 3);
  await tick(diwan, 'C-0001');
  await tick(diwan, 'C-0003');
  await bar(diwan).getByText(diwan.t('bulk-set'), { exact: true }).click();
  const set = bar(diwan).locator('button[name=_do][value="set.credit_limit"]');
  await page.locator('#set-credit_limit').fill('plenty');
  await diwan.refused(422, () => set.click());
  await expect(page.locator('#set-credit_limit')).toHaveValue('plenty');
  await expect(bar(diwan).locator('.err')).toSay(diwan.t('fault-not-number'));
  await expect(bar(diwan)).toSay(diwan.t('bulk-ticked', { count: 2 }));
  for (const [code, ticked] of [['C-0001', true], ['C-0002', false], ['C-0003', true]] as const) {
    await expect(row(diwan, code).getByLabel(diwan.t('bulk-select'))).toBeChecked({ checked: ticked });
  }
  await page.locator('#set-credit_limit').fill('500');
  await diwan.go(() => set.click());
  await expect(state(diwan)).toHaveText(diwan.t('job-done'));
  await expect(page.getByRole('status')).toSay(diwan.t('job-progress', { done: 2, total: 2 }));
});

test('a change of all that match is stopped on its way, and its report says how far it came', async ({ house: diwan, page }) => {
  // So many that the job is far from its end when its page has come.
  const all = 8_000;
  await importCustomers(diwan, all);
  await tick(diwan, 'C-0001');
  await expect(bar(diwan)).toSay(diwan.t('bulk-all', { count: all }));
  await bar(diwan).locator('input[name=all]').check();
  await change(diwan, 'language', () => page.locator('#set-language').selectOption('en'));

  const report = page.locator('.list tbody tr');
  await expect(report.first()).toBeVisible();
  // The page is drawn anew every second: between press and release of a mouse the button might be another one.
  await diwan.go(() => stop(diwan).dispatchEvent('click'));
  await expect(state(diwan)).toHaveText(diwan.t('job-cancelled'));
  await expect(stop(diwan)).toHaveCount(0);
  await expect(page.locator('button[name=_do][value=retry]')).toHaveCount(1);
  const progress = plain(await page.getByRole('status').locator('small').first().innerText());
  const soFar = Number(/[\d,]+/.exec(progress)?.[0].replaceAll(',', ''));
  expect(progress).toBe(diwan.t('job-progress', { done: soFar, total: all }));
  expect(soFar).toBeGreaterThan(0);
  expect(soFar).toBeLessThan(all);
  await expect(report).toHaveCount(Math.min(soFar, shown));
  await expect(report.filter({ hasText: diwan.t('job-done') })).toHaveCount(Math.min(soFar, shown));

  await diwan.open('/jobs');
  await expect(report).toHaveCount(jobs);
  await expect(report.first()).toSay(diwan.t('job-cancelled'));
  await expect(report.first()).toSay(progress);

  // As many customers were changed as the report says, and no others.
  await counts('en', soFar);
  await counts('ar', all - soFar);

  async function counts(spoken: string, count: number) {
    await diwan.open(`/customers?language=${spoken}`);
    const seen = async () => plain(await page.locator('#count').innerText());
    // The figure is what matters here, whatever form the noun takes after it.
    await expect.poll(seen).toMatch(new RegExp(`^(${diwan.t('list-count', { count })}|${diwan.figure(count, 0)} \\S+)$`));
  }
});
