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
  // It is whoever kept it who takes it away.
  await colleague.page.locator('.viewtools summary').filter({ hasText: colleague.t('view-save') }).click();
  await expect(colleague.page.getByRole('button', { name: colleague.t('view-forget') })).toHaveCount(0);
});
