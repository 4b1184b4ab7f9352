import { readFileSync } from 'node:fs';

import type { Page } from '@playwright/test';
import { ssim } from 'ssim.js';

import { mediaFile, type Appearance } from './media';

/** Compared at this size, in grey: what counts is the picture, not the encoder's noise. */
const WIDTH = 160;
const HEIGHT = 90;
export const LOOK = { width: WIDTH, height: HEIGHT } as const;
/** How many frames of a picture are compared by structure: that takes a hundred times as long. */
const CANDIDATES = 3;

export interface Grey {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

/**
 * From this structural similarity on, a received frame is a frame of the source. Measured in calls:
 * 0.93 to 0.98 for the right picture, 0.12 at most for the other one.
 */
export const SAME_PICTURE = 0.7;

/** How much a received frame resembles the best frame of a picture, 0 to 1, and which frame that is. */
export interface Resemblance {
  readonly ssim: number;
  readonly frame: number;
}

/** Grabs what somebody sees of somebody else now; undefined while there is no picture. */
export async function grab(page: Page, name: string): Promise<Grey | undefined> {
  // Not by a locator's evaluate(): that waits for a picture that has just gone to come back.
  const [video] = await page.getByRole('group', { name }).locator('video').elementHandles();
  const rgba = await video?.evaluate(grabFrame, LOOK);
  return rgba === undefined ? undefined : greyOf(Uint8ClampedArray.from(rgba));
}

/** Compares a frame with the frames of a picture that differ least from it, pixel by pixel. */
export function resemblance(seen: Grey, picture: Appearance['picture']): Resemblance {
  const candidates = framesOf(picture)
    .map((source, frame) => ({ source, frame, difference: differenceOf(seen, source) }))
    .sort((one, other) => one.difference - other.difference)
    .slice(0, CANDIDATES);
  let best: Resemblance = { ssim: 0, frame: -1 };
  for (const { source, frame } of candidates) {
    const { mssim } = ssim(asImage(seen), asImage(source), { downsample: false });
    if (mssim > best.ssim) {
      best = { ssim: mssim, frame };
    }
  }
  return best;
}

/** Waits until somebody is seen as this picture. Returns the last look. */
export async function untilSeen(
  page: Page,
  name: string,
  picture: Appearance['picture'],
  withinMs = 15_000,
): Promise<Resemblance> {
  const deadline = Date.now() + withinMs;
  let last: Resemblance = { ssim: 0, frame: -1 };
  do {
    const seen = await grab(page, name);
    last = seen === undefined ? last : resemblance(seen, picture);
    if (last.ssim >= SAME_PICTURE) {
      return last;
    }
    await page.waitForTimeout(200);
  } while (Date.now() < deadline);
  return last;
}

/** Looks several times: frames that move are different frames of the picture. */
export async function framesSeen(
  page: Page,
  name: string,
  picture: Appearance['picture'],
  looks = 5,
): Promise<ReadonlySet<number>> {
  const frames = new Set<number>();
  for (let look = 0; look < looks; look += 1) {
    const seen = await grab(page, name);
    const found = seen === undefined ? undefined : resemblance(seen, picture);
    if (found !== undefined && found.ssim >= SAME_PICTURE) {
      frames.add(found.frame);
    }
    await page.waitForTimeout(300);
  }
  return frames;
}

/** Runs in the page. */
export function grabFrame(
  video: Element,
  size: { readonly width: number; readonly height: number },
): number[] | undefined {
  if (!(video instanceof HTMLVideoElement) || video.readyState < 2 || video.videoWidth === 0) {
    return undefined;
  }
  const canvas = new OffscreenCanvas(size.width, size.height);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context?.drawImage(video, 0, 0, size.width, size.height);
  return Array.from(context?.getImageData(0, 0, size.width, size.height).data ?? []);
}

function differenceOf(one: Grey, other: Grey): number {
  return one.data.reduce((sum, value, at) => sum + Math.abs(value - (other.data[at] ?? 0)), 0);
}

function asImage(grey: Grey): { width: number; height: number; data: Uint8ClampedArray } {
  const data = new Uint8ClampedArray(grey.data.length * 4);
  grey.data.forEach((value, at) => {
    data.fill(value, at * 4, at * 4 + 3);
    data[at * 4 + 3] = 255;
  });
  return { width: grey.width, height: grey.height, data };
}

export function greyOf(rgba: Uint8ClampedArray): Grey {
  const data = new Uint8ClampedArray(rgba.length / 4);
  for (let at = 0; at < data.length; at += 1) {
    const [red = 0, green = 0, blue = 0] = rgba.subarray(at * 4, at * 4 + 3);
    data[at] = 0.299 * red + 0.587 * green + 0.114 * blue;
  }
  return { width: WIDTH, height: HEIGHT, data };
}

const cache = new Map<string, readonly Grey[]>();

/** Every second frame of a YUV4MPEG2 file, its luma shrunk by averaging: 4×4 pixels become one. */
function framesOf(picture: Appearance['picture']): readonly Grey[] {
  const known = cache.get(picture);
  if (known !== undefined) {
    return known;
  }
  const file = readFileSync(mediaFile(picture));
  const header = file.indexOf(0x0a) + 1;
  const [, width = '640'] = /W(\d+)/.exec(file.toString('latin1', 0, header)) ?? [];
  const [, height = '360'] = /H(\d+)/.exec(file.toString('latin1', 0, header)) ?? [];
  const luma = Number(width) * Number(height);
  const frames: Grey[] = [];
  const step = 'FRAME\n'.length + (luma * 3) / 2;
  for (let at = header; at + step <= file.length; at += 2 * step) {
    frames.push(shrink(file.subarray(at + 'FRAME\n'.length), Number(width), Number(height)));
  }
  cache.set(picture, frames);
  return frames;
}

function shrink(luma: Uint8Array, width: number, height: number): Grey {
  const [across, down] = [width / WIDTH, height / HEIGHT];
  const data = new Uint8ClampedArray(WIDTH * HEIGHT);
  for (let y = 0; y < HEIGHT; y += 1) {
    for (let x = 0; x < WIDTH; x += 1) {
      let sum = 0;
      for (let row = 0; row < down; row += 1) {
        for (let column = 0; column < across; column += 1) {
          sum += luma[(y * down + row) * width + x * across + column] ?? 0;
        }
      }
      // From studio range (16 to 235) to full range, as a canvas has it.
      data[y * WIDTH + x] = ((sum / (across * down) - 16) * 255) / 219;
    }
  }
  return { width: WIDTH, height: HEIGHT, data };
}
