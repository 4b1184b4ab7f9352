import { invitation, join, joinButton, openLink, startMeeting } from './harness/acts';
import { ANA } from './harness/media';
import { ANAS_NAME, SAMUELS_NAME } from './harness/meet';
import { lookAt } from './harness/screens';
import { expect, test } from './harness/story';

test('without what encrypts sound and pictures nothing is sent, and it is said', async ({
  url,
  invite,
}) => {
  const samuel = await invite();
  await startMeeting(samuel.page, url, 'Thursday circle');
  await join(samuel.page, SAMUELS_NAME);
  const link = await invitation(samuel.page);

  const { page, allowed } = await invite(ANA);
  allowed.push(/frame_worker|worker of sound and pictures|Failed to load resource/);
  let isThere = false;
  await page.route('**/frame_worker-*', (route) => (isThere ? route.continue() : route.abort()));
  await openLink(page, link);
  await join(page, ANAS_NAME);
  const broken = page.getByRole('main').getByText('Sound and pictures do not work here');
  await expect(broken).toBeVisible();
  await expect(page.getByRole('log')).toContainText('Sound and pictures do not work here');
  await lookAt(page, 'call-media-broken');
  await test.step('the others have the person, without a picture', async () => {
    const tile = samuel.page.getByRole('group', { name: ANAS_NAME });
    await expect(tile).toBeVisible();
    await samuel.page.waitForTimeout(2_000);
    await expect(tile.locator('video')).toHaveJSProperty('readyState', 0);
  });
  await test.step('who leaves and comes back when it is there again is seen', async () => {
    isThere = true;
    await page.getByRole('button', { name: 'Leave' }).click();
    await page.getByRole('button', { name: 'Go back in' }).click();
    await join(page, ANAS_NAME);
    await expect(broken).toBeHidden();
    const video = samuel.page.getByRole('group', { name: ANAS_NAME }).locator('video');
    await expect(video).toHaveJSProperty('readyState', 4);
  });
});

test('a browser that lets no page at the frames of a call can’t join, and says why', async ({
  url,
  invite,
}) => {
  const { page } = await invite();
  await page.addInitScript(() => {
    Reflect.deleteProperty(globalThis, 'RTCRtpScriptTransform');
    Reflect.deleteProperty(RTCRtpSender.prototype, 'createEncodedStreams');
  });
  await startMeeting(page, url, 'Thursday circle');
  await page.getByRole('textbox', { name: 'Your name' }).fill(ANAS_NAME);
  const workers: string[] = [];
  page.on('worker', (worker) => workers.push(worker.url()));
  await joinButton(page).click();
  await expect(page.getByText('This browser is too old')).toBeVisible();
  expect(workers).toEqual([]);
  await expect(page.getByRole('button', { name: 'Leave' })).toHaveCount(0);
});
