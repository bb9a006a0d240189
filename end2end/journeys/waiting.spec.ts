import type { Page } from '@playwright/test';
import { expect, test } from '../support/diwan.js';

/** How the page looks so many milliseconds after it began to wait. The animations are set to that moment: clocks run on. */
const after = (page: Page, milliseconds: number) =>
  page.locator('#page').evaluate((main, milliseconds) => {
    for (const animation of main.getAnimations({ subtree: true })) {
      animation.pause();
      animation.currentTime = milliseconds;
    }
    const shape = getComputedStyle(main, '::before');
    return {
      before: Number(getComputedStyle(main.firstElementChild!).opacity),
      shape: Number(shape.opacity),
      height: shape.blockSize,
      fromTheRight: shape.backgroundPosition.startsWith('100%'),
    };
  }, milliseconds);

test('a page that is long in coming gives way to its shape, and not before', async ({ house: diwan, page, language }) => {
  let release = () => {};
  const held = new Promise<void>((done) => (release = done));
  await page.route('**/api/page', async (route) => {
    await held;
    await route.continue();
  });
  const main = page.locator('#page');
  await page.locator('.side nav a[href="/customers"]').click();
  await expect(main).toHaveAttribute('aria-busy', 'true');
  expect(await after(page, 200)).toMatchObject({ before: 1, shape: 0 });
  const late = await after(page, 600);
  expect(late).toMatchObject({ before: 0, height: '420px', fromTheRight: language === 'ar' });
  expect(late.shape).toBeGreaterThanOrEqual(0.5);

  release();
  await expect(main).not.toHaveAttribute('aria-busy');
  await expect(page.getByRole('heading', { level: 1 })).toSay(diwan.t('customer-many'));
  await expect(main.locator('.head')).toHaveCSS('opacity', '1');
});
