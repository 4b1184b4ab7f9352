import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

const CSS = readFileSync(new URL('./Avatar.svelte', import.meta.url), 'utf8');

/** Luminance of a colour given in OKLCH (Björn Ottosson's matrices; sRGB luminance of WCAG 2). */
function luminance(lightness: number, chroma: number, hue: number): number {
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const red = 4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s;
  const green = -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s;
  const blue = -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: number, other: number): number {
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
}

/** The colours of the file, in order: two of the tile, then the circle. */
function colours(): [number, number][] {
  const found = CSS.matchAll(/oklch\(([\d.]+) ([\d.]+) var\(--hue\)\)/g);
  return [...found].map(([, lightness, chroma]) => [Number(lightness), Number(chroma)]);
}

describe('a tile without a picture', () => {
  it('can be read and told from its background in every person’s colour', () => {
    const [light, dark, circle] = colours();
    if (light === undefined || dark === undefined || circle === undefined) {
      throw new Error('Avatar.svelte has no longer three colours.');
    }
    const letters = 0.0055;
    for (let hue = 0; hue < 360; hue += 1) {
      expect(contrast(luminance(...circle, hue), letters)).toBeGreaterThan(4.5);
      expect(contrast(luminance(...circle, hue), luminance(...light, hue))).toBeGreaterThan(3);
      expect(contrast(luminance(...circle, hue), luminance(...dark, hue))).toBeGreaterThan(3);
    }
  });
});
