import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { chromium, test, type Browser, type Page } from '@playwright/test';

import { CHROMIUM } from '../../harness/person';
import { BENCH_FLAGS, bundled, opened } from '../bench_page';
import type { Burst } from './page';
import type { Followed } from './members_worker';
import { rendererTimes, spentMs } from './process_time';

const { FOLKMOOT_E2E_URL: url = '', FOLKMOOT_BENCH_OUT: out = '' } = process.env;
/** What the page is known by when it is there. */
const PAGE = 'folkmootBench';
const wanted = JSON.parse(process.env['FOLKMOOT_BENCH_MLS'] ?? '{}') as Wanted;

/** What `bench/mls.py` wants to be measured. */
interface Wanted {
  readonly sizes: readonly number[];
  readonly repeats: number;
  readonly bursts: readonly (readonly string[])[];
}

interface Size extends Followed {
  /** Members, with the one who joins. */
  readonly size: number;
  readonly joinMs: readonly number[];
  readonly joinCpuMs: readonly number[];
}

test('what group keys cost', async () => {
  const bundle = mkdtempSync(join(tmpdir(), 'folkmoot-mls-bench-'));
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: BENCH_FLAGS });
  try {
    await bundled(fileURLToPath(new URL('.', import.meta.url)), bundle);
    const sizes = await measureSizes(await opened(browser, bundle, url, PAGE), browser);
    const bursts: Burst[] = [];
    for (const tickets of wanted.bursts) {
      bursts.push(await measureBurst(await opened(browser, bundle, url, PAGE), tickets));
    }
    writeFileSync(out, JSON.stringify({ sizes, bursts }));
  } finally {
    await browser.close();
    rmSync(bundle, { recursive: true });
  }
});

async function measureSizes(page: Page, browser: Browser): Promise<Size[]> {
  await page.evaluate(() => window.folkmootBench.open());
  const measured: Size[] = [];
  for (const size of wanted.sizes) {
    await page.evaluate((before) => window.folkmootBench.grow(before), size - 1);
    const [joinMs, joinCpuMs]: [number[], number[]] = [[], []];
    for (let repeat = 0; repeat < wanted.repeats; repeat += 1) {
      await page.evaluate(() => window.folkmootBench.ready());
      const before = await rendererTimes(browser);
      joinMs.push(await page.evaluate(() => window.folkmootBench.join()));
      joinCpuMs.push(spentMs(before, await rendererTimes(browser)));
    }
    const followed = await page.evaluate(
      (refreshes) => window.folkmootBench.follow(refreshes),
      wanted.repeats,
    );
    measured.push({ size, joinMs, joinCpuMs, ...followed });
  }
  await page.close();
  return measured;
}

async function measureBurst(page: Page, tickets: readonly string[]): Promise<Burst> {
  const address = `${url.replace('http', 'ws')}/group`;
  const burst = await page.evaluate(
    ([to, by]) => window.folkmootBench.burst(to, by, 2),
    [address, tickets] as const,
  );
  await page.close();
  return burst;
}
