import type { Page } from '@playwright/test';

import type { FrameReport } from '../../src/e2ee/frames/frame_tally';
import { grabFrame, LOOK } from './seen';

declare global {
  interface Window {
    /** The worker that opens frames. */
    folkmootFrames?: Worker;
  }
}

/** Lets a story ask the page's own worker what went through it. */
export async function bringReports(page: Page): Promise<void> {
  await page.addInitScript(() => {
    window.Worker = class extends Worker {
      constructor(url: string | URL, options?: WorkerOptions) {
        super(url, options);
        if (options?.name === 'frames') {
          window.folkmootFrames = this;
        }
      }
    };
  });
}

/** What went through the worker since it was started. */
export async function reportOf(page: Page): Promise<FrameReport> {
  return page.evaluate(
    () =>
      new Promise<FrameReport>((resolve, reject) => {
        const worker = window.folkmootFrames;
        if (worker === undefined) {
          reject(new Error('no worker of frames'));
          return;
        }
        // The page counts its own questions from 1.
        const id = -1;
        const take = ({ data }: MessageEvent): void => {
          const answer = data as { readonly id?: number; readonly value: FrameReport };
          if (answer.id === id) {
            worker.removeEventListener('message', take);
            resolve(answer.value);
          }
        };
        worker.addEventListener('message', take);
        worker.postMessage({ kind: 'report', id });
      }),
  );
}

/** How many frames were dropped, whatever for. */
export function refusedIn({ notReceived }: FrameReport): number {
  return Object.values(notReceived).reduce((sum, count) => sum + count, 0);
}

/** How many pictures of somebody were shown so far. */
export async function shownOf(page: Page, name: string): Promise<number> {
  const videos = page.getByRole('group', { name }).locator('video');
  return videos.evaluateAll(([video]) =>
    video instanceof HTMLVideoElement ? video.getVideoPlaybackQuality().totalVideoFrames : 0,
  );
}

/** Whether somebody's tile has the colour of the server's own picture. */
export async function isMagenta(page: Page, name: string): Promise<boolean> {
  const [video] = await page.getByRole('group', { name }).locator('video').elementHandles();
  const rgba = (await video?.evaluate(grabFrame, LOOK)) ?? [];
  const [red = 0, green = 0, blue = 0] = [0, 1, 2].map((part) => {
    const values = rgba.filter((_, at) => at % 4 === part);
    return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  });
  return red > 150 && blue > 150 && green < 100;
}
