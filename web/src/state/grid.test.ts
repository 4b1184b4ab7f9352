import { describe, expect, it } from 'vitest';

import {
  ANY_ASPECT,
  MIN_TILE,
  PAGE_LIMIT,
  PERSON_ASPECT,
  gridCapacity,
  layoutGrid,
  type Rect,
  type Size,
} from './grid';

const GAP = 10;

/** Numbers that look random and are the same each time (a linear congruential generator). */
function* numbers(seed: number): Generator<number, never> {
  let state = seed;
  for (;;) {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    yield state / 4_294_967_296;
  }
}

function cases(count: number): { area: Size; people: number }[] {
  const random = numbers(7);
  const next = (min: number, max: number): number => min + random.next().value * (max - min);
  return Array.from({ length: count }, () => ({
    area: { width: next(260, 3_000), height: next(200, 2_000) },
    people: Math.floor(next(1, 30)),
  }));
}

/** The largest tile by trying every shape in small steps, without the code under test. */
function largestByTrying(area: Size, people: number): number {
  let best = 0;
  for (let columns = 1; columns <= people; columns += 1) {
    const rows = Math.ceil(people / columns);
    for (let step = 0; step <= 400; step += 1) {
      const aspect =
        PERSON_ASPECT.min + ((PERSON_ASPECT.max - PERSON_ASPECT.min) * step) / 400;
      const width = Math.min(
        (area.width - GAP * (columns - 1)) / columns,
        ((area.height - GAP * (rows - 1)) / rows) * aspect,
      );
      best = Math.max(best, width <= 0 ? 0 : (width * width) / aspect);
    }
  }
  return best;
}

function overlap(one: Rect, other: Rect): boolean {
  return (
    one.x < other.x + other.width - 0.01 &&
    other.x < one.x + one.width - 0.01 &&
    one.y < other.y + other.height - 0.01 &&
    other.y < one.y + one.height - 0.01
  );
}

describe('the grid', () => {
  it('covers no tile with another, and none goes over the edge', () => {
    for (const { area, people } of cases(300)) {
      const tiles = layoutGrid(area, people, GAP);
      expect(tiles).toHaveLength(people);
      for (const [index, tile] of tiles.entries()) {
        expect(tile.x).toBeGreaterThanOrEqual(-0.01);
        expect(tile.y).toBeGreaterThanOrEqual(-0.01);
        expect(tile.x + tile.width).toBeLessThanOrEqual(area.width + 0.01);
        expect(tile.y + tile.height).toBeLessThanOrEqual(area.height + 0.01);
        expect(tiles.slice(index + 1).some((other) => overlap(tile, other))).toBe(false);
      }
    }
  });

  it('stretches nobody', () => {
    for (const { area, people } of cases(300)) {
      for (const tile of layoutGrid(area, people, GAP)) {
        expect(tile.width / tile.height).toBeGreaterThan(PERSON_ASPECT.min - 0.001);
        expect(tile.width / tile.height).toBeLessThan(PERSON_ASPECT.max + 0.001);
      }
    }
  });

  it('makes tiles as large as any arrangement in rows could', () => {
    for (const { area, people } of cases(120)) {
      const [tile] = layoutGrid(area, people, GAP);
      const size = (tile?.width ?? 0) * (tile?.height ?? 0);
      expect(size).toBeGreaterThanOrEqual(largestByTrying(area, people) * 0.999);
    }
  });

  it('puts a last row that is not full in the middle', () => {
    for (const { area, people } of cases(300)) {
      const tiles = layoutGrid(area, people, GAP);
      const last = tiles.filter((tile) => Math.abs(tile.y - (tiles.at(-1)?.y ?? 0)) < 0.01);
      const left = last[0]?.x ?? 0;
      const end = last.at(-1);
      expect(area.width - (end?.x ?? 0) - (end?.width ?? 0)).toBeCloseTo(left, 3);
    }
  });

  it('gives what is shared the whole area', () => {
    expect(layoutGrid({ width: 900, height: 300 }, 1, GAP, ANY_ASPECT)).toEqual([
      { x: 0, y: 0, width: 900, height: 300 },
    ]);
  });

  it('shows nothing where there is no room, and nobody where nobody is', () => {
    expect(layoutGrid({ width: 0, height: 0 }, 3, GAP)).toEqual([]);
    expect(layoutGrid({ width: 100, height: 100 }, 0, GAP)).toEqual([]);
  });
});

describe('a page of the grid', () => {
  it('has no tile in which a face could not be recognised', () => {
    for (const { area } of cases(300)) {
      const capacity = gridCapacity(area, GAP);
      const [tile] = layoutGrid(area, capacity, GAP);
      const isRecognisable =
        (tile?.width ?? 0) >= MIN_TILE.width && (tile?.height ?? 0) >= MIN_TILE.height;
      expect(isRecognisable || capacity === 1).toBe(true);
      expect(capacity).toBeLessThanOrEqual(PAGE_LIMIT.wide);
    }
  });

  it('holds 25 people on a large screen, 8 on a phone, and always one', () => {
    expect(gridCapacity({ width: 1_900, height: 900 }, GAP)).toBe(25);
    expect(gridCapacity({ width: 390, height: 720 }, GAP)).toBe(8);
    expect(gridCapacity({ width: 100, height: 60 }, GAP)).toBe(1);
  });
});
