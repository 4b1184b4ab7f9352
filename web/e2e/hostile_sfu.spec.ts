import type { Page } from '@playwright/test';

import type { FrameReport } from '../src/e2ee/frames/frame_tally';
import { likeness, listen, loudest, SAME_VOICE, untilHeard } from './harness/heard';
import { ownFrames } from './harness/hostile_frames';
import { bringReports, isMagenta, refusedIn, reportOf, shownOf } from './harness/hostile_looks';
import { expect, test } from './harness/hostile_story';
import { expectSealed } from './harness/hostile_wire';
import { ANAS_NAME, meet, SAMUELS_NAME, type Pair } from './harness/meet';
import { SAME_PICTURE, untilSeen } from './harness/seen';

/** Below this nothing is heard. */
const SILENCE = 0.005;
/** What a listener's buffer still has when a sender falls silent. */
const BUFFER_MS = 1_000;

test('a server that injects, replays, bends and swaps frames has none of them played', async ({
  hostile,
  url,
  invite,
}) => {
  test.setTimeout(180_000);
  hostile.tap.forget();
  const pair = await meet(url, invite, bringReports);
  const { samuel, ana } = pair;
  await expectWhole(pair);
  const [, anas] = await hostile.publishers(2);
  const [samuels] = await hostile.publishers(2);
  if (samuels === undefined || anas === undefined) throw new Error('nobody publishes');
  const { sound, picture, colour } = await ownFrames(samuel.page);
  expect(colour[0]).toBeGreaterThan(200);
  expect(colour[1]).toBeLessThan(60);
  const sif = `${sound}${Buffer.from('LKSIF').toString('hex')}`;

  const endures = async (
    title: string,
    rules: readonly string[],
    why: readonly (keyof FrameReport['notReceived'])[],
  ): Promise<void> => {
    await test.step(title, async () => {
      await hostile.doThis(...rules);
      await samuel.page.waitForTimeout(BUFFER_MS);
      const [before, shown] = [await reportOf(samuel.page), await shownOf(samuel.page, ANAS_NAME)];
      expect.soft(loudest(await listen(samuel.page, 1_500)), 'nothing is heard').toBeLessThan(SILENCE);
      expect.soft(await shownOf(samuel.page, ANAS_NAME), 'no picture is shown').toBe(shown);
      expect.soft(await isMagenta(samuel.page, ANAS_NAME)).toBe(false);
      const after = await reportOf(samuel.page);
      for (const fault of why) {
        expect.soft(after.notReceived[fault], fault).toBeGreaterThan(before.notReceived[fault]);
      }
      await hostile.behave();
      await expectWhole(pair);
    });
  };

  await test.step('frames of its own between those of a member: nothing of them is played', async () => {
    const before = await reportOf(samuel.page);
    await hostile.doThis(
      ...[`${anas.video[0]} inject ${picture} 5`, `${anas.video[0]} inject ${picture}4c4b534946 7`],
      ...[`${anas.audio[0]} inject ${sound} 5`, `${anas.audio[0]} inject ${sif} 7`],
    );
    const heard = listen(samuel.page, 4_000);
    await samuel.page.waitForTimeout(2_000);
    await expectMoving(samuel.page, ANAS_NAME);
    expect((await untilSeen(samuel.page, ANAS_NAME, 'face')).ssim).toBeGreaterThan(SAME_PICTURE);
    expect(await isMagenta(samuel.page, ANAS_NAME)).toBe(false);
    expect(likeness(await heard, 'ana')).toBeGreaterThan(SAME_VOICE);
    expect(refusedIn(await reportOf(samuel.page))).toBeGreaterThan(refusedIn(before) + 50);
    await hostile.behave();
  });

  await endures(
    'frames of its own instead of a member’s',
    [`${anas.video[0]} replace ${picture}`, `${anas.audio[0]} replace ${sif}`],
    [],
  );
  await endures(
    'each byte at the front changed',
    [`${anas.video[0]} flip start each 40`, `${anas.audio[0]} flip start each 01`],
    ['forged', 'malformed'],
  );
  await endures(
    'each byte at the end changed',
    [`${anas.video[0]} flip end each 01`, `${anas.audio[0]} flip end each 80`],
    ['forged'],
  );
  await endures(
    'cut to 0 to 47 bytes',
    [`${anas.video[0]} cut each`, `${anas.audio[0]} cut each`],
    ['malformed'],
  );
  await endures(
    'the same second again and again',
    [`${anas.video[0]} loop 8`, `${anas.audio[0]} loop 20`],
    ['replayed'],
  );
  await endures(
    'each one’s own sound and picture in the other’s name',
    [
      ...[`${anas.video[0]} swap ${samuels.video[0]}`, `${samuels.video[0]} swap ${anas.video[0]}`],
      ...[`${anas.audio[0]} swap ${samuels.audio[0]}`, `${samuels.audio[0]} swap ${anas.audio[0]}`],
    ],
    ['wrong-sender'],
  );

  await test.step('each frame twice, or late: no frame is played twice', async () => {
    const before = await reportOf(samuel.page);
    await hostile.doThis(
      ...[`${anas.video[0]} replay 0`, `${anas.audio[0]} replay 3`, `${anas.audio[0]} late 9 280`],
    );
    await samuel.page.waitForTimeout(6_500);
    const after = await reportOf(samuel.page);
    expect(after.notReceived.replayed).toBeGreaterThan(before.notReceived.replayed + 100);
    for (const { frames, counter } of after.received) {
      expect(frames).toBeLessThanOrEqual(counter + 1);
    }
    await hostile.behave();
    await expectWhole(pair);
  });

  await test.step('all that the server had was sealed, each frame with a nonce of its own', () => {
    expectSealed(hostile.tap.read().packets);
    expect(hostile.tap.data).toEqual([]);
  });
  expect(ana.faults).toEqual([]);
});

/** They see and hear each other, and not somebody else. */
async function expectWhole({ samuel, ana }: Pair): Promise<void> {
  const [face, film, anas, samuels] = await Promise.all([
    untilSeen(samuel.page, ANAS_NAME, 'face'),
    untilSeen(ana.page, SAMUELS_NAME, 'film'),
    untilHeard(samuel.page, 'ana', 3_000),
    untilHeard(ana.page, 'samuel', 3_000),
    expectMoving(samuel.page, ANAS_NAME),
    expectMoving(ana.page, SAMUELS_NAME),
  ]);
  expect(Math.min(face.ssim, film.ssim)).toBeGreaterThan(SAME_PICTURE);
  expect(Math.min(anas, samuels)).toBeGreaterThan(SAME_VOICE);
}

async function expectMoving(page: Page, name: string): Promise<void> {
  const before = await shownOf(page, name);
  await expect.poll(() => shownOf(page, name)).toBeGreaterThan(before + 5);
}
