// What a customer pays for so much of an item: their price list has a break, and the line follows it while it is written.

import { expect, test } from '../support/diwan.js';
import { addItems, bringCustomer, customer, named, sheet } from '../support/goods.js';

const list = { code: 'PL-TRADE', en: 'Trade', ar: 'أسعار الجملة' };

test('the price of a line follows its quantity over the break of a price list', async ({ house: diwan }) => {
  await addItems(diwan);
  const [single, many] = [{ item: sheet.code, price: 110 }, { item: sheet.code, from_quantity: 10, price: 100, discount: 5 }];
  await diwan.bring('price-lists', { ...named(list), active: 'true' }, single, many);
  await bringCustomer(diwan, { price_list: list.code });

  const comesTo = async (price: string, discount: string, net: number) => {
    await expect(diwan.total('net')).toHaveText(diwan.figure(net));
    await expect(diwan.cell(0, 'price')).toHaveValue(price);
    await expect(diwan.cell(0, 'discount')).toHaveValue(discount);
  };
  await diwan.open('/sales-orders/new');
  await diwan.fillIn({ customer: customer.code });
  await diwan.fillLine(0, { item: sheet.code });
  await comesTo('110', '', 110);
  await diwan.fillLine(0, { quantity: 10 });
  await comesTo('100', '5', 950);
  await diwan.fillLine(0, { quantity: 9 });
  await comesTo('110', '', 990);

  // A price that somebody gives stays, whatever the quantity.
  await diwan.fillLine(0, { price: 105 });
  await comesTo('105', '', 945);
  await diwan.fillLine(0, { quantity: 12 });
  await comesTo('105', '', 1260);
  await diwan.save();
  await comesTo('105', '', 1260);
});
