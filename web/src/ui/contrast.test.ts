import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

type Theme = 'light' | 'dark';
type Colours = ReadonlyMap<string, Readonly<Record<Theme, string>>>;

const SURFACES = ['bg', 's1', 's2', 's3'];
const TEXTS = ['t', 't2', 't3'];
const COLOURED_TEXTS = ['acc', 'dng', 'warn', 'info'];
const ON_FILLS = [
  ['on-acc', 'acc'],
  ['on-dng', 'dng'],
  ['acc', 'acc-soft'],
  ['t', 'acc-soft'],
  ['warn', 'warn-soft'],
  ['t', 'warn-soft'],
] as const;

const colours = coloursIn(readFileSync(new URL('./tokens.css', import.meta.url), 'utf8'));

function coloursIn(css: string): Colours {
  const pairs = css.matchAll(/--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);/g);
  return new Map(
    [...pairs].map(([, name = '', light = '', dark = '']) => [name, { light, dark }]),
  );
}

function colour(name: string, theme: Theme): string {
  const found = colours.get(name);
  if (found === undefined) {
    throw new Error(`tokens.css has no colour --${name}`);
  }
  return found[theme];
}

/** Relative luminance. Source: WCAG 2.2, "relative luminance". */
function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

describe.each<Theme>(['light', 'dark'])('in the %s theme', (theme) => {
  const onSurfaces = (names: readonly string[], surfaces: readonly string[]) =>
    names.flatMap((name) => surfaces.map((surface) => [name, surface] as const));

  it.each([...onSurfaces(TEXTS, SURFACES), ...onSurfaces(COLOURED_TEXTS, SURFACES), ...ON_FILLS])(
    'people can read %s on %s',
    (text, surface) => {
      expect(contrast(colour(text, theme), colour(surface, theme))).toBeGreaterThanOrEqual(4.5);
    },
  );

  it.each(onSurfaces(['line', 'focus'], SURFACES))('people can see a %s on %s', (line, surface) => {
    expect(contrast(colour(line, theme), colour(surface, theme))).toBeGreaterThanOrEqual(3);
  });
});

it('the measure agrees with the published extremes', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21);
  expect(contrast('#777777', '#777777')).toBe(1);
});
