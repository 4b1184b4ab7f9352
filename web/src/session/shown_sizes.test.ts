import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { ShownSizes } from './shown_sizes';

const LARGE = { width: 1280, height: 720 };
const SMALL = { width: 320, height: 180 };

let said: [string, unknown][];
let sizes: ShownSizes;

beforeEach(() => {
  vi.useFakeTimers();
  said = [];
  sizes = new ShownSizes((publicationId, size) => said.push([publicationId, size]));
});

afterEach(() => {
  vi.useRealTimers();
});

describe('how large videos are shown', () => {
  it('is said once when a layout moves, as it is in the end', () => {
    sizes.set('TR_1', LARGE);
    vi.advanceTimersByTime(150);
    sizes.set('TR_1', SMALL);
    sizes.set('TR_2', undefined);
    vi.advanceTimersByTime(49);
    expect(said).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(said).toEqual([
      ['TR_1', SMALL],
      ['TR_2', undefined],
    ]);
    vi.advanceTimersByTime(1_000);
    expect(said).toHaveLength(2);
  });

  it('is said in whole pixels', () => {
    sizes.set('TR_1', { width: 0.2, height: 99.6 });
    vi.advanceTimersByTime(200);
    expect(said).toEqual([['TR_1', { width: 1, height: 100 }]]);
  });

  it('is said again when the track comes, and not of one that is unknown or gone', () => {
    sizes.set('TR_1', LARGE);
    sizes.repeat('TR_1');
    sizes.repeat('TR_2');
    expect(said).toEqual([['TR_1', LARGE]]);
    sizes.forget('TR_1');
    sizes.repeat('TR_1');
    vi.advanceTimersByTime(200);
    expect(said).toHaveLength(1);
  });

  it('is not said after the end', () => {
    sizes.set('TR_1', LARGE);
    sizes.close();
    vi.advanceTimersByTime(1_000);
    expect(said).toEqual([]);
  });
});
