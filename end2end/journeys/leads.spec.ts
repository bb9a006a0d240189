// From somebody who asked to a deal: the cards of a board are opened from the keyboard, and stand elsewhere after what was done.

import { type Diwan, expect, test } from '../support/diwan.js';
import { bringCustomer, customer } from '../support/goods.js';

const lead = { name: 'Rana Aziz', company: 'Slate House', source: 'web' };

/** The lane of a board for a state, by what it is called. */
const lane = (diwan: Diwan, state: string) => diwan.page.locator('.lane').filter({ has: diwan.page.locator('h2', { hasText: diwan.t(state) }) });

/** Finds the only card of a board in a lane. */
async function standsIn(diwan: Diwan, board: string, state: string, text: string) {
  await diwan.open(`/${board}?layout=board`);
  await expect(diwan.page.locator('.board a.card')).toHaveCount(1);
  await expect(lane(diwan, state).locator('a.card')).toSay(text);
}

test('a lead goes over the board and becomes an opportunity, and that a quotation', async ({ house: diwan, page, language }) => {
  await bringCustomer(diwan);
  await diwan.create('leads', lead);
  await expect(diwan.state).toHaveText(diwan.t('lead-state-new'));

  await standsIn(diwan, 'leads', 'lead-state-new', lead.name);
  await page.locator('.board a.card').focus();
  await diwan.go(() => page.keyboard.press('Enter'));
  await diwan.act('contact');
  await expect(diwan.state).toHaveText(diwan.t('lead-state-contacted'));
  await standsIn(diwan, 'leads', 'lead-state-contacted', lead.name);
  await page.locator('.board a.card').focus();
  await diwan.go(() => page.keyboard.press('Enter'));

  await diwan.act('qualify');
  await expect(page).toHaveURL(/\/opportunities\//);
  await expect(diwan.notice).toSay(diwan.t('done-created'));
  await expect(diwan.field('title')).toHaveValue(lead.company);
  await expect(page.locator('.linked')).toSay(lead.name);
  // A quotation is for a customer, whom a lead does not name.
  await diwan.refused(422, () => diwan.button('quote').click());
  await expect(diwan.faults).toSay(diwan.t('refuse-quote-customer'));
  await diwan.fillIn({ customer: customer.code });
  await diwan.act('quote');
  await expect(page).toHaveURL(/\/quotations\//);
  await expect(diwan.field('customer')).toHaveValue(customer[language]);
  await standsIn(diwan, 'opportunities', 'opportunity-state-proposal', lead.company);
});
