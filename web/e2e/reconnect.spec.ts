import { loudest, listen, SAME_VOICE, untilHeard } from './harness/heard';
import { ANAS_NAME, meet, SAMUELS_NAME, type Pair } from './harness/meet';
import type { Person } from './harness/person';
import { framesSeen, SAME_PICTURE, untilSeen } from './harness/seen';
import type { Server } from './harness/server';
import { expect, test } from './harness/story';

/** Trouble that is shorter than this is not mentioned. */
const PATIENCE_MS = 2_000;

test('a server that dies and comes back interrupts a call, and does not end it', async ({
  url,
  server,
  invite,
}) => {
  test.slow();
  const { house, pair } = await gather(server, await meet(url, invite));
  const { samuel, ana } = pair;
  await button(ana, 'Turn microphone off').click();
  await expect(ana.page.getByRole('button', { name: 'Turn microphone on' })).toBeVisible();

  await test.step('after two seconds people are told, and for how long it lasts', async () => {
    const died = Date.now();
    await house.stop('SIGKILL');
    await expect(trouble(samuel)).toBeVisible();
    expect(Date.now() - died).toBeGreaterThan(PATIENCE_MS - 200);
    await expect(trouble(ana)).toBeVisible();
    await expect(samuel.page.getByText(/for [3-9] s/)).toBeVisible();
    await expect(samuel.page.getByText('Your microphone is off for others')).toBeVisible();
    await expect(ana.page.getByText('The others don’t see you')).toBeVisible();
    await expect(samuel.page.getByRole('log')).toContainText('Connection trouble');
    // Nobody is said to have left, and their tiles stay.
    await expect(samuel.page.getByRole('group', { name: ANAS_NAME })).toBeVisible();
  });

  await test.step('Try now tries now', async () => {
    const before = knocks(samuel);
    await button(samuel, 'Try now').click();
    await expect.poll(() => knocks(samuel), { timeout: 1_000 }).toBeGreaterThan(before);
    await expect(trouble(samuel)).toBeVisible();
  });

  await test.step('the server is back, and so is the call, as it was', async () => {
    await house.run();
    for (const { page } of [samuel, ana]) {
      // Whoever is back already has nothing to press.
      const again = page.getByRole('button', { name: 'Try now' });
      await again.click({ timeout: 1_000 }).catch(() => undefined);
    }
    await expectBack(pair);
    await expect(button(ana, 'Turn microphone on')).toBeVisible();
    expect(loudest(await listen(samuel.page, 2_000))).toBeLessThan(0.005);
    await button(ana, 'Turn microphone on').click();
    const heard = [untilHeard(samuel.page, 'ana'), untilHeard(ana.page, 'samuel')];
    expect(Math.min(...(await Promise.all(heard)))).toBeGreaterThan(SAME_VOICE);
    await expect(samuel.page.getByRole('log')).not.toContainText('left');
  });
});

test('a server that is stopped and started anew has everybody back', async ({
  url,
  server,
  invite,
}) => {
  test.slow();
  const { house, pair } = await gather(server, await meet(url, invite));
  await house.stop('SIGTERM');
  await expect(trouble(pair.samuel)).toBeVisible();
  await house.run();
  await expectBack(pair);
  expect(await untilHeard(pair.samuel.page, 'ana')).toBeGreaterThan(SAME_VOICE);
});

async function gather(
  server: Server | undefined,
  pair: Pair,
): Promise<{ readonly house: Server; readonly pair: Pair }> {
  test.skip(server === undefined, 'somebody else’s server is not ours to stop');
  for (const { allowed } of [pair.samuel, pair.ana]) {
    // What Chromium itself writes when nobody answers.
    allowed.push(/net::ERR_(CONNECTION_REFUSED|CONNECTION_RESET|EMPTY_RESPONSE)/);
    allowed.push(/WebSocket connection to '[^']*' failed/);
    // A server that is stopping, or not yet ready, takes nobody in.
    allowed.push(/status of 503 \(Service Unavailable\)/);
  }
  expect((await untilSeen(pair.samuel.page, ANAS_NAME, 'face')).ssim).toBeGreaterThan(SAME_PICTURE);
  expect((await untilSeen(pair.ana.page, SAMUELS_NAME, 'film')).ssim).toBeGreaterThan(SAME_PICTURE);
  return { house: server as Server, pair };
}

/** The banner is gone, and the pictures that come are new ones. */
async function expectBack({ samuel, ana }: Pair): Promise<void> {
  for (const [person, other, picture] of [
    [samuel, ANAS_NAME, 'face'],
    [ana, SAMUELS_NAME, 'film'],
  ] as const) {
    await expect(trouble(person)).toBeHidden({ timeout: 30_000 });
    await expect(person.page.getByRole('group', { name: other })).toBeVisible();
    expect((await untilSeen(person.page, other, picture)).ssim).toBeGreaterThan(SAME_PICTURE);
    expect((await framesSeen(person.page, other, picture, 3)).size).toBeGreaterThan(1);
  }
}

function trouble({ page }: Person): ReturnType<Person['page']['getByRole']> {
  return page.getByRole('button', { name: 'Try now' });
}

function button({ page }: Person, name: string): ReturnType<Person['page']['getByRole']> {
  return page.getByRole('button', { name, exact: true });
}

function knocks({ requests }: Person): number {
  return requests.filter((request) => /^POST \S+\/nonces /.test(request)).length;
}
