import { expect, test } from '../support/diwan.js';
import { addCustomer, addItems, customer, sheet } from '../support/goods.js';
import { invite, join } from '../support/people.js';
import { plain } from '../support/words.js';

test('two members change one order and neither change is lost unseen', async ({ diwan: first, second, page }) => {
  const { name } = await first.signUp();
  await addCustomer(first);
  await addItems(first);
  const colleague = await invite(first, 'sales');
  await first.create('sales-orders', { customer: customer.code, reference: 'PO-1' }, { item: sheet.code, quantity: 4 });
  const order = new URL(page.url()).pathname;
  await join(second, colleague);
  await second.open(order);

  await first.fillIn({ reference: 'PO-2' });
  await first.fillLine(0, { quantity: 5 });
  await first.save();
  await second.fillIn({ reference: 'PO-3' });
  await second.fillLine(0, { quantity: 6 });
  await second.refused(409, () => second.button('save').click());
  const conflict = second.page.locator('#conflict');
  await expect(conflict).toSay(second.t('conflict-title', { user: name }));
  const differences = await conflict.locator('tbody tr').locator('th, td').allTextContents();
  expect(differences.map(plain)).toEqual([
    second.t('field-reference'), 'PO-3', 'PO-2',
    plain(second.t('form-line-field', { row: 1, field: second.t('field-quantity') })), '6', '5',
  ]);
  await expect(second.field('reference')).toHaveValue('PO-3');
  await expect(second.cell(0, 'quantity')).toHaveValue('6');

  await second.go(() => conflict.getByRole('button', { name: second.t('conflict-keep-mine') }).click());
  await expect(second.notice).toSay(second.t('done-saved'));
  await expect(second.field('reference')).toHaveValue('PO-3');
  await expect(second.cell(0, 'quantity')).toHaveValue('6');
  // The history holds every version, and whose it was.
  const events = second.page.locator('#history li');
  const versions = [
    { by: colleague.name, reference: ['PO-2', 'PO-3'], quantity: ['5', '6'] },
    { by: name, reference: ['PO-1', 'PO-2'], quantity: ['4', '5'] },
  ];
  for (const [at, { by, reference, quantity }] of versions.entries()) {
    const change = (field: string) => events.nth(at).locator('tr').filter({ hasText: second.t(field) }).locator('bdi');
    await expect(events.nth(at)).toSay(by);
    await events.nth(at).locator('summary').click();
    await expect(change('field-reference')).toHaveText(reference);
    await expect(change('field-quantity')).toHaveText(quantity);
  }

  // Whoever takes the other version sees it as it was saved.
  await first.fillLine(0, { quantity: 7 });
  await first.refused(409, () => first.button('save').click());
  const other = page.locator('#conflict');
  await expect(other).toSay(first.t('conflict-title', { user: colleague.name }));
  await first.go(() => other.getByRole('link', { name: first.t('conflict-take-theirs') }).click());
  await expect(first.field('reference')).toHaveValue('PO-3');
  await expect(first.cell(0, 'quantity')).toHaveValue('6');
});
