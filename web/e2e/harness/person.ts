import { chromium, type Browser, type BrowserContextOptions, type Page } from '@playwright/test';

import { mediaFile, type Appearance } from './media';

export const CHROMIUM = process.env['FOLKMOOT_CHROMIUM'] ?? '/usr/bin/chromium';

export const CHROMIUM_FLAGS: readonly string[] = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-fake-ui-for-media-stream',
  '--use-fake-device-for-media-stream',
  '--autoplay-policy=no-user-gesture-required',
  '--auto-select-desktop-capture-source=Entire screen',
];

/** Somebody at a browser of their own. What must never happen is noted until the end of the story. */
export class Person {
  readonly page: Page;
  readonly #browser: Browser;
  readonly #origin: string;
  readonly #faults: string[] = [];
  /** Every request: method, address, headers and body. */
  readonly requests: string[] = [];
  readonly console: string[] = [];
  /** What the browser may say in its console without failing the story. */
  readonly allowed: RegExp[] = [];

  private constructor(browser: Browser, page: Page, origin: string) {
    this.#browser = browser;
    this.page = page;
    this.#origin = origin;
  }

  /**
   * @param origin - the server's; a request to any other is a fault.
   * @param flags - for Chromium; one after `!` is taken away.
   */
  static async arrive(
    origin: string,
    looks?: Appearance,
    options: BrowserContextOptions = {},
    flags: readonly string[] = [],
  ): Promise<Person> {
    const files =
      looks === undefined
        ? []
        : [
            `--use-file-for-fake-video-capture=${mediaFile(looks.picture)}`,
            `--use-file-for-fake-audio-capture=${mediaFile(looks.voice)}`,
          ];
    const args = [...CHROMIUM_FLAGS, ...files, ...flags].filter(
      (flag) => !flag.startsWith('!') && !flags.includes(`!${flag}`),
    );
    const browser = await chromium.launch({ executablePath: CHROMIUM, args });
    const context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      locale: 'en-GB',
      ...options,
    });
    const page = await context.newPage();
    const person = new Person(browser, page, origin);
    await person.#watch();
    return person;
  }

  /** What went wrong in this browser: page errors, console errors, CSP, requests elsewhere. */
  get faults(): readonly string[] {
    return this.#faults.filter((fault) => !this.allowed.some((pattern) => pattern.test(fault)));
  }

  async leave(): Promise<void> {
    await this.#browser.close();
  }

  async #watch(): Promise<void> {
    const { page } = this;
    page.on('pageerror', (error) => this.#faults.push(`page error: ${error.message}`));
    page.on('console', (message) => {
      this.console.push(message.text());
      if (message.type() === 'error' || message.type() === 'warning') {
        this.#faults.push(`console ${message.type()}: ${message.text()}`);
      }
    });
    page.on('request', (request) => {
      const headers = JSON.stringify(request.headers());
      this.requests.push(
        `${request.method()} ${request.url()} ${headers} ${request.postData() ?? ''}`,
      );
      this.#judge(request.url());
    });
    page.on('websocket', (socket) => {
      this.requests.push(`WS ${socket.url()}`);
      this.#judge(socket.url().replace(/^ws/, 'http'));
      socket.on('framesent', ({ payload }) => this.requests.push(`frame ${String(payload)}`));
    });
    await page.addInitScript(() => {
      addEventListener('securitypolicyviolation', (event) => {
        // eslint-disable-next-line no-console -- the console is what this watches
        console.error(`CSP violation: ${event.violatedDirective} ${event.blockedURI}`);
      });
    });
  }

  #judge(url: string): void {
    if (!/^(data|blob|about):/.test(url) && new URL(url).origin !== this.#origin) {
      this.#faults.push(`request off the origin: ${url}`);
    }
  }
}
