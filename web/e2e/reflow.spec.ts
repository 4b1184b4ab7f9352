import type { Page } from '@playwright/test';

import { invitation, join, openLink, startMeeting } from './harness/acts';
import { ANA, SAMUEL } from './harness/media';
import { expect, test } from './harness/story';

/** 320 CSS pixels are a 1280 pixel window at 400 % (WCAG 1.4.10). */
const SMALL = { width: 320, height: 640 };

test('everything fits on a small screen, and fingers hit it', async ({ url, invite }) => {
  const { page } = await invite(SAMUEL, { viewport: SMALL });
  await page.goto(url);
  await expect(page.getByRole('button', { name: 'Start a meeting' })).toBeVisible();
  await judge(page, 'home');
  await page.getByRole('button', { name: 'Join with a link' }).click();
  await judge(page, 'join by link');
  await page.getByRole('button', { name: 'Back' }).click();
  await page.getByRole('button', { name: 'Start a meeting' }).click();
  await judge(page, 'start');

  await startMeeting(page, url, 'Thursday circle of everybody who comes on Thursdays');
  await judge(page, 'pre-join');
  await join(page, 'Samuel Okoye');
  await judge(page, 'call, alone');
  const link = await invitation(page);

  const ana = await invite(ANA, { viewport: SMALL, isMobile: true, hasTouch: true });
  await openLink(ana.page, link);
  await judge(ana.page, 'pre-join, touch');
  await join(ana.page, 'Ana Petrović');
  await expect(page.getByRole('group', { name: /^Ana/ }).locator('video')).toBeVisible();
  await judge(page, 'call, two');
  await judge(ana.page, 'call, two, touch');

  await page.getByRole('button', { name: 'More', exact: true }).click();
  await judge(page, 'more');
  await page.getByRole('button', { name: 'Keyboard shortcuts' }).click();
  await judge(page, 'shortcuts');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+Shift+p');
  await expect(page.getByRole('complementary')).toBeVisible();
  await judge(page, 'people');
  await page.keyboard.press('Escape');

  await page.getByRole('button', { name: 'Leave' }).click();
  await expect(page.getByRole('heading', { name: 'You left the meeting' })).toBeVisible();
  await judge(page, 'end');
});

test('what does not fit is noticed', async ({ url, invite }) => {
  const { page } = await invite(undefined, { viewport: SMALL });
  await page.goto(url);
  await expect(page.getByRole('button', { name: 'Start a meeting' })).toBeVisible();
  await page.evaluate(() => {
    const [button] = document.querySelectorAll('main button');
    (button as HTMLElement).style.minWidth = '400px';
    const small = document.createElement('input');
    small.type = 'checkbox';
    document.querySelector('main')?.append(small);
  });
  expect((await faultsOn(page)).join()).toMatch(/ wide on 320,outside: .*13 × 13/);
});

async function judge(page: Page, state: string): Promise<void> {
  expect.soft(await faultsOn(page), state).toEqual([]);
}

/** Nothing scrolls sideways; what can be pressed has 24 pixels (WCAG 2.5.8), in the control bar 44. */
async function faultsOn(page: Page): Promise<readonly string[]> {
  await page.waitForTimeout(400);
  return page.evaluate(() => {
    const faults: string[] = [];
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth > clientWidth) {
      faults.push(`${String(scrollWidth)} wide on ${String(clientWidth)}`);
    }
    const bar = document.querySelector('section[aria-label="Controls"]');
    for (const target of document.querySelectorAll('button, a[href], input, select, summary')) {
      const { width, height, left, right } = target.getBoundingClientRect();
      if (!target.checkVisibility({ visibilityProperty: true }) || width === 0) {
        continue;
      }
      const leastPx = bar?.contains(target) === true ? 44 : 24;
      const what = target.outerHTML.slice(0, 120);
      if (Math.min(width, height) < leastPx) {
        faults.push(`${String(width)} × ${String(height)}: ${what}`);
      }
      if (left < -1 || right > clientWidth + 1) {
        faults.push(`outside: ${what}`);
      }
    }
    return faults;
  });
}
