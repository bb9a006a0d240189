// What journeys share: a page that fails on any complaint of the browser, and the few things people do with Diwan.

import { test as base, expect as plainExpect, type BrowserContext, type Locator, type Page } from '@playwright/test';
import { type Digits, type Language, figure, plain, t } from './words.js';

export const password = 'a quiet harbour at dawn';
export type Owner = { company: string; name: string; email: string };
type Texts = Record<string, string | number>;

let counter = 0;
/** A word that no other test uses. */
export const unique = (word: string) => `${word}-${Date.now().toString(36)}-${process.env.TEST_PARALLEL_INDEX ?? 0}${++counter}`;

/** Longer than a busy machine stands still: what waits is fulfilled at once when the machine goes on. */
const patience = 60_000;

/** `toSay` looks past isolation marks. */
export const expect = plainExpect.configure({ timeout: patience }).extend({
  async toSay(locator: Locator, text: string) {
    let seen = '';
    const look = async () => (seen = plain((await locator.textContent()) ?? ''));
    const found = plainExpect.poll(look, { timeout: patience }).toContain(plain(text));
    const pass = await found.then(() => true, () => false);
    return { pass, message: () => `expected ${locator} to say\n  ${text}\nbut it says\n  ${seen}` };
  },
});

/** Everything a browser complains of, unless the journey announced it. */
export class Watch {
  readonly complaints: string[] = [];
  /** The status that the next answer may carry without a complaint. */
  private announced: number | undefined;
  /** What never comes, on purpose: neither it nor what fails for want of it is a complaint. */
  private withheld: RegExp | undefined;

  constructor(private readonly scripts = true) {}

  over(context: BrowserContext) {
    context.on('page', (page) => this.overPage(page));
    for (const page of context.pages()) this.overPage(page);
  }

  private overPage(page: Page) {
    page.on('console', (message) => {
      // Where scripts are off, what was fetched ahead for them stays unused.
      if (!this.scripts && message.text().includes('was preloaded')) return;
      if (message.type() !== 'error' && message.type() !== 'warning') return;
      if (this.withheld?.test(`${message.location().url} ${message.text()}`)) return;
      if (this.announced && message.text().includes(`status of ${this.announced}`)) return;
      this.complaints.push(`console ${message.type()} at ${page.url()}: ${message.text().slice(0, 600)}`);
    });
    page.on('pageerror', (error) => {
      if (this.withheld && error.message.includes('Failed to fetch')) return;
      this.complaints.push(`error at ${page.url()}: ${error.message}`);
    });
    page.on('requestfailed', (request) => {
      const reason = request.failure()?.errorText ?? '';
      // A page that is left takes its open questions with it; scripts that are off are not fetched.
      if (this.withheld?.test(`${request.url()} ${reason}`) || reason === 'net::ERR_ABORTED' || (reason === 'csp' && !this.scripts)) return;
      this.complaints.push(`${request.url()}: ${reason}`);
    });
    page.on('response', (response) => {
      if (response.status() < 400 || response.status() === this.announced) return;
      this.complaints.push(`${response.request().method()} ${response.url()} answered ${response.status()}`);
    });
  }

  async expecting(status: number, doing: () => Promise<void>) {
    this.announced = status;
    await doing();
    this.announced = undefined;
  }

  /** Takes a window off the network meanwhile. What fails for want of one is no complaint. */
  async offline(context: BrowserContext, doing: () => Promise<void>) {
    this.withheld = /ERR_INTERNET_DISCONNECTED/;
    await context.setOffline(true);
    await doing();
    await context.setOffline(false);
    this.withheld = undefined;
  }

  /** Keeps what is at such addresses from every page of a window. */
  async withhold(context: BrowserContext, addresses: RegExp) {
    this.withheld = addresses;
    await context.route(addresses, (route) => route.abort());
  }
}

/** Kinds of page that were found to fit a phone, of one worker: to lay a page out twice takes as long as to fetch it. */
const fitting = new Set<string>();

/** Diwan in one browser window. */
export class Diwan {
  digits: Digits = 'latn';

  constructor(
    readonly page: Page,
    public language: Language,
    readonly watch: Watch,
    private readonly base: string,
    readonly scripts = true,
  ) {}

