import { readdirSync, readFileSync } from 'node:fs';

import type { Browser } from '@playwright/test';

/** The processor time that threads have had, in milliseconds, by their ids. */
export type ThreadTimes = ReadonlyMap<string, number>;

/**
 * What all threads of a browser's renderers have had so far. Linux tells it by the nanosecond for each
 * thread (`/proc/<pid>/task/<tid>/schedstat`, its first number).
 */
export async function rendererTimes(browser: Browser): Promise<ThreadTimes> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  const ids = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
  return new Map(ids.flatMap(threadsOf));
}

/** What was spent between two looks, by the threads that are still there. */
export function spentMs(before: ThreadTimes, after: ThreadTimes): number {
  return [...after].reduce((sum, [thread, ms]) => sum + ms - (before.get(thread) ?? 0), 0);
}

function threadsOf(id: number): [string, number][] {
  const folder = `/proc/${String(id)}/task`;
  return readdirSync(folder).flatMap((thread) => {
    try {
      const [ns] = readFileSync(`${folder}/${thread}/schedstat`, 'utf8').split(' ');
      return [[thread, Number(ns) / 1e6]];
    } catch {
      // It ended meanwhile.
      return [];
    }
  });
}
