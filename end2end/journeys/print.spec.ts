// What leaves the printer: as many sheets as it takes, in the language of the customer, and nothing of the screen on them.

import type { Page } from '@playwright/test';
import { expect, test } from '../support/diwan.js';
import { addCustomer, addItems, addStock, customer, sheet } from '../support/goods.js';
import { Worker } from '../support/program.js';

/** Pixels between the margins of an A4 sheet. */
const inside = { width: 688, height: 1001 };
/** Points of an A4 sheet. */
const whole = [595, 842];
const lines = 60;

/** Lays the page out as its printer would, and finds all of it on the sheet. Answers with how tall it is, in pixels. */
async function layOut(page: Page) {
  await page.emulateMedia({ media: 'print' });
  await page.setViewportSize(inside);
  await expect(page.locator('.toolbar')).toBeHidden();
  const wider = await page.locator('html').evaluate((html) => {
    const beyond = (element: Element) => {
      const box = element.getBoundingClientRect();
      return box.left < -1 || box.right > html.clientWidth + 1;
    };
    return [...html.querySelectorAll('article.sheet, article.sheet *')].filter(beyond).map((element) => element.outerHTML.slice(0, 200));
  });
  expect(wider).toEqual([]);
  expect(await page.locator('html').evaluate((html) => html.scrollWidth - html.clientWidth)).toBeLessThanOrEqual(0);
  return page.locator('article.sheet').evaluate((paper) => paper.getBoundingClientRect().height);
}

/** Sheets that the page takes. */
async function sheets(page: Page) {
  const pdf = (await page.pdf({ format: 'A4', preferCSSPageSize: true })).toString('latin1');
  const box = /\/MediaBox\s*\[\s*0\s+0\s+([\d.]+)\s+([\d.]+)\s*\]/.exec(pdf);
  expect([box?.[1], box?.[2]].map((points) => Math.round(Number(points)))).toEqual(whole);
  return pdf.match(/\/Type\s*\/Page\b/g)?.length ?? 0;
}

test('an invoice of many lines takes several sheets, in the language of its customer', async ({ diwan, page, request, language }) => {
  const { email } = await diwan.signUp();
  const other = language === 'en' ? 'ar' : 'en';
  await addCustomer(diwan, { language: other });
  await addItems(diwan);
  await addStock(diwan, lines);
  const line = { item: sheet.code, quantity: 1 };
  const order = await diwan.bring('sales-orders', { customer: customer.code }, ...Array.from({ length: lines }, () => line));
  const worker = await Worker.of(request, email);
  await worker.act(order, 'confirm', 'deliver', 'post');
  const invoice = await worker.act(order, 'invoice', 'post');

  // Whoever prints it reads the other language.
  diwan.language = other;
  await diwan.open(`${invoice}/print`);
  const paper = page.locator('article.sheet');
  await expect(paper.locator('.parties')).toSay(customer[other]);
  await expect(paper.locator('.parties')).toSay(diwan.t('sales_invoice-sales_order'));
  await expect(paper.locator('.parties')).toContainText(/SO-\d{4}-\d+/);
  await expect(paper.locator('.stamp')).toHaveCount(0);
  const items = paper.locator('.items').first();
  await expect(items.locator('tbody tr')).toHaveCount(lines);

  const tall = await layOut(page);
  // The head stands on each sheet; neither a row nor the sums are cut.
  await expect(items).toHaveCSS('display', 'table');
  await expect(items.locator('thead')).toHaveCSS('display', 'table-header-group');
  await expect(items.locator('tbody tr').last()).toHaveCSS('break-inside', 'avoid');
  await expect(paper.locator('.sums').first()).toHaveCSS('break-inside', 'avoid');
  const least = Math.ceil(tall / inside.height);
  expect(least).toBeGreaterThan(1);
  const printed = await sheets(page);
  expect(printed).toBeGreaterThanOrEqual(least);
  // Heads that are repeated and rows that move on whole take one more at most.
  expect(printed).toBeLessThanOrEqual(least + 1);

  await page.emulateMedia({ media: null });
  diwan.language = language;
  await diwan.open(`${invoice}/print?language=${language}`);
  await expect(paper.locator('.parties')).toSay(customer[language]);
});

test('a draft says on paper that it is one', async ({ house: diwan, page, language }) => {
  const other = language === 'en' ? 'ar' : 'en';
  await addCustomer(diwan, { language: other });
  await addItems(diwan);
  const draft = await diwan.bring('sales-invoices', { customer: customer.code }, { item: sheet.code, quantity: 2 });
  diwan.language = other;
  await diwan.open(`${draft}/print`);
  const stamp = page.locator('.stamp');
  await expect(stamp).toHaveText(diwan.t('print-draft-tax'));
  await layOut(page);
  await expect(stamp).toBeVisible();
  expect(await sheets(page)).toBe(1);
});
