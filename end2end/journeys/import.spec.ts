import { readFile } from 'node:fs/promises';
import { expect, test, type Diwan } from '../support/diwan.js';

const header = 'code,name,credit_limit,payment_term';

/** Brings a file and waits until it has been checked. */
async function check(diwan: Diwan, text: string) {
  await diwan.open('/customers/import');
  await diwan.page.locator('#file').setInputFiles({ name: 'customers.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });
  await diwan.go(() => diwan.page.getByRole('button', { name: diwan.t('import-check') }).click());
  await expect(state(diwan)).toSay(diwan.t('import-state-rehearsed'));
}

const state = (diwan: Diwan) => diwan.page.locator('[role=status] .pill');
const button = (diwan: Diwan, verb: string) => diwan.page.locator(`button[name=_do][value=${verb}]`);

/** Asks for something and waits until it is so. */
async function get(diwan: Diwan, verb: string, wanted: string) {
  await diwan.go(() => button(diwan, verb).click());
  await expect(state(diwan)).toSay(diwan.t(`import-state-${wanted}`));
}

async function customers(diwan: Diwan, count: number) {
  await diwan.open('/customers');
  await expect(diwan.page.locator('#count')).toSay(diwan.t('list-count', { count }));
}

test('bad rows are shown, left out, mended and imported; the import is undone', async ({ house: diwan, page }) => {
  const rows = ['C-1,Basalt Trading,1000,NET30', 'C-1,شركة الجرانيت,,', 'C-3,Marble House,plenty,', 'C-4,Slate,,SOMEDAY', ''];
  await check(diwan, [header, ...rows].join('\n'));
  await expect(page.locator('#import-bad')).toSay(diwan.t('import-bad', { count: 3 }));
  await expect(page.locator('#bad-rows tbody td')).toHaveText([
    '3', 'code', 'C-1', /C-1/,
    '4', 'credit_limit', 'plenty', diwan.t('fault-not-number'),
    '5', 'payment_term', 'SOMEDAY', diwan.t('fault-not-link'),
  ]);
  await expect(page.locator('#bad-rows tbody tr').first()).toSay(diwan.t('import-fault-twice', { text: 'C-1' }));
  await expect(button(diwan, 'import')).toHaveCount(0);
  const address = page.url();
  await customers(diwan, 0);

  // The good row goes in; the others come back as a file.
  await diwan.open(address);
  await get(diwan, 'skip', 'done');
  await expect(page.locator('#import-skipped')).toSay(diwan.t('import-skipped', { skipped: 3 }));
  const [download] = await Promise.all([page.waitForEvent('download'), page.locator('#import-rest').click()]);
  const rest = await readFile(await download.path(), 'utf8');
  expect(rest.trim().split(/\r?\n/)).toHaveLength(4);

  // Mended in the spreadsheet, it is a file as any other.
  const mended = rest.replace('C-1,', 'C-2,').replace('plenty', '250.50').replace('SOMEDAY', 'NET7');
  await check(diwan, mended);
  await expect(page.locator('#import-good')).toSay(diwan.t('import-good', { rows: 3, created: 3, changed: 0 }));
  await get(diwan, 'import', 'done');
  await customers(diwan, 4);
  for (const name of ['Basalt Trading', 'شركة الجرانيت', 'Marble House', 'Slate']) await expect(page.getByRole('row').filter({ hasText: name })).toHaveCount(1);

  await diwan.open(address);
  await get(diwan, 'undo', 'undone');
  await expect(page.locator('#import-undone')).toSay(diwan.t('import-undone'));
  await customers(diwan, 3);
  await expect(page.getByRole('row').filter({ hasText: 'Basalt Trading' })).toHaveCount(0);
});

test('a file changes customers that are there, once it is told to', async ({ house: diwan, page }) => {
  await check(diwan, [header, 'C-1,Basalt Trading,100,NET30', ''].join('\n'));
  await get(diwan, 'import', 'done');
  await check(diwan, 'code,name,credit_limit\nC-1,شركة البازلت,250\nC-2,Slate,10\n');
  await expect(page.locator('#bad-rows tbody tr').first()).toSay(diwan.t('import-fault-twice', { text: 'C-1' }));
  await page.locator('#import-changes').check();
  await diwan.go(() => button(diwan, 'check').click());
  await expect(page.locator('#import-good')).toSay(diwan.t('import-good', { rows: 2, created: 1, changed: 1 }));
  await expect(page.locator('#import-changes')).toBeChecked();
  await expect(page.locator('#import-examples > tbody > tr')).toHaveText([new RegExp(diwan.t('import-changes')), new RegExp(diwan.t('import-creates'))]);
  await get(diwan, 'import', 'done');
  const address = page.url();
  await diwan.open('/customers');
  await diwan.go(() => page.getByRole('row').filter({ hasText: 'C-1' }).getByRole('link').first().click());
  await expect(diwan.field('credit_limit')).toHaveValue(diwan.figure(250));
  await expect(diwan.field('name-en')).toHaveValue('Basalt Trading');
  await expect(diwan.field('name-ar')).toHaveValue('شركة البازلت');
  await diwan.open(address);
  await get(diwan, 'undo', 'undone');
  await customers(diwan, 1);
  await diwan.go(() => page.getByRole('row').filter({ hasText: 'C-1' }).getByRole('link').first().click());
  await expect(diwan.field('credit_limit')).toHaveValue(diwan.figure(100));
  await expect(diwan.field('name-ar')).toHaveValue('');
});

test('a column goes where it last went', async ({ house: diwan, page }) => {
  await check(diwan, 'Key,Called\nK-1,Onyx\n');
  await page.locator('select[name="map.0"]').selectOption('code');
  await page.locator('select[name="map.1"]').selectOption('name');
  await get(diwan, 'check', 'rehearsed');
  await expect(page.locator('#import-good')).toSay(diwan.t('import-good', { rows: 1, created: 1, changed: 0 }));
  await check(diwan, 'Called,Key\nQuartz,K-2\n');
  await expect(page.locator('select[name="map.0"]')).toHaveValue('name');
  await expect(page.locator('select[name="map.1"]')).toHaveValue('code');
  await expect(page.locator('#import-good')).toSay(diwan.t('import-good', { rows: 1, created: 1, changed: 0 }));
});
