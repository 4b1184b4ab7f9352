import type { Page } from '@playwright/test';

import { join, openLink } from './harness/acts';
import type { Publisher } from './harness/hostile';
import { bringReports } from './harness/hostile_looks';
import { expect, test } from './harness/hostile_story';
import { Watch, type Track } from './harness/hostile_watch';
import { expectSealed } from './harness/hostile_wire';
import { ANAS_NAME, meet, SAMUELS_NAME } from './harness/meet';
import { blinks, bringPatterns, patternSeen, SLIDES } from './harness/pattern';
import type { Person } from './harness/person';
import { grab, resemblance, SAME_PICTURE, untilSeen } from './harness/seen';
import type { Invite } from './harness/story';

const MIRAS_NAME = 'Mira Holm';
const SAMUELS_SCREEN = `Screen of ${SAMUELS_NAME}`;
// Names on screen stand between marks of direction.
const UNDELIVERED = new RegExp(`The server does not deliver what \\W?${ANAS_NAME}\\W? sends`);
/** Two counts of 10 s after the first, and their way. */
const COUNTED_MS = 45_000;

const SAMUELS_TRACKS: readonly Track[] = [
  'Samuel microphone',
  'Samuel camera',
  'Samuel screen',
  'Samuel screen-audio',
];
const CAMERAS: readonly Track[] = ['Samuel camera', 'Ana camera'];

test('a server that mutes somebody quietly is named, and one that swaps tracks shows nothing wrong', async ({
  hostile,
  url,
  invite,
}) => {
  test.setTimeout(240_000);
  hostile.tap.forget();
  const { samuel, ana, mira, samuelSees, anaSees, miraSees } = await gather(url, invite);
  const [samuels, anas] = (await hostile.publishers(3)) as [Publisher, Publisher];
  const [camera, screen = ''] = samuels.video;
  const [microphone, screenAudio = ''] = samuels.audio;
  // For as long as it takes to be noticed.
  const quiet = `${anas.audio[0]} drop`;

  await test.step('somebody’s picture and screen, voice and screen’s sound exchanged', async () => {
    await hostile.doThis(quiet, ...exchange(camera, screen), ...exchange(microphone, screenAudio));
    await anaSees.expectNothing(SAMUELS_TRACKS, 'wrong-sender');
    expect((await patternSeen(ana.page, SAMUELS_SCREEN))?.pattern).toEqual(SLIDES);
    await hostile.doThis(quiet);
    await anaSees.expectMore(SAMUELS_TRACKS);
    expect(await blinks(ana.page, SAMUELS_SCREEN)).toBe(true);
  });

  await test.step('one person’s picture in the name of another', async () => {
    await hostile.doThis(quiet, ...exchange(anas.video[0], camera));
    await miraSees.expectNothing(CAMERAS, 'wrong-sender');
    expect(await likeness(mira.page, ANAS_NAME, 'film')).toBeLessThan(SAME_PICTURE / 2);
    expect(await likeness(mira.page, ANAS_NAME, 'face')).toBeGreaterThan(SAME_PICTURE);
    await hostile.doThis(quiet);
    await miraSees.expectMore(CAMERAS);
    expect((await untilSeen(mira.page, ANAS_NAME, 'face')).ssim).toBeGreaterThan(SAME_PICTURE);
  });

  await test.step('small and large pictures of one camera exchanged: it is the same camera', async () => {
    await hostile.doThis(quiet, `${anas.video[0]} layers 0 1`);
    await miraSees.expectMore(['Ana camera']);
    expect((await untilSeen(mira.page, ANAS_NAME, 'face')).ssim).toBeGreaterThan(SAME_PICTURE);
  });

  await test.step('frames held back until their keys have changed', async () => {
    const before = await samuelSees.refused('unknown-key');
    await hostile.doThis(quiet, `${anas.video[0]} late 2 200`);
    await mira.page.waitForTimeout(3_000);
    await mira.page.getByRole('button', { name: 'Leave' }).click();
    await expect
      .poll(() => samuelSees.refused('unknown-key'), { timeout: 30_000 })
      .toBeGreaterThan(before + 10);
  });

  await test.step('who does not get somebody’s voice is told, and when it comes again', async () => {
    const notice = samuel.page.getByRole('main').getByText(UNDELIVERED);
    await expect(notice).toBeVisible({ timeout: COUNTED_MS });
    await expect(ana.page.getByText('The server does not deliver')).toHaveCount(0);
    await hostile.behave();
    await samuelSees.expectMore(['Ana microphone', 'Ana camera']);
    await expect(notice).toHaveCount(0, { timeout: COUNTED_MS });
  });

  await test.step('all that the server had was sealed, each frame with a nonce of its own', () => {
    expectSealed(hostile.tap.read().packets);
  });
});

interface Gathering {
  readonly samuel: Person;
  readonly ana: Person;
  readonly mira: Person;
  readonly samuelSees: Watch;
  readonly anaSees: Watch;
  readonly miraSees: Watch;
}

/** Samuel, who shares his screen and its sound, Ana and Mira: everything of Samuel's comes to Ana. */
async function gather(url: string, invite: Invite): Promise<Gathering> {
  const { samuel, ana, link } = await meet(url, invite, async (page) => {
    await bringReports(page);
    await bringPatterns(page);
  });
  await offerScreen(samuel.page);
  await samuel.page.getByRole('button', { name: 'Share your screen', exact: true }).click();
  await expect
    .poll(async () => (await patternSeen(ana.page, SAMUELS_SCREEN))?.pattern)
    .toEqual(SLIDES);
  expect((await untilSeen(samuel.page, ANAS_NAME, 'face')).ssim).toBeGreaterThan(SAME_PICTURE);
  const names = new Map([
    [await Watch.onlyOther(ana.page), 'Samuel'],
    [await Watch.onlyOther(samuel.page), 'Ana'],
  ]);
  const mira = await invite();
  await bringReports(mira.page);
  await openLink(mira.page, link);
  await join(mira.page, MIRAS_NAME);
  const [samuelSees, anaSees, miraSees] = [samuel, ana, mira].map(
    ({ page }) => new Watch(page, names),
  ) as [Watch, Watch, Watch];
  await miraSees.expectMore(CAMERAS);
  await anaSees.expectMore(SAMUELS_TRACKS);
  return { samuel, ana, mira, samuelSees, anaSees, miraSees };
}

function exchange(one: string, other: string): readonly string[] {
  return [`${one} swap ${other}`, `${other} swap ${one}`];
}

/** How much what is shown of somebody now is like a picture. */
async function likeness(page: Page, name: string, picture: 'face' | 'film'): Promise<number> {
  const seen = await grab(page, name);
  return seen === undefined ? 0 : resemblance(seen, picture).ssim;
}

/** Answers the browser's dialog with pictures and a tone. */
async function offerScreen(page: Page): Promise<void> {
  await page.evaluate((colours) => {
    navigator.mediaDevices.getDisplayMedia = () => {
      const picture = window.folkmootFilm?.(colours);
      const audio = new AudioContext();
      const tone = audio.createOscillator();
      const end = audio.createMediaStreamDestination();
      tone.connect(end);
      tone.start();
      const tracks = picture === undefined ? [] : [picture, ...end.stream.getAudioTracks()];
      return Promise.resolve(new MediaStream(tracks));
    };
  }, SLIDES);
}
