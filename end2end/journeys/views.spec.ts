// A list as somebody likes it, kept by a name and shared.

import { expect, test, unique } from '../support/diwan.js';
import { invite, join } from '../support/people.js';

test('a kept view is shared with a colleague', async ({ house: owner, second: colleague }) => {
  const name = `name-${owner.language}`;
  await owner.create('customers', { code: unique('C'), [name]: 'Basalt Trading' });
  await owner.create('customers', { code: unique('C'), [name]: 'Slate House' });
  const called = unique('Stone');
  await owner.open('/customers?q=basalt&columns=name,phone');
  await owner.page.locator('.viewtools summary').filter({ hasText: owner.t('view-save') }).click();
  await owner.page.locator('#view-name').fill(called);
  await owner.page.locator('.viewtools input[name=shared]').check();
  await owner.go(() => owner.page.getByRole('button', { name: owner.t('view-keep') }).click());
  await expect(owner.page.locator('.views a[aria-current=page]')).toContainText(called);

  await join(colleague, await invite(owner, 'sales'));
  await colleague.open('/customers');
  await expect(colleague.page.locator('table.list tbody tr')).toHaveCount(2);
  await colleague.go(() => colleague.page.locator('.views a').filter({ hasText: called }).click());
  await expect(colleague.page.locator('table.list tbody tr')).toHaveCount(1);
  await expect(colleague.page.locator('table.list tbody tr')).toContainText('Basalt Trading');
  await expect(colleague.page.locator('table.list thead th')).toHaveCount(3);
  // A colleague does not take it away.
  await colleague.page.locator('.viewtools summary').filter({ hasText: colleague.t('view-save') }).click();
  await expect(colleague.page.getByRole('button', { name: colleague.t('view-forget') })).toHaveCount(0);
});

test('opportunities stand on a board, are grouped, and keep the order of their columns', async ({ house: diwan, page }) => {
  const menu = (id: string) => page.locator('.viewtools details').filter({ has: page.locator('summary', { hasText: diwan.t(id) }) });
  const state = (name: string) => diwan.t(`opportunity-state-${name}`);
  await diwan.create('opportunities', { title: 'Cold store', expected_amount: '1000' });
  await diwan.create('opportunities', { title: 'Harbour crane', expected_amount: '2500' });
  await diwan.act('advance');
  await expect(diwan.state).toHaveText(state('qualified'));
  await diwan.open('/opportunities');

  await diwan.go(() => page.locator('#layout').click());
  await expect(page.locator('.lane h2 .pill')).toHaveText(['new', 'qualified', 'proposal', 'negotiation', 'won', 'lost'].map(state));
  await expect(page.locator('.lane a.card')).toHaveCount(2);
  await expect(page.locator('.lane').nth(0)).toSay('Cold store');
  await expect(page.locator('.lane').nth(1)).toSay('Harbour crane');
  await diwan.go(() => page.locator('#layout').click());

  await menu('group-by').locator('summary').click();
  await diwan.go(() => menu('group-by').locator('a.item').filter({ hasText: diwan.t('field-state') }).click());
  const rows = page.locator('table.list tbody tr');
  await expect(rows).toHaveCount(2);
  const fresh = rows.filter({ hasText: state('new') });
  await expect(fresh.locator('td')).toHaveText([state('new'), diwan.figure(1, 0), `SAR ${diwan.figure(1000)}`]);
  await diwan.go(() => fresh.getByRole('link').click());
  await expect(page.locator('.chip.on')).toSay(`${diwan.t('field-state')}: ${state('new')}`);
  await expect(rows).toHaveCount(1);
  await expect(rows).toSay('Cold store');

  const usual = ['opportunity-title', 'field-customer', 'opportunity-expected_close', 'field-salesperson', 'opportunity-probability'];
  const [last, beforeLast] = ['opportunity-expected_amount', 'field-state'];
  const heads = (...ids: string[]) => expect(page.locator('thead th:not(.sel)')).toHaveText(ids.map((id) => diwan.t(id)));
  await heads(...usual, beforeLast, last);
  await menu('columns').locator('summary').click();
  const forward = page.locator('a', { has: page.locator('use[href$="#i-arrow-up"]') });
  await diwan.go(() => page.locator('.colrow').filter({ hasText: diwan.t(last) }).locator(forward).click());
  await heads(...usual, last, beforeLast);

  const called = unique('New');
  await menu('view-save').locator('summary').click();
  await page.locator('#view-name').fill(called);
  await diwan.go(() => page.getByRole('button', { name: diwan.t('view-keep') }).click());
  await expect(page.locator('.views a[aria-current=page]')).toContainText(called);
  await diwan.open('/opportunities');
  await heads(...usual, beforeLast, last);
  await diwan.go(() => page.locator('.views a').filter({ hasText: called }).click());
  await heads(...usual, last, beforeLast);
  await expect(rows).toHaveCount(1);
});
