import { describe, expect, it } from 'vitest';

import {
  divideStage,
  layoutMain,
  layoutStrip,
  pageOf,
  planStage,
  stripCapacity,
  type StageInput,
  type TileKey,
} from './tiles';

const NOBODY: StageInput = {
  self: 'me',
  isSelfHidden: false,
  others: [],
  pinned: new Set(),
  shares: [],
  chosenShare: undefined,
  isSplit: false,
  view: 'grid',
  speaker: undefined,
};

function ids(tiles: readonly TileKey[]): string[] {
  return tiles.map((tile) => tile.id);
}

describe('who is where', () => {
  it('alone, one sees the invitation and oneself in a corner', () => {
    const plan = planStage(NOBODY);
    expect(plan).toMatchObject({ kind: 'alone', main: [], isSelfInCorner: true });
  });

  it('with one other, they are full and one is in a corner, also in speaker view', () => {
    for (const view of ['grid', 'speaker'] as const) {
      const plan = planStage({ ...NOBODY, others: ['a'], view });
      expect(plan).toMatchObject({ kind: 'pair', isSelfInCorner: true });
      expect(ids(plan.main)).toEqual(['a']);
    }
  });

  it('with several, one is among them', () => {
    expect(ids(planStage({ ...NOBODY, others: ['a', 'b'] }).main)).toEqual(['a', 'b', 'me']);
  });

  it('hiding oneself takes one’s tile away everywhere', () => {
    const hidden = { ...NOBODY, isSelfHidden: true };
    expect(planStage({ ...hidden, others: ['a'] }).isSelfInCorner).toBe(false);
    expect(ids(planStage({ ...hidden, others: ['a', 'b'] }).main)).toEqual(['a', 'b']);
    expect(ids(planStage({ ...hidden, others: ['a'], shares: ['s'] }).strip)).toEqual(['a']);
  });

  it('in speaker view the speaker is large, or the first before anybody spoke', () => {
    const room = { ...NOBODY, others: ['a', 'b'], view: 'speaker' } as const;
    expect(ids(planStage(room).main)).toEqual(['a']);
    const spoken = planStage({ ...room, speaker: 'b' });
    expect(ids(spoken.main)).toEqual(['b']);
    expect(ids(spoken.strip)).toEqual(['a', 'me']);
  });

  it('does not put oneself on the stage for speaking', () => {
    const plan = planStage({ ...NOBODY, others: ['a', 'b'], view: 'speaker', speaker: 'me' });
    expect(ids(plan.main)).toEqual(['a']);
  });

  it('shows several pinned people at once', () => {
    const plan = planStage({ ...NOBODY, others: ['a', 'b', 'c'], pinned: new Set(['a', 'c']) });
    expect(ids(plan.main)).toEqual(['a', 'c']);
    expect(ids(plan.strip)).toEqual(['b', 'me']);
  });

  it('what is shared takes the stage, beside whoever is pinned', () => {
    const room = { ...NOBODY, others: ['a', 'b'], shares: ['s1'] };
    expect(ids(planStage(room).main)).toEqual(['s1']);
    expect(ids(planStage({ ...room, pinned: new Set(['b']) }).main)).toEqual(['s1', 'b']);
  });

  it('of several shares one sees the newest, the chosen one, or all side by side', () => {
    const room = { ...NOBODY, others: ['a'], shares: ['s1', 's2'] };
    expect(ids(planStage(room).main)).toEqual(['s2']);
    expect(ids(planStage({ ...room, chosenShare: 's1' }).main)).toEqual(['s1']);
    expect(ids(planStage({ ...room, chosenShare: 'gone' }).main)).toEqual(['s2']);
    expect(ids(planStage({ ...room, isSplit: true }).main)).toEqual(['s1', 's2']);
  });
});

describe('pages', () => {
  const tiles = Array.from('abcdef').concat('me').map((id): TileKey => ({ kind: 'person', id }));

  it('keep oneself at the end of the first', () => {
    expect(ids(pageOf(tiles, 'me', 4, 0).tiles)).toEqual(['a', 'b', 'c', 'me']);
    expect(ids(pageOf(tiles, 'me', 4, 1).tiles)).toEqual(['d', 'e', 'f']);
  });

  it('of one tile begin with somebody else', () => {
    expect(ids(pageOf(tiles, 'me', 1, 0).tiles)).toEqual(['a']);
    expect(ids(pageOf([...tiles].reverse(), 'f', 2, 0).tiles)).toEqual(['me', 'f']);
  });

  it('show everybody exactly once', () => {
    for (let capacity = 1; capacity < 9; capacity += 1) {
      const { pages } = pageOf(tiles, 'me', capacity, 0);
      const shown = Array.from({ length: pages }, (_, at) => pageOf(tiles, 'me', capacity, at));
      expect(shown.flatMap((page) => ids(page.tiles)).sort()).toEqual(ids(tiles).sort());
    }
  });

  it('lead back when the page that was shown is gone', () => {
    expect(pageOf(tiles, 'me', 4, 9)).toMatchObject({ page: 1, pages: 2 });
    expect(pageOf([], 'me', 4, 3)).toMatchObject({ page: 0, pages: 1, tiles: [] });
  });
});

describe('the strip', () => {
  it('is at the side on a wide screen, below on a high one, and away on a tiny one', () => {
    expect(divideStage({ width: 1_200, height: 700 }, 4, 10).strip).toMatchObject({ y: 0 });
    expect(divideStage({ width: 390, height: 700 }, 4, 10).strip).toMatchObject({ x: 0 });
    expect(divideStage({ width: 320, height: 150 }, 4, 10).strip).toBeUndefined();
  });

  it('holds as many tiles as it has room for, inside it', () => {
    for (const area of [
      { width: 1_200, height: 700 },
      { width: 390, height: 700 },
      { width: 800, height: 360 },
    ]) {
      const { strip } = divideStage(area, 4, 10);
      if (strip === undefined) {
        throw new Error('There is room for a strip.');
      }
      const capacity = stripCapacity(strip, 10);
      expect(capacity).toBeGreaterThan(0);
      for (const rect of layoutStrip(strip, capacity, 10)) {
        expect(rect.y).toBeGreaterThanOrEqual(strip.y - 0.01);
        expect(rect.y + rect.height).toBeLessThanOrEqual(area.height + 0.01);
        expect(rect.x + rect.width).toBeLessThanOrEqual(area.width + 0.01);
      }
    }
    expect(stripCapacity(undefined, 10)).toBe(0);
  });

  it('leaves the rest to what is in the middle', () => {
    const { main, strip } = divideStage({ width: 1_200, height: 700 }, 4, 10);
    const [share] = layoutMain(main, [{ kind: 'share', id: 's' }], 10);
    expect(share).toEqual(main);
    expect(main.width + 10 + (strip?.width ?? 0)).toBe(1_200);
  });
});
