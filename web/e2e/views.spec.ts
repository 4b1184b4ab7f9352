import type { Locator } from '@playwright/test';

import { join, openLink } from './harness/acts';
import { ANAS_NAME, meet } from './harness/meet';
import type { Person } from './harness/person';
import { expect, test } from './harness/story';

const THIRD = 'Li Wei';

test('one’s own picture is moved by mouse and by keys, and can be hidden', async ({
  url,
  invite,
}) => {
  const { samuel } = await meet(url, invite);
  const { page } = samuel;
  const own = page.getByRole('group', { name: 'You,' });
  const stage = page.getByRole('group', { name: 'People', exact: true });

  await test.step('dragged to the top left', async () => {
    const [tile, area] = [await boxOf(own), await boxOf(stage)];
    await page.mouse.move(tile.x + tile.width / 2, tile.y + tile.height / 2);
    await page.mouse.down();
    await page.mouse.move(area.x + 150, area.y + 120, { steps: 8 });
    await page.mouse.up();
    await expect.poll(async () => cornerOf(own, stage)).toBe('top left');
    await expect(page.getByRole('log')).toContainText('top left');
  });

  await test.step('sent to the right by a key', async () => {
    await own.getByRole('button', { name: 'Move my picture' }).press('ArrowRight');
    await expect.poll(async () => cornerOf(own, stage)).toBe('top right');
    await expect(page.getByRole('log')).toContainText('top right');
  });

  await test.step('hidden from oneself, and shown again', async () => {
    await button(samuel, 'More').click();
    await button(samuel, 'Hide my picture from myself').last().click();
    await expect(own).toHaveCount(0);
    await button(samuel, 'More').click();
    await button(samuel, 'Show my picture again').click();
    await expect(own).toBeVisible();
  });
});

test('three people are shown alike, or one of them large, or who is pinned', async ({
  url,
  invite,
}) => {
  test.slow();
  const { samuel, link } = await meet(url, invite);
  const third = await invite();
  await openLink(third.page, link);
  await join(third.page, THIRD);
  const { page } = samuel;
  const ana = page.getByRole('group', { name: ANAS_NAME });
  const li = page.getByRole('group', { name: THIRD });
  const own = page.getByRole('group', { name: 'You,' });

  await test.step('alike', async () => {
    await expect.poll(async () => [await ratio(ana, li), await ratio(ana, own)]).toEqual([1, 1]);
  });

  await test.step('the speaker large', async () => {
    await button(third, 'Turn microphone off').click();
    await button(samuel, 'More').click();
    await button(samuel, 'Follow the speaker').click();
    await expect.poll(async () => ratio(ana, li)).toBeGreaterThan(2);
  });

  await test.step('who is pinned large, whoever speaks', async () => {
    await li.hover();
    await button(samuel, `Pin ${THIRD}`).click();
    await expect.poll(async () => ratio(li, ana)).toBeGreaterThan(2);
    await expect(page.getByRole('group', { name: /Li Wei.*pinned/ })).toBeVisible();
    await button(samuel, `Unpin ${THIRD}`).click();
    await expect.poll(async () => ratio(ana, li)).toBeGreaterThan(2);
  });

  await test.step('alike again', async () => {
    await button(samuel, 'More').click();
    await button(samuel, 'Show everybody alike').click();
    await expect.poll(async () => ratio(ana, li)).toBe(1);
  });
});

function button({ page }: Person, name: string): Locator {
  return page.getByRole('button', { name, exact: true });
}

async function boxOf(
  tile: Locator,
): Promise<{ x: number; y: number; width: number; height: number }> {
  return (await tile.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
}

/** How many times as large one is as the other, to a tenth. */
async function ratio(one: Locator, other: Locator): Promise<number> {
  const [a, b] = [await boxOf(one), await boxOf(other)];
  return Math.round((10 * a.width * a.height) / Math.max(1, b.width * b.height)) / 10;
}

async function cornerOf(tile: Locator, stage: Locator): Promise<string> {
  const [one, area] = [await boxOf(tile), await boxOf(stage)];
  const isTop = one.y - area.y < 20;
  const isBottom = area.y + area.height - one.y - one.height < 20;
  const isLeft = one.x - area.x < 20;
  const isRight = area.x + area.width - one.x - one.width < 20;
  const words = [isTop && 'top', isBottom && 'bottom', isLeft && 'left', isRight && 'right'];
  return words.filter((word) => word !== false).join(' ');
}