  t(id: string, args: Texts = {}) {
    return t(this.language, id, args, this.digits);
  }

  figure(value: number, decimals = 2) {
    return figure(value, this.digits, decimals);
  }

  /** The page has come: alive, in the right language and direction, and no wider than the window. */
  async arrived() {
    const root = this.page.locator('html');
    // Doors and paper are still: no program comes with them.
    if (this.scripts) await expect(this.page.locator('html:is([data-hydrated=true], [data-still=true])')).toBeAttached();
    await expect(root).toHaveAttribute('lang', this.language);
    await expect(root).toHaveAttribute('dir', this.language === 'ar' ? 'rtl' : 'ltr');
    const kind = this.language + new URL(this.page.url()).pathname.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'id');
    if (!fitting.has(kind)) {
      await this.page.setViewportSize({ width: 360, height: 740 });
      await this.fits();
      await this.page.setViewportSize({ width: 1360, height: 900 });
      fitting.add(kind);
    }
    await this.fits();
  }

  private async fits() {
    const overhang = () => this.page.locator('html').evaluate((html) => html.scrollWidth - html.clientWidth);
    await expect.poll(overhang, { message: `${this.page.url()} scrolls sideways` }).toBeLessThanOrEqual(0);
  }

  async open(address: string) {
    await this.page.goto(address);
    await this.arrived();
  }

  /** Does something that leads to another page. */
  async go(doing: () => Promise<unknown>) {
    const gone = this.page.waitForEvent('framenavigated');
    await doing();
    await gone;
    await this.arrived();
  }

  /** Does something that the server refuses. */
  async refused(status: number, doing: () => Promise<unknown>) {
    await this.watch.expecting(status, () => this.go(doing));
  }

  field(name: string) {
    return this.page.locator(`#f-${name}`);
  }

  cell(row: number, name: string) {
    return this.page.locator(`#l-${row}-${name}`);
  }

  /** A figure beside the lines. */
  total(name: string) {
    return this.page.locator(`#total-${name}`);
  }

  get state() {
    return this.page.locator('.head .pill');
  }

  get faults() {
    return this.page.locator('#faults');
  }

  get notice() {
    return this.page.locator('.notice.good');
  }

  /** Chooses from the suggestions of a link. */
  async choose(input: Locator, text: string) {
    await input.fill(text);
    if (!this.scripts) return;
    const option = this.page.locator(`#${await input.getAttribute('id')}-list [role=option]`).filter({ hasText: text });
    await option.click();
    await expect(input.locator('xpath=preceding-sibling::input[1]')).not.toHaveValue('');
  }

  async fillIn(texts: Texts) {
    for (const [name, text] of Object.entries(texts)) await this.fillOne(this.field(name), String(text));
  }

  async fillLine(row: number, texts: Texts) {
    for (const [name, text] of Object.entries(texts)) await this.fillOne(this.cell(row, name), String(text));
  }

  private async fillOne(control: Locator, text: string) {
    if ((await control.getAttribute('role')) === 'combobox') await this.choose(control, text);
    else if (await control.evaluate((element) => element instanceof HTMLSelectElement)) await control.selectOption(text);
    else await control.fill(text);
  }

  button(action: string) {
    return this.page.locator(`.head button[name=_do][value=${action}]`);
  }

  async save() {
    await this.go(() => this.button('save').click());
    await expect(this.notice).toSay(this.t('done-saved'));
  }

  /** Makes a new record and saves it. */
  async create(path: string, header: Texts, ...lines: Texts[]) {
    await this.open(`/${path}/new`);
    await this.fillIn(header);
    for (const [row, line] of lines.entries()) await this.fillLine(row, line);
    await this.save();
  }

  /** Sends a form as a browser without scripts would, without drawing any page. Answers with the address that it leads to. */
  private async post(address: string, form: Texts) {
    const headers = { origin: this.base, 'accept-language': this.language };
    const answer = await this.page.request.post(address, { form, headers, maxRedirects: 0 });
    plainExpect(answer.status(), plain(await answer.text()).slice(0, 2000)).toBe(303);
    return answer.headers().location ?? '';
  }

  /** Saves a new record that a journey stands on but is not about. Answers with the address of its form. */
  async bring(path: string, header: Texts, ...lines: Texts[]) {
    const cells = lines.flatMap((line, row) => Object.entries(line).map(([name, text]) => [`lines[${row}][${name}]`, text]));
    const fields = Object.entries(header).map(([name, text]) => [name.replace(/-(en|ar)$/, '.$1'), text]);
    const form = Object.fromEntries([...fields, ...cells, ['_do', 'save'], ['_edits', '1']]);
    return (await this.post(`/${path}/new`, form)).replace(/\?.*/, '');
  }

  /** Takes an action on a record that was just brought. */
  async actOn(address: string, action: string) {
    await this.post(address, { _do: action, _version: 1 });
  }

  act(action: string) {
    return this.go(() => this.button(action).click());
  }

  /** An action that cannot be undone asks first. */
  async actGravely(action: string, go = () => this.act(action)) {
    const asked = this.page.waitForEvent('dialog').then(async (dialog) => {
      const question = plain(dialog.message());
      await dialog.accept();
      return question;
    });
    await go();
    expect(await asked).toBe(this.t('confirm-grave', { action: this.t(`action-${action}`) }));
  }

  async switchTo(language: Language) {
    this.language = language;
    await this.go(() => this.page.locator(`.seg button[value=${language}]`).click());
  }

  /** Something in the menu behind the reader's name. */
  async personal(label: string) {
    await this.page.locator('.side .who summary').click();
    await this.go(() => this.page.locator('.side .who').getByText(label).click());
  }

  async signUp(): Promise<Owner> {
    const owner = { company: unique('Harbour'), name: 'Salma Haddad', email: `${unique('salma')}@harbour.example` };
    await this.open('/sign-up');
    for (const [name, text] of Object.entries({ ...owner, password })) await this.page.locator(`#${name}`).fill(text);
    await this.go(() => this.page.locator('form.stack button').click());
    return owner;
  }

  /** A company of one's own without a page: how one signs up is a journey of its own. */
  async found(): Promise<Owner> {
    const owner = { company: unique('Harbour'), name: 'Salma Haddad', email: `${unique('salma')}@harbour.example` };
    await this.post('/sign-up', { ...owner, password, country: 'SA' });
    await this.open('/');
    return owner;
  }

  async signIn(email: string, word = password) {
    await this.page.locator('#email').fill(email);
    await this.page.locator('#password').fill(word);
    await this.page.locator('form.stack button').click();
  }

  async signOut() {
    await this.personal(this.t('sign-out'));
  }
}

