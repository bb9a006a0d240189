import { expect, test, unique } from '../support/diwan.js';

test('a form that finds no connection stays as it is, and is sent once there is one', async ({ house: diwan, page, context, watch }) => {
  const code = unique('C');
  const banner = page.locator('#offline');
  await diwan.open('/customers/new');
  await diwan.fillIn({ code, [`name-${diwan.language}`]: 'Basalt · بازلت' });
  await expect(banner).toBeEmpty();
  const address = page.url();
  await watch.offline(context, async () => {
    await expect(banner).toSay(diwan.t('offline'));
    await diwan.button('save').click();
    await page.locator('.side nav a[href="/customers"]').click();
    await expect(diwan.field('code')).toHaveValue(code);
    expect(page.url()).toBe(address);
  });
  await expect(banner).toBeEmpty();
  await diwan.save();
  await expect(diwan.field('code')).toHaveValue(code);
});

test('what is over at once is not worth a word', async ({ house: diwan, page }) => {
  await diwan.open('/customers');
  const looked = page.waitForResponse((answer) => answer.url().endsWith('/health'));
  await page.evaluate(() => {
    const said: string[] = [];
    const banner = document.getElementById('offline')!;
    new MutationObserver(() => said.push(banner.textContent ?? '')).observe(banner, { childList: true });
    Object.assign(window, { said });
    Object.defineProperty(navigator, 'onLine', { configurable: true, get: () => false });
    dispatchEvent(new Event('offline'));
    Object.defineProperty(navigator, 'onLine', { configurable: true, get: () => true });
    dispatchEvent(new Event('online'));
  });
  await looked;
  await expect(page.locator('#offline')).toBeEmpty();
  expect(await page.evaluate('said')).toEqual([]);
});

test('whoever signs in hears of it, too', async ({ diwan, page, context, watch }) => {
  const banner = page.locator('#offline');
  await diwan.open('/sign-in');
  await page.locator('#email').fill('salma@harbour.example');
  await watch.offline(context, async () => {
    await expect(banner).toSay(diwan.t('offline'));
    await page.locator('form.stack button').click();
    await expect(page.locator('#email')).toHaveValue('salma@harbour.example');
  });
  await expect(banner).toBeEmpty();
});
