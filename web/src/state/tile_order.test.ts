import { describe, expect, it } from 'vitest';

import { HOLD_LIMIT_MS, TileOrder, nextOrder, type OrderInput } from './tile_order';

function input(present: string, more: Partial<OrderInput> = {}): OrderInput {
  return { present: Array.from(present), speaking: [], lastSpokeMs: new Map(), firstPage: 3, ...more };
}

describe('the order of tiles', () => {
  it('shows newcomers at the end, where they move nobody', () => {
    expect(nextOrder(Array.from('ba'), input('abc'))).toEqual(Array.from('bac'));
  });

  it('fills a gap on the first page with the first of the next, and moves nobody else there', () => {
    expect(nextOrder(Array.from('abcdef'), input('acdef'))).toEqual(Array.from('adcef'));
  });

  it('closes a gap when there is no later page', () => {
    expect(nextOrder(Array.from('abc'), input('ac'))).toEqual(Array.from('ac'));
  });

  it('brings a speaker to the first page, in the place of the one silent for longest', () => {
    const lastSpokeMs = new Map([
      ['a', 10],
      ['b', 5],
      ['c', 20],
    ]);
    const after = nextOrder(Array.from('abcde'), input('abcde', { speaking: ['e'], lastSpokeMs }));
    expect(after).toEqual(Array.from('aecdb'));
  });

  it('takes the last place first when nobody has spoken yet', () => {
    expect(nextOrder(Array.from('abcde'), input('abcde', { speaking: ['d'] }))).toEqual(Array.from('abdce'));
  });

  it('moves nobody for a speaker who is on the first page already', () => {
    expect(nextOrder(Array.from('abcde'), input('abcde', { speaking: ['b'] }))).toEqual(Array.from('abcde'));
  });

  it('takes no place from somebody who speaks, too', () => {
    const speaking = Array.from('abce');
    expect(nextOrder(Array.from('abcde'), input('abcde', { speaking }))).toEqual(Array.from('abcde'));
  });

  it('loses nobody and shows nobody twice, whatever happens', () => {
    let order: string[] = [];
    for (let round = 0; round < 400; round += 1) {
      const present = Array.from('abcdefghij').filter((_, at) => (round * 7 + at * at * 3) % 4 !== 0);
      const speaking = present.filter((_, at) => (round + at) % 5 === 0);
      const firstPage = 1 + (round % 6);
      order = nextOrder(order, { present, speaking, lastSpokeMs: new Map(), firstPage });
      expect([...order].sort()).toEqual(present);
    }
  });
});

describe('a tile under the pointer or the focus', () => {
  it('stays while somebody on a later page speaks', () => {
    const tiles = new TileOrder();
    tiles.update(input('abcde'), 0);
    tiles.hold(true, 0);
    const later = 10 * HOLD_LIMIT_MS;
    expect(tiles.update(input('abcde', { speaking: ['e'] }), later)).toBe(false);
    tiles.hold(false, later);
    expect(tiles.update(input('abcde', { speaking: ['e'] }), later)).toBe(true);
    expect(tiles.order.slice(0, 3)).toContain('e');
  });

  it('does not jump away when somebody comes or leaves, but they show in the end', () => {
    const tiles = new TileOrder();
    tiles.update(input('abc'), 0);
    tiles.hold(true, 1_000);
    expect(tiles.update(input('bcd'), 2_000)).toBe(false);
    expect(tiles.order).toEqual(Array.from('abc'));
    expect(tiles.update(input('bcd'), 1_000 + HOLD_LIMIT_MS)).toBe(true);
    expect([...tiles.order].sort()).toEqual(Array.from('bcd'));
  });
});