/** Presses a key by its place, as a keyboard with an Arabic layout reports it. */
export async function pressInArabic(diwan: Diwan, code: string, key: string, held: { ctrlKey?: boolean; shiftKey?: boolean } = {}) {
  await diwan.page.evaluate(
    ([code, key, held]) => document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { code, key, bubbles: true, cancelable: true, ...held })),
    [code, key, held] as const,
  );
}

/** `diwan` and `second` are windows that nobody is signed in to; `house` is the first with a company of its own. */
export const test = base.extend<{ language: Language; watch: Watch; diwan: Diwan; house: Diwan; second: Diwan }>({
  viewport: { width: 1360, height: 900 },
  actionTimeout: patience,
  language: async ({ locale }, use) => use(locale?.startsWith('ar') ? 'ar' : 'en'),
  watch: async ({ context, javaScriptEnabled }, use, info) => {
    info.setTimeout(10 * patience);
    const watch = new Watch(javaScriptEnabled !== false);
    watch.over(context);
    await use(watch);
    plainExpect(watch.complaints, 'complaints of the browser').toEqual([]);
  },
  diwan: async ({ page, language, watch, baseURL, javaScriptEnabled }, use) =>
    use(new Diwan(page, language, watch, baseURL ?? '', javaScriptEnabled !== false)),
  house: async ({ diwan }, use) => {
    await diwan.found();
    await use(diwan);
  },
  second: async ({ browser, language, watch, baseURL }, use) => {
    const context = await browser.newContext();
    watch.over(context);
    await use(new Diwan(await context.newPage(), language, watch, baseURL ?? ''));
    await context.close();
  },
});
