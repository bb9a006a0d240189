import { expect, test, type Diwan } from '../support/diwan.js';

const header = 'code,name,credit_limit,payment_term';

async function check(diwan: Diwan, ...rows: string[]) {
  await diwan.open('/customers/import');
  const buffer = Buffer.from([header, ...rows, ''].join('\n'));
  await diwan.page.locator('#file').setInputFiles({ name: 'customers.csv', mimeType: 'text/csv', buffer });
  await diwan.go(() => diwan.page.getByRole('button', { name: diwan.t('import-check') }).click());
}

test('a file is rehearsed, mended and imported whole', async ({ house: diwan, page }) => {
  await check(diwan, 'C-1,Basalt Trading,1000,NET30', 'C-1,شركة الجرانيت,,', 'C-3,Marble House,plenty,', 'C-4,Slate,,SOMEDAY');
  await expect(page.locator('#import-bad')).toSay(diwan.t('import-bad', { count: 3 }));
  await expect(page.locator('#bad-rows tbody td')).toHaveText([
    '3', 'code', 'C-1', /C-1/,
    '4', 'credit_limit', 'plenty', diwan.t('fault-not-number'),
    '5', 'payment_term', 'SOMEDAY', diwan.t('fault-not-link'),
  ]);
  await expect(page.locator('#bad-rows tbody tr').first()).toSay(diwan.t('import-fault-twice', { text: 'C-1' }));
  const doImport = page.locator('button[name=do][value=import]');
  await expect(doImport).toBeDisabled();
  await diwan.open('/customers');
  await expect(page.locator('#count')).toSay(diwan.t('list-count', { count: 0 }));

  await check(diwan, 'C-1,Basalt Trading,1000,NET30', 'C-2,شركة الجرانيت,,', 'C-3,Marble House,250.50,NET7');
  await expect(page.locator('#import-good')).toSay(diwan.t('import-good', { rows: 3, documents: 3 }));
  await diwan.go(() => doImport.click());
  await expect(diwan.notice).toSay(diwan.t('done-imported'));
  await expect(page.locator('#count')).toSay(diwan.t('list-count', { count: 3 }));
  for (const name of ['Basalt Trading', 'شركة الجرانيت', 'Marble House']) await expect(page.getByRole('row').filter({ hasText: name })).toHaveCount(1);
});
