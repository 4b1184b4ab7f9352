import { describe, expect, it } from 'vitest';

import { fitBar } from './bar_fit';

/** What a bar of so many pixels has beside microphone, camera, More and Leave. */
function shownAt(widthPx: number): string[] {
  return Object.entries(fitBar(widthPx, undefined)).flatMap(([name, isShown]) =>
    isShown ? [name.replace('has', '')] : [],
  );
}

describe('the control bar', () => {
  it('shows everything on a wide screen and six on a phone', () => {
    expect(shownAt(900)).toEqual(['Menus', 'Share', 'React', 'Hand', 'People', 'Chat']);
    expect(shownAt(600)).toEqual(['Share', 'React', 'Hand', 'People', 'Chat']);
    expect(shownAt(390)).toEqual(['People', 'Chat']);
    expect(shownAt(330)).toEqual(['Chat']);
    expect(shownAt(200)).toEqual([]);
  });

  it('does not flicker while a window is a pixel wider and narrower', () => {
    for (let width = 200; width < 900; width += 1) {
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
    const narrow = fitBar(500, fitBar(900, undefined));
    expect(narrow.hasMenus).toBe(false);
    expect(fitBar(900, narrow).hasMenus).toBe(true);
  });
});
