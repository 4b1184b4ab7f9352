import { describe, expect, it } from 'vitest';

import { fitBar } from './bar_fit';

describe('the control bar', () => {
  it('shows everything on a wide screen and five controls on a phone', () => {
    expect(fitBar(900, undefined)).toEqual({ hasMenus: true, hasShare: true, hasPeople: true });
    expect(fitBar(320, undefined)).toEqual({ hasMenus: false, hasShare: false, hasPeople: true });
    expect(fitBar(200, undefined)).toEqual({ hasMenus: false, hasShare: false, hasPeople: false });
  });

  it('does not flicker while a window is a pixel wider and narrower', () => {
    for (let width = 200; width < 700; width += 1) {
      let fit = fitBar(width, fitBar(900, undefined));
      let changes = 0;
      for (let turn = 0; turn < 20; turn += 1) {
        const next = fitBar(width + (turn % 2 === 0 ? 1 : -1), fit);
        changes += next === fit ? 0 : 1;
        fit = next;
      }
      expect(changes, String(width)).toBeLessThanOrEqual(1);
    }
  });

  it('brings back what was left out when there is room for it', () => {
    const narrow = fitBar(400, fitBar(900, undefined));
    expect(narrow.hasMenus).toBe(false);
    expect(fitBar(900, narrow).hasMenus).toBe(true);
  });
});
