import { fileURLToPath } from 'node:url';

import { expect, type Page } from '@playwright/test';
import axe from 'axe-core';

const PICTURES = fileURLToPath(new URL('../results/screens/', import.meta.url));

/** WCAG 2.0 to 2.2, levels A and AA. */
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

const SIZES = {
  desktop: { width: 1280, height: 800 },
  phone: { width: 390, height: 844 },
} as const;
const THEMES = ['light', 'dark'] as const;

type Size = keyof typeof SIZES;

/**
 * Looks at what is on screen in both themes and sizes: takes a picture of each, and notes what axe finds
 * wrong. The state is reached once; only its surroundings change.
 */
export async function lookAt(
  page: Page,
  state: string,
  sizes: readonly Size[] = ['desktop', 'phone'],
): Promise<void> {
  for (const size of sizes) {
    await page.setViewportSize(SIZES[size]);
    for (const colorScheme of THEMES) {
      await page.emulateMedia({ colorScheme });
      await lookOnce(page, `${state}-${colorScheme}-${size}`);
    }
  }
  await page.setViewportSize(SIZES.desktop);
}

/** Looks at what is on screen as it is. */
export async function lookOnce(page: Page, name: string): Promise<void> {
  await settled(page);
  await page.screenshot({ path: `${PICTURES}${name}.png` });
  expect.soft(await violations(page), name).toEqual([]);
}

/** What axe finds wrong: the rule, and where. */
export async function violations(page: Page): Promise<readonly string[]> {
  // By the debugger, which no content security policy holds up.
  await page.evaluate(`typeof axe === 'undefined' && (() => { ${axe.source} })()`);
  return page.evaluate(async (rules) => {
    const { axe: here } = window as unknown as { axe: typeof axe };
    const found = await here.run(document, {
      runOnly: { type: 'tag', values: rules },
      resultTypes: ['violations'],
      // axe reads the colours of the style sheet, not the system's that are shown instead.
      rules: { 'color-contrast': { enabled: !matchMedia('(forced-colors: active)').matches } },
    });
    return found.violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary = '' }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`),
    );
  }, RULES);
}

/** Waits until nothing moves that comes to an end. */
async function settled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    const ending = document
      .getAnimations()
      .filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity);
    await Promise.all(ending.map(({ finished }) => finished.catch(() => undefined)));
  });
  // The stage's layout follows its size.
  await page.waitForTimeout(100);
}
