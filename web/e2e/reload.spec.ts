import { join, joinButton } from './harness/acts';
import { meet } from './harness/meet';
import { SAME_PICTURE, untilSeen } from './harness/seen';
import { expect, test } from './harness/story';

test.setTimeout(120_000);

test('who reloads the page in a call is seen again at once, guest or host', async ({
  url,
  invite,
}) => {
  const { samuel, ana, link } = await meet(url, invite);
  expect((await untilSeen(samuel.page, 'Ana Petrović', 'face')).ssim).toBeGreaterThan(SAME_PICTURE);
  for (const [{ page }, other, name, picture] of [
    [samuel, ana, 'Samuel again', 'film'],
    [ana, samuel, 'Ana again', 'face'],
  ] as const) {
    // Nobody says goodbye so: the device that was there stays in the group for a minute.
    await page.goto('about:blank');
    await page.goto(link);
    await expect(joinButton(page)).toBeVisible();
    await join(page, name);
    expect((await untilSeen(other.page, name, picture)).ssim).toBeGreaterThan(SAME_PICTURE);
  }
});
