import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

import puppeteer, { type Browser, type ElementHandle, type Page } from 'puppeteer-core';

import { loudnessOf, STEP_MS } from './heard';
import { filmFile, type Appearance } from './media';
import { grabFrame, greyOf, LOOK, type Grey } from './seen';

const FIREFOX = process.env['FOLKMOOT_FIREFOX'] ?? '/usr/bin/firefox-esr';
const PATIENCE_MS = 20_000;
/** No prompt can be answered without a screen; all else is as people have it, autoplay included. */
const PREFERENCES = {
  'media.navigator.streams.fake': true,
  'media.navigator.permission.disabled': true,
  'intl.accept_languages': 'en-GB',
};

/** Somebody at a Firefox of their own. It is driven by WebDriver BiDi, which Playwright doesn't speak. */
export class FirefoxPerson {
  readonly page: Page;
  /** What must never happen: page errors, console errors, CSP, requests elsewhere. */
  readonly faults: string[] = [];
  readonly #browser: Browser;

  private constructor(browser: Browser, page: Page) {
    this.#browser = browser;
    this.page = page;
  }

  /** @param origin - the server's; a request to any other is a fault. */
  static async arrive(origin: string): Promise<FirefoxPerson> {
    const browser = await puppeteer.launch({
      browser: 'firefox',
      executablePath: FIREFOX,
      headless: true,
      extraPrefsFirefox: PREFERENCES,
      defaultViewport: { width: 1280, height: 800 },
    });
    const [page = await browser.newPage()] = await browser.pages();
    page.setDefaultTimeout(PATIENCE_MS);
    const person = new FirefoxPerson(browser, page);
    person.#watch(origin);
    await page.evaluateOnNewDocument(captureFilm);
    return person;
  }

  /** Opens an address, with a film's picture and sound where camera and microphone would be. */
  async open(url: string, looks: Appearance): Promise<void> {
    await this.page.goto(url);
    await this.page.evaluate(playFilm, readFileSync(filmFile(looks.voice)).toString('base64'));
  }

  async click(button: string): Promise<void> {
    await this.page.locator(`::-p-aria([role="button"][name="${button}"])`).click();
  }

  async fill(field: string, text: string): Promise<void> {
    await this.page.locator(`::-p-aria([role="textbox"][name="${field}"])`).fill(text);
  }

  async read(field: string): Promise<string> {
    const box = await this.#find(`[role="textbox"][name="${field}"]`);
    return box.evaluate((element) => (element instanceof HTMLInputElement ? element.value : ''));
  }

  /** Waits until something of that role and name is there. */
  async see(role: string, name: string): Promise<void> {
    await this.#find(`[role="${role}"][name="${name}"]`);
  }

  async join(name: string): Promise<void> {
    await this.fill('Your name', name);
    await this.click('Join');
    await this.see('button', 'Leave');
  }

  /** As `grab` in seen.ts. */
  async grab(name: string): Promise<Grey | undefined> {
    // Names of tiles go on with the state of the microphone, and this selector takes whole names only.
    const video = await this.page.$(`[role="group"][aria-label^="${name}"] video`);
    const rgba = await video?.evaluate(grabFrame, LOOK);
    return rgba === undefined ? undefined : greyOf(Uint8ClampedArray.from(rgba));
  }

  /** As `listen` in heard.ts, recorded and decoded: Firefox gives no samples without a loudspeaker. */
  async listen(ms: number): Promise<readonly number[]> {
    const recorded = await this.page.evaluate(record, ms);
    if (recorded === undefined) {
      return [];
    }
    const decode = ['-v', 'error', '-i', 'pipe:0', '-f', 's16le', '-ac', '1', '-ar', '48000', 'pipe:1'];
    const samples = execFileSync('ffmpeg', decode, {
      input: Buffer.from(recorded, 'base64'),
      maxBuffer: 64 << 20,
    });
    return loudnessOf(samples).slice(0, Math.floor(ms / STEP_MS));
  }

