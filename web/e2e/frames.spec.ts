import { chromium, expect, test } from '@playwright/test';
import puppeteer from 'puppeteer-core';

import { FramesSite } from './harness/frames_site';
import { SITTINGS, type Sittings, type Talk, type TalkRequest } from './harness/frames_talk';
import { CHROMIUM, CHROMIUM_FLAGS } from './harness/person';

let site: FramesSite;

test.beforeAll(async () => {
  site = await FramesSite.open();
});

test.afterAll(() => {
  site.close();
});

const USUAL = { videoCodec: 'video/VP8', epochs: 21, everyMs: 250 } as const;

test('keys change twenty times, and in Chromium nobody loses a frame', async () => {
  for (const path of ['streams', 'script'] as const) {
    expectWhole(await talkInChromium({ ...USUAL, path }));
  }
});

test('keys change twenty times, and in Firefox nobody loses a frame', async () => {
  expectWhole(await talkInFirefox({ ...USUAL, path: 'script' }));
});

test('VP9 is carried, other codecs and what is sent in clear are not', async () => {
  const brief = { path: 'streams', epochs: 3, everyMs: 500 } as const;
  expectWhole(await talkInChromium({ ...brief, videoCodec: 'video/VP9' }));

  const refused = await talkInChromium({ ...brief, videoCodec: 'video/AV1' });
  expect(refused.sent.notSent.codec).toBeGreaterThan(0);
  expect(refused.framesDecoded).toBe(0);

  const clear = await talkInChromium({ ...brief, videoCodec: 'video/VP8', isClear: true });
  expect(clear.framesDecoded).toBe(0);
  expect(clear.received.received).toEqual([]);
  const { malformed, 'unknown-key': unknown } = clear.received.notReceived;
  expect(malformed + unknown).toBeGreaterThan(10);
});

/** Nothing left before there was a key; all that left came, and was seen and heard. */
function expectWhole({ before, sent, received, ...played }: Talk): void {
  expect(before.sent).toEqual([0, 0, 0, 0]);
  expect(before.notSent['no-key']).toBeGreaterThan(0);
  const [sound, pictures] = sent.sent;
  expect(sound).toBeGreaterThan(20);
  expect(pictures).toBeGreaterThan(20);
  const came = [...received.received].sort((one, other) => one.slot - other.slot);
  expect(came.map(({ frames }) => frames)).toEqual([sound, pictures]);
  // Before sound begins, a packet without any may come.
  const lost = Object.entries({ ...received.notReceived, empty: 0 });
  expect(lost.filter(([, count]) => count > 0)).toEqual([]);
  // The last ones are still on their way to the screen.
  expect(played.framesDecoded).toBeGreaterThan(0.9 * (pictures ?? 0));
  expect(played.samples).toBeGreaterThan(0);
}

async function talkInChromium(request: TalkRequest): Promise<Talk> {
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: [...CHROMIUM_FLAGS] });
  try {
    const page = await browser.newPage();
    await page.goto(site.url);
    return await page.evaluate(talk, { name: SITTINGS, request });
  } finally {
    await browser.close();
  }
}

async function talkInFirefox(request: TalkRequest): Promise<Talk> {
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: process.env['FOLKMOOT_FIREFOX'] ?? '/usr/bin/firefox-esr',
    headless: true,
    extraPrefsFirefox: {
      'media.autoplay.default': 0,
    },
  });
  try {
    const page = await browser.newPage();
    await page.goto(site.url);
    return await page.evaluate(talk, { name: SITTINGS, request });
  } finally {
    await browser.close();
  }
}

/** Runs in the page. */
function talk({ name, request }: { name: string; request: TalkRequest }): Promise<Talk> {
  return (globalThis as unknown as Record<string, Sittings>)[name]?.talk(request) as Promise<Talk>;
}
