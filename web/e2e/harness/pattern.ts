import type { Page } from '@playwright/test';

/** The colours of a picture's four quarters, row by row. */
export type Pattern = readonly [Colour, Colour, Colour, Colour];
type Colour = keyof typeof COLOURS;

export const SLIDES: Pattern = ['red', 'lime', 'blue', 'white'];
export const MAP: Pattern = ['white', 'blue', 'lime', 'red'];
export const POSTER: Pattern = ['blue', 'red', 'white', 'lime'];

const COLOURS = {
  red: [255, 0, 0],
  lime: [0, 255, 0],
  blue: [0, 0, 255],
  white: [255, 255, 255],
  black: [0, 0, 0],
} as const;

declare global {
  interface Window {
    /** Draws a pattern with a patch in the middle that blinks twice a second, and films it. */
    folkmootFilm?: (pattern: readonly string[]) => MediaStreamTrack;
  }
}

/** Gives every page from here on what draws patterns. */
export async function bringPatterns(page: Page): Promise<void> {
  await page.addInitScript(() => {
    window.folkmootFilm = (pattern) => {
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [640, 360];
      const context = canvas.getContext('2d');
      let count = 0;
      const draw = (): void => {
        if (context !== null) {
          pattern.forEach((colour, at) => {
            context.fillStyle = colour;
            context.fillRect((at % 2) * 320, Math.floor(at / 2) * 180, 320, 180);
          });
          context.fillStyle = Math.floor(count / 5) % 2 === 0 ? 'black' : 'white';
          context.fillRect(280, 150, 80, 60);
        }
        count += 1;
      };
      draw();
      const [track] = canvas.captureStream(15).getVideoTracks();
      setInterval(draw, 100);
      return track as MediaStreamTrack;
    };
  });
}

/** What somebody sees in the group of this exact or partial name. */
export interface PatternSeen {
  readonly pattern: readonly Colour[];
  /** The patch in the middle. */
  readonly middle: Colour;
}

/** Reads the colours that are shown now; undefined while there is no picture. */
export async function patternSeen(page: Page, name: string): Promise<PatternSeen | undefined> {
  const videos = page.getByRole('group', { name }).locator('video');
  const spots = await videos.evaluateAll(([element]) => {
    if (!(element instanceof HTMLVideoElement) || element.readyState < 2) {
      return undefined;
    }
    const canvas = new OffscreenCanvas(64, 36);
    const context = canvas.getContext('2d', { willReadFrequently: true });
    context?.drawImage(element, 0, 0, 64, 36);
    const places = [[12, 8], [52, 8], [12, 28], [52, 28], [32, 18]] as const;
    return places.map(([x, y]) => Array.from(context?.getImageData(x, y, 1, 1).data ?? []));
  });
  if (spots === undefined) {
    return undefined;
  }
  const [middle = 'black', ...rest] = spots.map(nearest).reverse();
  return { pattern: rest.reverse(), middle };
}

/** Looks until the patch in the middle was seen in both of its colours. */
export async function blinks(page: Page, name: string, withinMs = 8_000): Promise<boolean> {
  const seen = new Set<Colour>();
  const deadline = Date.now() + withinMs;
  while (!(seen.has('black') && seen.has('white'))) {
    if (Date.now() > deadline) {
      return false;
    }
    const now = await patternSeen(page, name);
    if (now !== undefined) {
      seen.add(now.middle);
    }
    await page.waitForTimeout(150);
  }
  return true;
}

function nearest(pixel: readonly number[]): Colour {
  const distances = Object.entries(COLOURS).map(([name, colour]) => ({
    name: name as Colour,
    distance: [0, 1, 2].reduce((sum, at) => sum + Math.abs((colour[at] ?? 0) - (pixel[at] ?? 0)), 0),
  }));
  distances.sort((one, other) => one.distance - other.distance);
  return distances[0]?.name ?? 'black';
}
