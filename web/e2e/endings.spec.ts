import type { Page, WebSocketRoute } from '@playwright/test';

import { meet, ANAS_NAME, SAMUELS_NAME, type Pair } from './harness/meet';
import { lookAt } from './harness/screens';
import { SAME_PICTURE, untilSeen } from './harness/seen';
import { expect, test } from './harness/story';

/** A `SignalResponse` with a leave: "a participant was removed", don't come back (LiveKit protocol 0). */
const FORGED_LEAVE = Buffer.from([0x42, 0x02, 0x10, 0x04]);

/** Trouble becomes an interruption after half a minute. */
const INTERRUPTED_MS = 45_000;

test('a server that dies is called a lost connection; when it is back, the same two go on', async ({
  url,
  server,
  invite,
}) => {
  test.skip(server === undefined, 'somebody else’s server is not ours to stop');
  test.slow();
  const pair = await meet(url, invite);
  allowTrouble(pair);
  const { samuel, ana } = pair;
  expect((await untilSeen(samuel.page, ANAS_NAME, 'face')).ssim).toBeGreaterThan(SAME_PICTURE);
  await server?.stop('SIGKILL');
  for (const { page } of [samuel, ana]) {
    await expect(heading(page, 'Connection lost')).toBeVisible({ timeout: INTERRUPTED_MS });
    await expect(heading(page, 'Connection lost')).toBeFocused();
    await expect(page.getByText(/can’t tell whether the fault lies here or there/)).toBeVisible();
    await expect(page.getByText(/keeps the meeting’s keys until \d\d:\d\d/)).toBeVisible();
  }
  await lookAt(samuel.page, 'ended-interrupted');
  await server?.run();
  await samuel.page.getByRole('button', { name: 'Go on with the meeting' }).click();
  for (const [{ page }, other] of [
    [samuel, ANAS_NAME],
    [ana, SAMUELS_NAME],
  ] as const) {
    await expect(page.getByRole('group', { name: other })).toBeVisible({ timeout: 40_000 });
    // Nobody is on air by surprise.
    await expect(page.getByRole('button', { name: 'Turn microphone on' })).toBeVisible();
    await expect(page.getByRole('button', { name: 'Turn camera on' })).toBeVisible();
  }
  // Decrypted: the same people, in a group with keys.
  await ana.page.getByRole('button', { name: 'Turn camera on' }).click();
  expect((await untilSeen(samuel.page, ANAS_NAME, 'face')).ssim).toBeGreaterThan(SAME_PICTURE);
});

test('a server that sends somebody away and lets nobody back has cut the call', async ({
  url,
  invite,
}) => {
  const sockets: WebSocketRoute[] = [];
  const pair = await meet(url, invite, async (page, name) => {
    if (name === ANAS_NAME) await tapSignalling(page, sockets);
  });
  allowTrouble(pair);
  const { page } = pair.ana;
  await page.route('**/admissions', (route) =>
    route.fulfill({ status: 403, json: { error: 'not_admitted', message: 'No.' } }),
  );
  // As the browser sees it, the server itself says so.
  sockets.at(-1)?.send(FORGED_LEAVE);
  await expect(heading(page, 'The server cut this call and gave no reason')).toBeVisible();
  await expect(page.getByText(/No act of the host and no recorded order says why/)).toBeVisible();
  await expect(page.getByText('The server answered, and did not let this device in')).toBeVisible();
  await lookAt(page, 'ended-cut');
  await page.getByRole('button', { name: 'Leave it' }).click();
  // Who waits no longer has not left of their own will.
  await expect(heading(page, 'The server cut this call and gave no reason')).toBeVisible();
  await expect(page.getByText(/keys on this device have been deleted/)).toBeVisible();
  await lookAt(page, 'ended-cut-for-good');
  await expect(pair.samuel.page.getByRole('button', { name: 'Leave' })).toBeVisible();
});

test('who leaves has left, whatever the server says then', async ({ url, invite }) => {
  const { ana } = await meet(url, invite);
  await ana.page.getByRole('button', { name: 'Leave' }).click();
  await expect(heading(ana.page, 'You left the meeting')).toBeVisible();
  await expect(ana.page.getByText(/keys on this device have been deleted/)).toBeHidden();
});

async function tapSignalling(page: Page, sockets: WebSocketRoute[]): Promise<void> {
  await page.routeWebSocket(/\/rtc/, (socket) => {
    socket.connectToServer();
    sockets.push(socket);
  });
}

function allowTrouble({ samuel, ana }: Pair): void {
  for (const { allowed } of [samuel, ana]) {
    // The transport, and Chromium itself, write what breaks.
    allowed.push(/net::ERR_|WebSocket connection to|status of (403|503)/);
  }
}

function heading(page: Page, name: string): ReturnType<Page['getByRole']> {
  return page.getByRole('heading', { name, level: 1 });
}
