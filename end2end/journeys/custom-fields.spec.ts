import { expect, test } from '../support/diwan.js';

const grade = { en: 'Grade', ar: 'الدرجة' };
const gold = { en: 'Gold', ar: 'ذهبي' };
const silver = { en: 'Silver', ar: 'فضي' };

test('a field that the company adds is filled, listed, found and never lost', async ({ house: diwan, page, language }) => {
  await diwan.open('/custom-fields/new');
  await diwan.fillIn({ record: 'customer', kind: 'choice', 'name-en': grade.en, 'name-ar': grade.ar });
  // Choices are still missing.
  await diwan.refused(422, () => diwan.button('save').click());
  await expect(diwan.faults).toSay(diwan.t('refuse-custom-no-choices'));
  await expect(diwan.field('name-en')).toHaveValue(grade.en);
  await diwan.field('listed').check();
  await diwan.fillLine(0, { english: gold.en, arabic: gold.ar });
  await page.keyboard.press('Enter');
  await diwan.fillLine(1, { english: silver.en, arabic: silver.ar });
  await diwan.save();
  const definition = new URL(page.url()).pathname;

  await diwan.create('customers', { code: 'G1', [`name-${language}`]: 'Gulf', x_grade: 'gold' });
  await diwan.create('customers', { code: 'S1', [`name-${language}`]: 'Sahara', x_grade: 'silver' });
  await diwan.open('/customers');
  await expect(page.locator('thead th').filter({ hasText: grade[language] })).toHaveCount(1);
  await expect(page.getByRole('row').filter({ hasText: 'G1' })).toSay(gold[language]);
  await diwan.open('/customers?x_grade=gold');
  await expect(page.locator('tbody tr')).toHaveCount(1);
  await expect(page.locator('.chip.on')).toSay(`${grade[language]}: ${gold[language]}`);

  const other = language === 'ar' ? 'en' : 'ar';
  await diwan.switchTo(other);
  await expect(page.locator('.chip.on')).toSay(`${grade[other]}: ${gold[other]}`);
  await diwan.switchTo(language);

  // What customers hold keeps the field from being deleted; switched off, it is out of sight.
  await diwan.open(definition);
  await diwan.field('active').uncheck();
  await diwan.save();
  await diwan.open('/customers');
  await expect(page.locator('thead th').filter({ hasText: grade[language] })).toHaveCount(0);
});
