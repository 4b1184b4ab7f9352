import { readdirSync, readFileSync } from 'node:fs';

import type { Browser } from '@playwright/test';

/**
 * The processor time of all threads of a browser's renderers, in milliseconds. Linux tells it by the
 * nanosecond for each thread (`/proc/<pid>/task/<tid>/schedstat`, its first number); a thread that
 * ends takes its time along.
 */
export async function renderersMs(browser: Browser): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  const ids = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
  return ids.flatMap(threadsOf).reduce((sum, ms) => sum + ms, 0);
}

function threadsOf(id: number): number[] {
  const folder = `/proc/${String(id)}/task`;
  return readdirSync(folder).map(
    (thread) => Number(readFileSync(`${folder}/${thread}/schedstat`, 'utf8').split(' ')[0]) / 1e6,
  );
}
