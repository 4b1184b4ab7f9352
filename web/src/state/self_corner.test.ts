import { describe, expect, it } from 'vitest';

import { CORNERS, cornerAfter, cornerRect, nearestCorner } from './self_corner';

describe('one’s own tile', () => {
  it('reaches every corner by arrow keys', () => {
    expect(cornerAfter('bottom-right', 'ArrowUp')).toBe('top-right');
    expect(cornerAfter('top-right', 'ArrowLeft')).toBe('top-left');
    expect(cornerAfter('top-left', 'ArrowDown')).toBe('bottom-left');
    expect(cornerAfter('bottom-left', 'ArrowRight')).toBe('bottom-right');
  });

  it('stays where it is at an edge, and for other keys', () => {
    for (const corner of CORNERS) {
      const key = corner.startsWith('top') ? 'ArrowUp' : 'ArrowDown';
      expect(cornerAfter(corner, key)).toBe(corner);
      expect(cornerAfter(corner, 'Enter')).toBeUndefined();
    }
  });

  it('goes to the corner that it was dragged nearest to', () => {
    const area = { width: 1_000, height: 600 };
    expect(nearestCorner(area, 100, 590)).toBe('bottom-left');
    expect(nearestCorner(area, 510, 290)).toBe('top-right');
    expect(nearestCorner(area, -50, -50)).toBe('top-left');
    expect(nearestCorner(area, 2_000, 2_000)).toBe('bottom-right');
  });

  it('fits into every corner of every stage, and takes at most half of its width', () => {
    for (const area of [
      { width: 1_600, height: 800 },
      { width: 390, height: 640 },
      { width: 320, height: 148 },
    ]) {
      for (const corner of CORNERS) {
        const rect = cornerRect(area, corner, 12);
        expect(rect.x).toBeGreaterThanOrEqual(0);
        expect(rect.y).toBeGreaterThanOrEqual(0);
        expect(rect.x + rect.width).toBeLessThanOrEqual(area.width);
        expect(rect.y + rect.height).toBeLessThanOrEqual(area.height);
        expect(rect.width).toBeLessThanOrEqual(area.width / 2);
        expect(nearestCorner(area, rect.x + rect.width / 2, rect.y + rect.height / 2)).toBe(corner);
      }
    }
  });
});
