import { writeFileSync } from 'node:fs';

import { chromium, test, type Browser } from '@playwright/test';

import { FramesSite } from '../../harness/frames_site';
import { SITTINGS, type Delays, type Sittings, type Talk, type TalkRequest } from '../../harness/frames_talk';
import type { FrameTimes } from '../../harness/frames_times';
import { CHROMIUM, CHROMIUM_FLAGS } from '../../harness/person';

/** What a frame of Opus has, one of a talking head, one of its key frames, and one of 1080p. */
const SIZES = [160, 1_200, 8_000, 60_000];
const PATHS = ['streams', 'script'] as const;
const SWITCHES = 20;

const { FOLKMOOT_BENCH_OUT: out = '' } = process.env;
const sounds = Number(process.env['FOLKMOOT_BENCH_SOUNDS'] ?? '60');

/** What `bench/e2ee.py` reads. */
interface Measured {
  readonly times: readonly FrameTimes[];
  readonly talks: readonly { readonly path: string; readonly talk: Talk }[];
  readonly delays: readonly { readonly path: string; readonly delays: Delays }[];
}

test('what encryption costs frames', async () => {
  const site = await FramesSite.open();
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: [...CHROMIUM_FLAGS] });
  try {
    const times: FrameTimes[] = [];
    for (const bytes of SIZES) times.push(await ask(browser, site, 'timesOf', [bytes]));
    const [talks, delays]: [Measured['talks'][number][], Measured['delays'][number][]] = [[], []];
    for (const path of PATHS) {
      const request: TalkRequest = { path, videoCodec: 'video/VP8', epochs: SWITCHES + 1, everyMs: 500 };
      talks.push({ path, talk: await ask(browser, site, 'talk', [request]) });
      delays.push({ path, delays: await ask(browser, site, 'delaysOf', [path, sounds]) });
    }
    writeFileSync(out, JSON.stringify({ times, talks, delays } satisfies Measured));
  } finally {
    await browser.close();
    site.close();
  }
});

/** In a page of its own. */
async function ask<Name extends keyof Sittings>(
  browser: Browser,
  site: FramesSite,
  name: Name,
  given: Parameters<Sittings[Name]>,
): Promise<Awaited<ReturnType<Sittings[Name]>>> {
  const page = await browser.newPage();
  await page.goto(site.url);
  const answer = await page.evaluate(inPage, { global: SITTINGS, name, given });
  await page.close();
  return answer as Awaited<ReturnType<Sittings[Name]>>;
}

/** Runs in the page. */
function inPage(asked: { global: string; name: keyof Sittings; given: readonly unknown[] }): Promise<unknown> {
  type Asked = Record<string, (...given: readonly unknown[]) => Promise<unknown>>;
  const sittings = (globalThis as unknown as Record<string, Asked>)[asked.global];
  return sittings?.[asked.name]?.(...asked.given) ?? Promise.reject(new Error(asked.name));
}
