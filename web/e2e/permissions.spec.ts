import { invitation, join, joinButton, openLink, startMeeting } from './harness/acts';
import { ASKING, setPermission } from './harness/broken_devices';
import { ANA, SAMUEL } from './harness/media';
import { SAME_PICTURE, untilSeen } from './harness/seen';
import { expect, test } from './harness/story';

test.setTimeout(120_000);

const CHROME = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/148.0.0.0 Safari/537.36';

/** What each browser calls itself, and where it keeps the answer that is to be changed. */
const BROWSERS = [
  { name: 'Chrome', agent: CHROME, step: 'Click the symbol left of the address, in the address bar.' },
  {
    name: 'Edge',
    agent: `${CHROME} Edg/148.0.0.0`,
    step: 'Click the lock left of the address, then “Permissions for this site”.',
  },
  {
    name: 'Firefox',
    agent: 'Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0',
    step: 'Click the crossed-out camera or microphone left of the address.',
  },
  {
    name: 'Safari',
    agent:
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15',
    step: 'In the menu bar, choose Safari, then “Settings for” this website.',
  },
  {
    name: 'Chrome on Android',
    agent:
      'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/148.0.0.0 Mobile Safari/537.36',
    step: 'Tap the symbol left of the address, then “Permissions”.',
  },
] as const;

for (const { name, agent, step } of BROWSERS) {
  test(`who said no is told how to take it back in ${name}`, async ({ url, invite }) => {
    const { page } = await invite(ANA, { userAgent: agent }, ASKING);
    await setPermission(page, new URL(url).origin, 'denied');
    await startMeeting(page, url, 'Thursday circle');
    await expect(page.getByRole('main').getByText(step)).toBeVisible();
    await expect(page.getByText('You can also join as you are')).toBeVisible();
    await expect(joinButton(page)).toBeEnabled();
  });
}

test('who allows it later is seen without pressing anything', async ({ url, invite }) => {
  const { page } = await invite(ANA, { userAgent: CHROME }, ASKING);
  const { origin } = new URL(url);
  await setPermission(page, origin, 'denied');
  await startMeeting(page, url, 'Thursday circle');
  await expect(page.getByText('Your camera gives no picture')).toBeVisible();
  await setPermission(page, origin, 'granted');
  await expect(page.getByLabel('Your camera’s picture, mirrored')).toBeVisible();
  await expect(page.getByText('You can also join as you are')).toBeHidden();
});

test('who joins without devices is there by initials, and is seen once they are allowed', async ({
  url,
  invite,
}) => {
  const samuel = await invite(SAMUEL);
  await startMeeting(samuel.page, url, 'Thursday circle');
  await join(samuel.page, 'Samuel Okoye');

  const { page } = await invite(ANA, { userAgent: CHROME }, ASKING);
  await setPermission(page, new URL(url).origin, 'denied');
  await openLink(page, await invitation(samuel.page));
  await join(page, 'Ana Petrović');

  const tile = samuel.page.getByRole('group', { name: /^Ana Petrović/ });
  await expect(tile).toHaveAccessibleName('Ana Petrović, microphone off, camera off');
  await expect(tile).toContainText('AP');
  await expect(tile.locator('video')).toHaveCount(0);
  await expect(page.getByRole('group', { name: /^Samuel/ }).locator('video')).toBeVisible();

  await setPermission(page, new URL(url).origin, 'granted');
  const seen = await untilSeen(samuel.page, 'Ana Petrović', 'face');
  expect(seen.ssim).toBeGreaterThan(SAME_PICTURE);
});
