import { writeFileSync } from 'node:fs';

import { chromium, expect, test, type Browser } from '@playwright/test';

import { invitation, join, joinButton, openLink, startMeeting } from '../harness/acts';
import { ANA, mediaFile, SAMUEL } from '../harness/media';
import { CHROMIUM, CHROMIUM_FLAGS, Person } from '../harness/person';
import { readMoments, watchMoments, type Moments } from './moments';

/** The first one finds everything cold, and is not counted. */
const WARM_UPS = 1;
/** So long the picture of the pre-join page has stood before somebody clicks. */
const LOOK_MS = 1_000;

const { FOLKMOOT_E2E_URL: url = '', FOLKMOOT_BENCH_OUT: out = '' } = process.env;
const joins = Number(process.env['FOLKMOOT_BENCH_JOINS'] ?? '60');

test('from the click to the first picture', async () => {
  const samuel = await Person.arrive(new URL(url).origin, SAMUEL);
  await startMeeting(samuel.page, url, 'Thursday circle');
  await join(samuel.page, 'Samuel Okoye');
  const link = await invitation(samuel.page);
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: [
      ...CHROMIUM_FLAGS,
      `--use-file-for-fake-video-capture=${mediaFile(ANA.picture)}`,
      `--use-file-for-fake-audio-capture=${mediaFile(ANA.voice)}`,
    ],
  });
  const measured: Moments[] = [];
  for (let count = 0; count < WARM_UPS + joins; count += 1) {
    const moments = await joinOnce(browser, link);
    await expect(samuel.page.getByRole('group', { name: 'Ana Petrović' })).toHaveCount(0);
    if (count >= WARM_UPS) {
      measured.push(moments);
    }
  }
  await browser.close();
  expect(samuel.faults).toEqual([]);
  await samuel.leave();
  writeFileSync(out, JSON.stringify(measured));
});

/** In a context of its own: nothing is cached, and nobody has been here before. */
async function joinOnce(browser: Browser, link: string): Promise<Moments> {
  const context = await browser.newContext({ locale: 'en-GB' });
  const page = await context.newPage();
  await watchMoments(page);
  await openLink(page, link);
  await page.getByRole('textbox', { name: 'Your name' }).fill('Ana Petrović');
  await page.waitForTimeout(LOOK_MS);
  await joinButton(page).click();
  const moments = await readMoments(page);
  await page.getByRole('button', { name: 'Leave' }).click();
  // Who is gone before that was said stays in the group for a minute.
  await page.getByRole('heading', { name: 'You left the meeting' }).waitFor();
  await context.close();
  return moments;
}