  async leave(): Promise<void> {
    await this.#browser.close();
  }

  async #find(aria: string): Promise<ElementHandle> {
    const found = await this.page.waitForSelector(`::-p-aria(${aria})`);
    if (found === null) {
      throw new Error(`There is no ${aria}.`);
    }
    return found;
  }

  #watch(origin: string): void {
    const { page, faults } = this;
    page.on('pageerror', (error) => faults.push(`page error: ${String(error)}`));
    page.on('console', (message) => {
      if (['error', 'warn'].includes(message.type())) {
        faults.push(`console ${message.type()}: ${message.text()}`);
      }
    });
    page.on('request', (request) => {
      const url = request.url();
      if (!/^(data|blob|about):/.test(url) && new URL(url).origin !== origin) {
        faults.push(`request off the origin: ${url}`);
      }
    });
  }
}

/** What the functions below leave for each other in the page. */
interface Film {
  folkmootFilm: { start: (stream: MediaStream) => void; stream: Promise<MediaStream> };
}

/** Runs in each page before its own scripts. */
function captureFilm(): void {
  let start: (stream: MediaStream) => void = () => undefined;
  const stream = new Promise<MediaStream>((resolve) => {
    start = resolve;
  });
  (globalThis as unknown as Film).folkmootFilm = { start, stream };
  // The blank page that a browser opens with has none.
  const mediaDevices = navigator.mediaDevices as MediaDevices | undefined;
  if (mediaDevices === undefined) {
    return;
  }
  const askDevices = mediaDevices.getUserMedia.bind(mediaDevices);
  const tracksOf = async (kinds: readonly string[]): Promise<MediaStreamTrack[]> =>
    (await stream)
      .getTracks()
      .filter((track) => kinds.includes(track.kind))
      .map((track) => track.clone());
  mediaDevices.getUserMedia = async (constraints) => {
    const asked = (await askDevices(constraints)).getTracks();
    const tracks = await tracksOf(asked.map(({ kind }) => kind));
    for (const track of tracks) {
      const device = asked.find(({ kind }) => kind === track.kind);
      const settings = device?.getSettings();
      track.getSettings = () => settings ?? {};
      device?.stop();
    }
    return new MediaStream(tracks);
  };
  // The film again: in a tile of its own.
  mediaDevices.getDisplayMedia = async () => new MediaStream(await tracksOf(['video']));
  addEventListener('securitypolicyviolation', (event) => {
    // eslint-disable-next-line no-console -- the console is what is watched
    console.error(`CSP violation: ${event.violatedDirective} ${event.blockedURI}`);
  });
}

/** Runs in the page. */
async function playFilm(base64: string): Promise<void> {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const video = document.createElement('video') as HTMLVideoElement & {
    mozCaptureStream: () => MediaStream;
  };
  video.src = URL.createObjectURL(new Blob([bytes], { type: 'video/webm' }));
  video.loop = true;
  // Heard by what captures it only; and nobody has clicked yet.
  video.muted = true;
  await video.play();
  const film = (globalThis as unknown as Film).folkmootFilm;
  film.start(video.mozCaptureStream());
}

/** Runs in the page: the sound of the only other person in the call. */
async function record(ms: number): Promise<string | undefined> {
  const [element] = document.querySelectorAll('audio');
  if (!(element?.srcObject instanceof MediaStream)) {
    return undefined;
  }
  const recorder = new MediaRecorder(new MediaStream(element.srcObject.getAudioTracks()));
  const parts: Blob[] = [];
  recorder.ondataavailable = (event) => parts.push(event.data);
  const stopped = new Promise((resolve) => {
    recorder.onstop = resolve;
  });
  recorder.start();
  await new Promise((resolve) => setTimeout(resolve, ms));
  recorder.stop();
  await stopped;
  const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
  return btoa(bytes.reduce((text, byte) => text + String.fromCharCode(byte), ''));
}
