import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joined } from 'node:path';
import { fileURLToPath } from 'node:url';

import { chromium, expect, test, type Browser, type Page } from '@playwright/test';

import { invitation, join, openLink, startMeeting } from '../../harness/acts';
import { ANA, SAMUEL } from '../../harness/media';
import { CHROMIUM, Person } from '../../harness/person';
import { BENCH_FLAGS, bundled, opened } from '../bench_page';

const CROWD = 20;
const WITHIN_MS = 2_000;
/** Pictures have become even. */
const SETTLE_MS = 8_000;
/** So long after the last has joined, what they set off still counts. */
const AFTER_MS = 3_000;

const { FOLKMOOT_E2E_URL: url = '', FOLKMOOT_BENCH_OUT: out = '' } = process.env;
const repeats = Number(process.env['FOLKMOOT_BENCH_CROWDS'] ?? '5');

/** Gaps between two pictures, in milliseconds: the longest each. */
interface Crowded {
  /** While nobody came, for as long. */
  readonly calmMs: number;
  readonly crowdedMs: number;
  /** From the first to come until all of them have the same keys. */
  readonly agreedMs: number;
}

test('a crowd joins, and those who are there go on seeing each other', async () => {
  const bundle = mkdtempSync(joined(tmpdir(), 'folkmoot-e2ee-bench-'));
  const browser = await chromium.launch({ executablePath: yielding(bundle), args: BENCH_FLAGS });
  try {
    await bundled(fileURLToPath(new URL('.', import.meta.url)), bundle);
    const measured: Crowded[] = [];
    for (let count = 0; count < repeats; count += 1) measured.push(await once(browser, bundle));
    writeFileSync(out, JSON.stringify(measured));
  } finally {
    await browser.close();
    rmSync(bundle, { recursive: true });
  }
});

/** Chromium that lets all others go first: what the crowd's devices do, they would do elsewhere. */
function yielding(folder: string): string {
  const path = joined(folder, 'yielding-chromium');
  writeFileSync(path, `#!/bin/sh\nexec chrt --idle 0 ${CHROMIUM} "$@"\n`, { mode: 0o755 });
  return path;
}

async function once(browser: Browser, bundle: string): Promise<Crowded> {
  const samuel = await Person.arrive(new URL(url).origin, SAMUEL);
  await startMeeting(samuel.page, url, 'Thursday circle');
  await join(samuel.page, 'Samuel Okoye');
  const link = await invitation(samuel.page);
  const ana = await Person.arrive(new URL(url).origin, ANA);
  await openLink(ana.page, link);
  await join(ana.page, 'Ana Petrović');
  await expect(samuel.page.getByRole('group', { name: /^Ana Petrović/ })).toBeVisible();
  const crowd = await opened(browser, bundle, url, 'folkmootCrowd');
  await samuel.page.waitForTimeout(SETTLE_MS);
  await watchGaps(samuel.page);

  await crowd.evaluate(
    ([to, count, within]) => window.folkmootCrowd.come(to, count, within),
    [link, CROWD, WITHIN_MS] as const,
  );
  const agreedMs = await crowd.evaluate((members) => window.folkmootCrowd.agree(members), CROWD + 2);
  await samuel.page.waitForTimeout(AFTER_MS);
  const crowdedMs = await longestGap(samuel.page);
  await expect(samuel.page.getByRole('button', { name: /^People: 22/ })).toBeVisible();
  await crowd.close();

  await samuel.page.waitForTimeout(SETTLE_MS);
  await longestGap(samuel.page);
  await samuel.page.waitForTimeout(agreedMs + AFTER_MS);
  const calmMs = await longestGap(samuel.page);
  await ana.leave();
  await samuel.leave();
  return { calmMs, crowdedMs, agreedMs };
}

/** Notes the longest time between two pictures of the other that the page was given. */
async function watchGaps(page: Page): Promise<void> {
  const picture = page.getByRole('group', { name: /^Ana Petrović/ }).locator('video');
  await picture.evaluate((video: HTMLVideoElement) => {
    const gaps = { last: performance.now(), longest: 0 };
    Object.assign(window, { folkmootGaps: gaps });
    const next: VideoFrameRequestCallback = (now) => {
      gaps.longest = Math.max(gaps.longest, now - gaps.last);
      gaps.last = now;
      video.requestVideoFrameCallback(next);
    };
    video.requestVideoFrameCallback(next);
  });
}

/** Since it was asked for last, the one that has not ended yet included. */
function longestGap(page: Page): Promise<number> {
  return page.evaluate(() => {
    const { folkmootGaps: gaps } = window as unknown as {
      folkmootGaps: { last: number; longest: number };
    };
    const longest = Math.max(gaps.longest, performance.now() - gaps.last);
    gaps.longest = 0;
    return longest;
  });
}
