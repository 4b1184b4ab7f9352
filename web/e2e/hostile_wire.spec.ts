import type { Page } from '@playwright/test';

import { join, openLink } from './harness/acts';
import { SAME_VOICE, untilHeard } from './harness/heard';
import { expect, test } from './harness/hostile_story';
import { expectSealed } from './harness/hostile_wire';
import { FALSE_NAME, LyingServer } from './harness/lying_server';
import { ANAS_NAME, meet, SAMUELS_NAME, type Pair } from './harness/meet';
import { SAME_PICTURE, untilSeen } from './harness/seen';

test('a server that denies encryption, breaks connections off and sees people come and go has nothing in clear', async ({
  hostile,
  url,
  invite,
}) => {
  test.setTimeout(180_000);
  hostile.tap.forget();
  const liar = new LyingServer();
  const pair = await meet(url, invite, async (page, name) => {
    if (name === ANAS_NAME) await liar.standBefore(page);
  });
  const { ana, link } = pair;

  await test.step('it says that nothing is encrypted: no difference', async () => {
    await expectWhole(pair);
    expect(liar.lies).toBeGreaterThan(0);
    await expect(ana.page.getByText(FALSE_NAME)).toHaveCount(0);
  });

  await test.step('it breaks a connection off', async () => {
    const before = senders(hostile.tap.read().packets);
    ana.allowed.push(/WebSocket connection to '[^']*' failed/);
    await liar.breakOff();
    await expectWhole(pair);
    expect(before.size).toBe(2);
  });

  await test.step('somebody whose page can’t encrypt sends it not a packet', async () => {
    const mira = await invite();
    mira.allowed.push(/frame_worker|worker of sound and pictures|Failed to load resource/);
    await mira.page.route('**/frame_worker-*', (route) => route.abort());
    const before = senders(hostile.tap.read().packets);
    await openLink(mira.page, link);
    await join(mira.page, 'Mira Holm');
    await expect(
      mira.page.getByRole('main').getByText('Sound and pictures do not work here'),
    ).toBeVisible();
    await mira.page.waitForTimeout(2_000);
    expect(senders(hostile.tap.read().packets)).toEqual(before);
    await mira.page.getByRole('button', { name: 'Leave' }).click();
  });

  await test.step('somebody leaves, opens the page anew and comes back', async () => {
    await ana.page.getByRole('button', { name: 'Leave' }).click();
    await ana.page.reload();
    await openLink(ana.page, link);
    await join(ana.page, ANAS_NAME);
    await expectWhole(pair);
  });

  await test.step('all that the server had was sealed, each frame with a nonce of its own', () => {
    const { packets } = hostile.tap.read();
    expect(senders(packets).size).toBeGreaterThanOrEqual(3);
    expectSealed(packets);
    expect(hostile.tap.data).toEqual([]);
  });
});

/** They see and hear each other, by their own names. */
async function expectWhole({ samuel, ana }: Pair): Promise<void> {
  await Promise.all([
    expectPresent(samuel.page, ANAS_NAME, 'face', 'ana'),
    expectPresent(ana.page, SAMUELS_NAME, 'film', 'samuel'),
  ]);
}

async function expectPresent(
  page: Page,
  name: string,
  picture: 'face' | 'film',
  voice: 'ana' | 'samuel',
): Promise<void> {
  await expect(page.getByRole('group', { name })).toBeVisible();
  expect((await untilSeen(page, name, picture, 30_000)).ssim).toBeGreaterThan(SAME_PICTURE);
  await expect
    .poll(() => untilHeard(page, voice, 3_000, 1), { timeout: 30_000 })
    .toBeGreaterThan(SAME_VOICE);
}

/** Of whom the server had something, as it names them. */
function senders(packets: readonly { readonly from: string }[]): ReadonlySet<string> {
  return new Set(packets.map(({ from }) => from));
}
