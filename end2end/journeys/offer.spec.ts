// A customer without an account answers a quotation by its link, in their own language; whoever sold goes on from there.

import { expect, test } from '../support/diwan.js';
import { addItems, bringCustomer, customer, cutting, sheet } from '../support/goods.js';

const signer = 'Omar Said';

test('a customer takes an option along and accepts, once', async ({ house: diwan, second: guest, page, language }) => {
  const other = language === 'en' ? 'ar' : 'en';
  await bringCustomer(diwan, { language: other });
  await addItems(diwan);
  const wanted = { item: sheet.code, quantity: 2 };
  const extra = { item: cutting.code, quantity: 1, optional: 'true' };
  const quotation = await diwan.bring('quotations', { customer: customer.code }, wanted, extra);
  await diwan.open(quotation);
  await diwan.act('send');
  await expect(diwan.state).toHaveText(diwan.t('state-sent'));
  await expect(page.locator('#hand-on')).toSay(diwan.t('quotation-link'));
  const handedOn = page.locator('#hand-on input');
  await expect(handedOn).toHaveValue(/^http:.+\/offer\/[0-9a-f]{64}$/);
  const link = await handedOn.inputValue();

  // The browser asks for the language of the seller, and nobody has chosen one.
  guest.language = other;
  await guest.open(link);
  const paper = guest.page.locator('article.sheet');
  await expect(paper.locator('.parties')).toSay(customer[other]);
  await expect(paper.locator('.sums .g')).toSay(guest.figure(276.92));
  const late = await guest.page.context().newPage();
  await late.goto(link);

  const option = paper.getByRole('checkbox');
  await expect(option).toHaveCount(1);
  await option.check();
  await guest.page.locator('#name').fill(signer);
  const accept = 'button[name=_do][value=accept]';
  await guest.go(() => guest.page.locator(accept).click());
  await expect(guest.notice).toSay(guest.t('offer-accepted-by', { name: signer }));
  await expect(paper.locator('.sums .g')).toSay(guest.figure(564.42));
  await expect(guest.page.locator('#answer')).toHaveCount(0);

  // Another window still has the offer as it was.
  await guest.watch.expecting(422, async () => {
    await late.locator('#name').fill('Huda Said');
    await late.locator(accept).click();
    await expect(late.locator('.notice.bad')).toSay(guest.t('refuse-offer-answered'));
  });
  await expect(late.locator('.notice.good')).toSay(guest.t('offer-accepted-by', { name: signer }));

  await diwan.open(quotation);
  await expect(diwan.state).toHaveText(diwan.t('state-accepted'));
  await expect(page.locator('.fields')).toSay(signer);
  await expect(page.locator('#hand-on')).toHaveCount(0);
  await diwan.act('order');
  await expect(page).toHaveURL(/\/sales-orders\//);
  for (const [row, item] of [sheet, cutting].entries()) await expect(diwan.cell(row, 'item')).toHaveValue(item[language]);
  await expect(diwan.total('total')).toHaveText(`SAR ${diwan.figure(564.42)}`);
});
