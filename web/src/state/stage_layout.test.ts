import { describe, expect, it } from 'vitest';

import { layoutStage } from './stage_layout';
import type { StagePlan, TileKey } from './tiles';

const WIDE = { width: 1_400, height: 760 };
const PHONE = { width: 390, height: 640 };

function people(count: number): TileKey[] {
  return Array.from({ length: count }, (_, at) => ({ kind: 'person', id: `p${String(at)}` }));
}

function grid(count: number): StagePlan {
  return { kind: 'grid', main: people(count), strip: [], isSelfInCorner: false };
}

function spotlight(count: number): StagePlan {
  const share: TileKey = { kind: 'share', id: 's' };
  return { kind: 'spotlight', main: [share], strip: people(count), isSelfInCorner: false };
}

describe('the stage', () => {
  it('has one page for as many as fit, and no room lost to buttons that are not there', () => {
    const layout = layoutStage(grid(2), WIDE, 'p1', 0);
    expect(layout.pages).toBe(1);
    expect(layout.tiles).toHaveLength(2);
    const highest = Math.max(...layout.tiles.map(({ rect }) => rect.height));
    expect(highest).toBeGreaterThan(500);
  });

  it('turns pages for 27 people, over nobody’s face', () => {
    const layout = layoutStage(grid(27), WIDE, 'p26', 0);
    expect(layout).toMatchObject({ page: 0, pages: 2, firstPage: 24 });
    for (const { rect } of layout.tiles) {
      expect(rect.y + rect.height).toBeLessThanOrEqual(WIDE.height - 50);
    }
    expect(layout.tiles.map(({ key }) => key.id)).toContain('p26');
    expect(layoutStage(grid(27), WIDE, 'p26', 1).tiles).toHaveLength(2);
  });

  it('shows eight people a page on a phone', () => {
    const layout = layoutStage(grid(12), { width: 390, height: 720 }, 'p11', 0);
    expect(layout).toMatchObject({ pages: 2 });
    expect(layout.tiles.length).toBeLessThanOrEqual(8);
  });

  it('keeps a strip beside what is shared, with pages where it is full', () => {
    const layout = layoutStage(spotlight(12), WIDE, 'p11', 0);
    const strip = layout.tiles.filter((tile) => tile.isInStrip);
    expect(strip.length).toBeGreaterThan(2);
    expect(layout.pages).toBeGreaterThan(1);
    expect(layoutStage(spotlight(12), PHONE, 'p11', 0).tiles.length).toBeGreaterThan(2);
  });

  it('makes a strip narrower before it turns pages, and takes no room from the middle for them', () => {
    const five = layoutStage(spotlight(5), { width: 1_256, height: 664 }, 'p4', 0);
    expect(five.pages).toBe(1);
    const twelve = layoutStage(spotlight(12), WIDE, 'p11', 0);
    expect(twelve.tiles[0]?.rect.height).toBe(WIDE.height);
    for (const { rect } of twelve.tiles.filter((tile) => tile.isInStrip)) {
      expect(rect.y + rect.height).toBeLessThanOrEqual(WIDE.height - 50);
    }
    expect(twelve.pager.x).toBeGreaterThan(WIDE.width - 240);
  });

  it('leaves a tiny screen to what is shared', () => {
    const layout = layoutStage(spotlight(3), { width: 320, height: 148 }, 'p2', 0);
    expect(layout.tiles.map(({ key }) => key.id)).toEqual(['s']);
  });
});
