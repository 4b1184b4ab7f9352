import { expect, type Locator, type Page } from '@playwright/test';

/** More than there are things to reach on any screen. */
const MAX_PRESSES = 60;

/** Goes on with Tab until something has the focus, which must be seen wherever it stops on the way. */
export async function tabTo(page: Page, target: Locator, key = 'Tab'): Promise<void> {
  for (let presses = 0; presses < MAX_PRESSES; presses += 1) {
    await page.keyboard.press(key);
    expect(await whatHidesTheFocus(page)).toBe('');
    if (await target.evaluate((element) => element === document.activeElement)) {
      return;
    }
  }
  throw new Error(`${key} does not lead to ${String(target)}`);
}

/** Goes once around the page, and answers at how many places the focus stops. */
export async function tabAround(page: Page, from: Locator, key = 'Tab'): Promise<number> {
  await from.focus();
  for (let presses = 1; presses < MAX_PRESSES; presses += 1) {
    await page.keyboard.press(key);
    expect(await whatHidesTheFocus(page)).toBe('');
    if (await from.evaluate((element) => element === document.activeElement)) {
      return presses;
    }
  }
  throw new Error(`${key} does not lead back to ${String(from)}`);
}

/** Empty when the focus can be seen: it is drawn, and nothing lies over all of it (WCAG 2.4.7, 2.4.11). */
async function whatHidesTheFocus(page: Page): Promise<string> {
  // Rings and scrolling take a moment.
  await page.waitForTimeout(150);
  return page.evaluate(() => {
    const focused = document.activeElement;
    if (focused === null || focused === document.body) {
      // The browser's own part of the window has it.
      return '';
    }
    const what = focused.outerHTML.slice(0, 160);
    const isDrawn = [focused, focused.parentElement, focused.parentElement?.parentElement].some(
      (element) => {
        const style = element instanceof Element ? getComputedStyle(element) : undefined;
        return style?.outlineStyle !== 'none' && Number.parseFloat(style?.outlineWidth ?? '0') >= 2;
      },
    );
    if (!isDrawn) {
      return `no ring on ${what}`;
    }
    const { left, top, width, height } = focused.getBoundingClientRect();
    const points = [0.1, 0.5, 0.9].flatMap((x) => [0.1, 0.5, 0.9].map((y) => [x, y] as const));
    const seen = points.filter(([x, y]) => {
      const hit = document.elementFromPoint(left + x * width, top + y * height);
      return focused.contains(hit);
    });
    const opacity = [focused, focused.parentElement].map((element) =>
      element === null ? 1 : Number(getComputedStyle(element).opacity),
    );
    return seen.length > 0 && Math.min(...opacity) > 0.2 ? '' : `something lies over ${what}`;
  });
}
