import { invitation, join, openLink, startMeeting } from './harness/acts';
import { FirefoxPerson } from './harness/firefox';
import { likeness, listen, loudest, SAME_VOICE } from './harness/heard';
import { ANA, SAMUEL, type Appearance } from './harness/media';
import { grab, resemblance, SAME_PICTURE, untilSeen, type Grey } from './harness/seen';
import { expect, test as story } from './harness/story';

const LISTEN_MS = 6_000;

const test = story.extend<{ firefox: FirefoxPerson }>({
  firefox: async ({ url }, use) => {
    const person = await FirefoxPerson.arrive(new URL(url).origin);
    await use(person);
    await person.leave();
    expect(person.faults, 'something went wrong in Firefox').toEqual([]);
  },
});

test('somebody with Firefox comes to a meeting of somebody with Chromium', async ({
  url,
  invite,
  firefox,
}) => {
  const samuel = await invite(SAMUEL);
  await startMeeting(samuel.page, url, 'Thursday circle');
  await join(samuel.page, 'Samuel Okoye');
  await firefox.open(await invitation(samuel.page), ANA);
  await firefox.see('heading', 'Thursday circle');
  await firefox.join('Ana Petrović');

  await test.step('they see each other', async () => {
    const seen = await untilSeen(samuel.page, 'Ana Petrović', 'face');
    expect(seen.ssim).toBeGreaterThan(SAME_PICTURE);
    await looksLike(() => firefox.grab('Samuel Okoye'), 'film');
  });

  await test.step('they hear each other, and not somebody else', async () => {
    const heard = await soundsLike((ms) => listen(samuel.page, ms), 'ana');
    expect(likeness(heard, 'samuel')).toBeLessThan(SAME_VOICE);
    const heardByAna = await soundsLike((ms) => firefox.listen(ms), 'samuel');
    expect(likeness(heardByAna, 'ana')).toBeLessThan(SAME_VOICE);
  });

  await test.step('who mutes in Firefox is not heard, and heard again afterwards', async () => {
    await firefox.click('Turn microphone off');
    await samuel.page.waitForTimeout(1_000);
    expect(loudest(await listen(samuel.page, 3_000))).toBeLessThan(0.005);
    await firefox.click('Turn microphone on');
    await expect.poll(async () => loudest(await listen(samuel.page, 1_500))).toBeGreaterThan(0.05);
  });

  await test.step('who mutes in Chromium is not heard in Firefox', async () => {
    await samuel.page.getByRole('button', { name: 'Turn microphone off' }).click();
    await samuel.page.waitForTimeout(1_000);
    expect(loudest(await firefox.listen(3_000))).toBeLessThan(0.005);
  });

  await test.step('a camera that is off is not seen, and seen again afterwards', async () => {
    await firefox.click('Turn camera off');
    await expect.poll(() => grab(samuel.page, 'Ana Petrović')).toBeUndefined();
    await firefox.click('Turn camera on');
    const seen = await untilSeen(samuel.page, 'Ana Petrović', 'face');
    expect(seen.ssim).toBeGreaterThan(SAME_PICTURE);
  });

  await test.step('a screen that is shared in Firefox is seen, until it is no longer shared', async () => {
    await firefox.click('Share your screen');
    const screen = 'Screen of Ana Petrović';
    const seen = await untilSeen(samuel.page, screen, 'face');
    expect(seen.ssim).toBeGreaterThan(SAME_PICTURE);
    await firefox.click('Stop sharing your screen');
    await expect(samuel.page.getByRole('group', { name: screen })).toHaveCount(0);
  });
});

test('somebody with Chromium comes to a meeting that was made in Firefox', async ({
  url,
  invite,
  firefox,
}) => {
  await firefox.open(url, SAMUEL);
  await firefox.click('Start a meeting');
  await firefox.fill('Name of the meeting', 'Thursday circle');
  await firefox.click('Make the meeting');
  await firefox.join('Samuel Okoye');
  const ana = await invite(ANA);
  await openLink(ana.page, await firefox.read('Link to this meeting'));
  await expect(ana.page.getByRole('heading', { name: 'Thursday circle' })).toBeVisible();
  await join(ana.page, 'Ana Petrović');

  expect((await untilSeen(ana.page, 'Samuel Okoye', 'film')).ssim).toBeGreaterThan(SAME_PICTURE);
  await looksLike(() => firefox.grab('Ana Petrović'), 'face');
  await soundsLike((ms) => listen(ana.page, ms), 'samuel');
  await soundsLike((ms) => firefox.listen(ms), 'ana');
});

/** Listens up to three times: a machine that is busy for a moment drops and stretches sound. */
async function soundsLike(
  listenFor: (ms: number) => Promise<readonly number[]>,
  voice: Appearance['voice'],
): Promise<readonly number[]> {
  let heard: readonly number[] = [];
  for (let attempt = 0; attempt < 3 && likeness(heard, voice) <= SAME_VOICE; attempt += 1) {
    heard = await listenFor(LISTEN_MS);
  }
  expect(likeness(heard, voice)).toBeGreaterThan(SAME_VOICE);
  return heard;
}

async function looksLike(
  look: () => Promise<Grey | undefined>,
  picture: Appearance['picture'],
): Promise<void> {
  const similarity = async (): Promise<number> => {
    const seen = await look();
    return seen === undefined ? 0 : resemblance(seen, picture).ssim;
  };
  await expect.poll(similarity).toBeGreaterThan(SAME_PICTURE);
}
