import { invitation, join, openLink, startMeeting } from './harness/acts';
import { SAME_VOICE, untilHeard } from './harness/heard';
import { ANAS_NAME, SAMUELS_NAME } from './harness/meet';
import { ANA, SAMUEL } from './harness/media';
import type { Person } from './harness/person';
import { framesSeen, grab, SAME_PICTURE, untilSeen } from './harness/seen';
import type { Server } from './harness/server';
import { expect, test, type Invite } from './harness/story';

const LOW = { viewport: { width: 640, height: 480 } };
const LIS_NAME = 'Li Wei';

/** What a call may cost the server once it stands. Measured: 0.1 MiB in five minutes. */
const GROWTH_MIB = 16;

// The fixtures look at consoles and at the server's log when the time is over.
for (const [words, seconds] of [
  ['three windows talk for a while', 20],
  ['three windows talk for five minutes @full', 300],
] as const) {
  test(words, async ({ url, server, invite }) => {
    test.setTimeout(seconds * 1_000 + 240_000);
    const people = await gather(url, invite);
    const before = memory(server);
    await people[0].page.waitForTimeout(seconds * 1_000);
    expect(memory(server) - before, 'MiB that the server grew by').toBeLessThan(GROWTH_MIB);
    await expectMedia(people);
  });
}

async function gather(url: string, invite: Invite): Promise<readonly [Person, Person, Person]> {
  const samuel = await invite(SAMUEL, LOW);
  await startMeeting(samuel.page, url, 'Thursday circle');
  await join(samuel.page, SAMUELS_NAME);
  const link = await invitation(samuel.page);
  const ana = await invite(ANA, LOW);
  const li = await invite(undefined, LOW);
  for (const [person, name] of [
    [ana, ANAS_NAME],
    [li, LIS_NAME],
  ] as const) {
    await openLink(person.page, link);
    await join(person.page, name);
  }
  // Li's machine has no voice of its own, and beeps otherwise.
  await li.page.getByRole('button', { name: 'Turn microphone off', exact: true }).click();
  await expectPictures([samuel, ana, li]);
  return [samuel, ana, li];
}

/** Everybody sees the others. */
async function expectPictures([samuel, ana, li]: readonly [Person, Person, Person]): Promise<void> {
  for (const [{ page }, names] of [
    [samuel, [ANAS_NAME, LIS_NAME]],
    [ana, [SAMUELS_NAME, LIS_NAME]],
    [li, [SAMUELS_NAME, ANAS_NAME]],
  ] as const) {
    for (const name of names) {
      await expect.poll(async () => (await grab(page, name)) !== undefined).toBe(true);
    }
  }
}

/** Everybody sees the others move, and hears who speaks. */
async function expectMedia(people: readonly [Person, Person, Person]): Promise<void> {
  const [samuel, ana, li] = people;
  await expectPictures(people);
  for (const [{ page }, other, picture] of [
    [samuel, ANAS_NAME, 'face'],
    [ana, SAMUELS_NAME, 'film'],
    [li, SAMUELS_NAME, 'film'],
  ] as const) {
    expect((await untilSeen(page, other, picture)).ssim).toBeGreaterThan(SAME_PICTURE);
    expect((await framesSeen(page, other, picture, 3)).size).toBeGreaterThan(1);
  }
  const heard = [untilHeard(samuel.page, 'ana'), untilHeard(ana.page, 'samuel')];
  expect(Math.min(...(await Promise.all(heard)))).toBeGreaterThan(SAME_VOICE);
}

function memory(server: Server | undefined): number {
  return server?.memoryMib ?? 0;
}
