import { invitation, join, openLink, startMeeting } from './harness/acts';
import { likeness, listen, loudest, SAME_VOICE } from './harness/heard';
import { ANA, SAMUEL } from './harness/media';
import { framesSeen, grab, resemblance, SAME_PICTURE, untilSeen } from './harness/seen';
import { expect, test } from './harness/story';

const LISTEN_MS = 6_000;

test('two people meet by one link, and see and hear each other', async ({ url, invite }) => {
  const samuel = await invite(SAMUEL);
  await startMeeting(samuel.page, url, 'Thursday circle');
  await join(samuel.page, 'Samuel Okoye');
  const link = await invitation(samuel.page);

  const ana = await invite(ANA);
  await openLink(ana.page, link);
  await expect(ana.page.getByRole('heading', { name: 'Thursday circle' })).toBeVisible();
  await join(ana.page, 'Ana Petrović');

  await test.step('they see each other, and the pictures move', async () => {
    expect((await untilSeen(samuel.page, 'Ana Petrović', 'face')).ssim).toBeGreaterThan(SAME_PICTURE);
    expect((await untilSeen(ana.page, 'Samuel Okoye', 'film')).ssim).toBeGreaterThan(SAME_PICTURE);
    expect((await framesSeen(samuel.page, 'Ana Petrović', 'face')).size).toBeGreaterThan(2);
    expect((await framesSeen(ana.page, 'Samuel Okoye', 'film')).size).toBeGreaterThan(2);
  });

  await test.step('the measure tells one picture from the other', async () => {
    const seen = await grab(samuel.page, 'Ana Petrović');
    expect(seen === undefined ? 1 : resemblance(seen, 'film').ssim).toBeLessThan(SAME_PICTURE / 2);
  });

  await test.step('they hear each other, and not somebody else', async () => {
    const heard = await listen(samuel.page, LISTEN_MS);
    expect(likeness(heard, 'ana')).toBeGreaterThan(SAME_VOICE);
    expect(likeness(heard, 'samuel')).toBeLessThan(SAME_VOICE);
    expect(likeness(await listen(ana.page, LISTEN_MS), 'samuel')).toBeGreaterThan(SAME_VOICE);
  });

  await test.step('who mutes is not heard', async () => {
    await ana.page.getByRole('button', { name: 'Turn microphone off' }).click();
    await samuel.page.waitForTimeout(1_000);
    const heard = await listen(samuel.page, 3_000);
    expect(loudest(heard)).toBeLessThan(0.005);
    expect(likeness(heard, 'ana')).toBeLessThan(SAME_VOICE);
  });

  await test.step('whose camera is off is not seen', async () => {
    await ana.page.getByRole('button', { name: 'Turn camera off' }).click();
    await expect
      .poll(async () => (await grab(samuel.page, 'Ana Petrović')) === undefined)
      .toBe(true);
  });
});
