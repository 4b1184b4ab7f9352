import { likeness, listen, loudest, SAME_VOICE, untilHeard } from './harness/heard';
import { ANAS_NAME, meet, SAMUELS_NAME } from './harness/meet';
import { bringPatterns, patternSeen } from './harness/pattern';
import type { Person } from './harness/person';
import { plugInSecond, SECOND_PICTURE } from './harness/second_devices';
import { framesSeen, grab, SAME_PICTURE, untilSeen } from './harness/seen';
import { expect, test } from './harness/story';

const LISTEN_MS = 5_000;

test('devices change during a call, and a device that is unplugged is replaced', async ({
  url,
  invite,
}) => {
  const { samuel, ana } = await meet(url, invite, async (page) => {
    await bringPatterns(page);
    await plugInSecond(page);
  });
  expect((await untilSeen(ana.page, SAMUELS_NAME, 'film')).ssim).toBeGreaterThan(SAME_PICTURE);

  await test.step('another camera', async () => {
    await choose(samuel, 'Choose camera', 'Camera', 'Second camera');
    await expect
      .poll(async () => (await patternSeen(ana.page, SAMUELS_NAME))?.pattern)
      .toEqual(SECOND_PICTURE);
  });

  await test.step('another microphone', async () => {
    await choose(samuel, 'Choose microphone and speaker', 'Microphone', 'Second microphone');
    await expect.poll(async () => steadiness(await listen(ana.page, 1_000))).toBeGreaterThan(0.9);
    expect(likeness(await listen(ana.page, LISTEN_MS), 'samuel')).toBeLessThan(SAME_VOICE);
  });

  await test.step('both are pulled out: those from before are back', async () => {
    await samuel.page.evaluate(() => window.folkmootUnplug?.());
    await expect(samuel.page.getByText('is gone')).toBeVisible();
    expect((await untilSeen(ana.page, SAMUELS_NAME, 'film')).ssim).toBeGreaterThan(SAME_PICTURE);
    expect(await untilHeard(ana.page, 'samuel')).toBeGreaterThan(SAME_VOICE);
  });
});

test('who mutes is silent for the others, and is heard again at once', async ({ url, invite }) => {
  const { samuel, ana } = await meet(url, invite);
  const tile = (state: string): ReturnType<Person['page']['getByRole']> =>
    samuel.page.getByRole('group', { name: `${ANAS_NAME}, microphone ${state}` });
  await expect(tile('on')).toBeVisible();
  expect(await untilHeard(samuel.page, 'ana')).toBeGreaterThan(SAME_VOICE);
  await press(ana, 'Turn microphone off');
  await expect(tile('off')).toBeVisible();
  await samuel.page.waitForTimeout(500);
  expect(loudest(await listen(samuel.page, 3_000))).toBeLessThan(0.005);
  await press(ana, 'Turn microphone on');
  await expect(tile('on')).toBeVisible();
  expect(await untilHeard(samuel.page, 'ana')).toBeGreaterThan(SAME_VOICE);
});

test('a camera that goes off and on ten times is off, and on', async ({ url, invite }) => {
  const { samuel, ana } = await meet(url, invite);
  const isSeen = async (): Promise<boolean> => (await grab(samuel.page, ANAS_NAME)) !== undefined;
  await expect.poll(isSeen).toBe(true);
  for (let time = 1; time <= 10; time += 1) {
    await press(ana, 'Turn camera off');
    await expect.poll(isSeen, `off, time ${String(time)}`).toBe(false);
    await press(ana, 'Turn camera on');
    await expect.poll(isSeen, `on, time ${String(time)}`).toBe(true);
  }
  expect((await untilSeen(samuel.page, ANAS_NAME, 'face')).ssim).toBeGreaterThan(SAME_PICTURE);
  expect((await framesSeen(samuel.page, ANAS_NAME, 'face')).size).toBeGreaterThan(2);
});

async function press({ page }: Person, name: string): Promise<void> {
  await page.getByRole('button', { name, exact: true }).click();
}

async function choose(person: Person, menu: string, kind: string, device: string): Promise<void> {
  await press(person, menu);
  await person.page.getByRole('combobox', { name: kind }).selectOption({ label: device });
  await person.page.keyboard.press('Escape');
}

/** The quiet steps beside the loud ones: near 1 for a tone, near 0 for somebody who speaks. */
function steadiness(heard: readonly number[]): number {
  const ordered = [...heard].sort((one, other) => one - other);
  const quiet = ordered[Math.floor(ordered.length / 5)] ?? 0;
  const loud = ordered[Math.floor((ordered.length * 4) / 5)] ?? 0;
  return loud < 0.01 ? 0 : quiet / loud;
}
