import { describe, expect, it } from 'vitest';

import { CORNERS, cornerAfter, nearestCorner } from './self_corner';

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
});
