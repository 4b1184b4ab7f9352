import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Page, WebSocketRoute } from '@playwright/test';

import { meet, ANAS_NAME, SAMUELS_NAME, type Pair } from './harness/meet';
import { lookAt } from './harness/screens';
import { SAME_PICTURE, untilSeen } from './harness/seen';
import { PYTHON, ROOT, type Server } from './harness/server';
import { expect, test } from './harness/story';

/** `SignalResponse`s with a leave: "a participant was removed", "the room was deleted" (LiveKit protocol 0). */
const FORGED_LEAVE = Buffer.from([0x42, 0x02, 0x10, 0x04]);
const FORGED_END = Buffer.from([0x42, 0x02, 0x10, 0x05]);

const FORGED_DRAIN = JSON.stringify({
  ...{ frame: 'drain', at_ms: Date.UTC(2027, 0, 1), signature: 'A'.repeat(86) },
});

/** Trouble becomes an interruption after half a minute, and is given up ten minutes after it began. */
const INTERRUPTED_MS = 31_000;
const GIVEN_UP_MS = 10 * 60_000;

/** Who is in the group is signed when it has stood for five seconds. */
const SETTLED_MS = 5_500;

const LOST_TEXT = /can’t tell whether the fault lies here or there/;
const DRAINED_TEXT = /said that it is being stopped or restarted, and signed that/;
const CUT = 'The server cut this call and gave no reason';

test('a server that dies is called a lost connection; when it is back, the same two go on', async ({
  url,
  server,
  invite,
}) => {
  test.skip(server === undefined, 'somebody else’s server is not ours to stop');
  test.slow();
  const sockets: WebSocketRoute[] = [];
  const pair = await meet(url, invite, async (page, name) => {
    await page.clock.install();
    if (name === SAMUELS_NAME) await tap(page, /\/group/, sockets);
  });
  allowTrouble(pair);
  const { samuel, ana } = pair;
  expect((await untilSeen(samuel.page, ANAS_NAME, 'face')).ssim).toBeGreaterThan(SAME_PICTURE);
  // What nobody has signed explains nothing.
  sockets.at(-1)?.send(FORGED_DRAIN);
  await stopped(server, 'SIGKILL', async () => {
    for (const { page } of [samuel, ana]) {
      await untilInterrupted(page);
      await expect(heading(page, 'Connection lost')).toBeFocused();
      await expect(page.getByText(LOST_TEXT)).toBeVisible();
      await expect(page.getByText(DRAINED_TEXT)).toBeHidden();
      await expect(page.getByText(/keeps the meeting’s keys until \d\d:\d\d/)).toBeVisible();
    }
    await lookAt(samuel.page, 'ended-interrupted');
  });
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

test('a server that stops says so, signed; ten minutes later the call is given up', async ({
  url,
  server,
  invite,
}) => {
  test.skip(server === undefined, 'somebody else’s server is not ours to stop');
  const pair = await meet(url, invite, (page) => page.clock.install());
  allowTrouble(pair);
  const { page } = pair.samuel;
  await stopped(server, 'SIGTERM', async () => {
    await untilInterrupted(page);
    await expect(page.getByText(DRAINED_TEXT)).toBeVisible();
    await expect(page.getByText(LOST_TEXT)).toBeHidden();
    await expect(page.getByText('The server signed that it stops')).toBeVisible();
    await lookAt(page, 'ended-drained');
    await page.clock.fastForward(GIVEN_UP_MS);
    await expect(page.getByText(/keys on this device have been deleted/)).toBeVisible();
    await expect(heading(page, 'Connection lost')).toBeVisible();
    await expect(page.getByText(DRAINED_TEXT)).toBeVisible();
  });
});

test('a server that sends somebody away and lets nobody back has cut the call', async ({
  url,
  invite,
}) => {
  const sockets: Record<string, WebSocketRoute[]> = { [ANAS_NAME]: [], [SAMUELS_NAME]: [] };
  const pair = await meet(url, invite, (page, name) => tap(page, /\/rtc/, sockets[name] ?? []));
  allowTrouble(pair);
  const { ana, samuel } = pair;
  for (const { page } of [ana, samuel]) {
    await page.route('**/admissions', (route) =>
      route.fulfill({ status: 403, json: { error: 'not_admitted', message: 'No.' } }),
    );
  }
  // As the browser sees it, the server itself says so.
  sockets[ANAS_NAME]?.at(-1)?.send(FORGED_LEAVE);
  await expectCut(ana.page);
  await lookAt(ana.page, 'ended-cut');
  await ana.page.getByRole('button', { name: 'Leave it' }).click();
  // Who waits no longer has not left of their own will.
  await expect(heading(ana.page, CUT)).toBeVisible();
  await expect(ana.page.getByText(/keys on this device have been deleted/)).toBeVisible();
  await lookAt(ana.page, 'ended-cut-for-good');
  await expect(samuel.page.getByRole('button', { name: 'Leave' })).toBeVisible();
  // That the meeting is over, only the host can say, and signs it.
  sockets[SAMUELS_NAME]?.at(-1)?.send(FORGED_END);
  await expectCut(samuel.page);
  await expect(samuel.page.getByText(/host ended|host removed/)).toBeHidden();
});

test('who leaves has left, and can save what their device saw: signed, co-signed, and without its secret', async ({
  url,
  invite,
}) => {
  const { samuel, ana, link } = await meet(url, invite, (page) => page.clock.install());
  // Who is here is signed when it has stood for a while; what is said after that comes after it.
  await samuel.page.clock.fastForward(SETTLED_MS);
  await samuel.page.getByRole('button', { name: /^Raise your hand/ }).click();
  await expect(ana.page.getByRole('log')).toContainText(/Samuel Okoye.* raised a hand/);
  await ana.page.getByRole('button', { name: 'Leave' }).click();
  await expect(heading(ana.page, 'You left the meeting')).toBeVisible();
  await expect(ana.page.getByText(/keys on this device have been deleted/)).toBeHidden();
  await expect(ana.page.getByText('Others who signed who was in the meeting: 1 of 1.')).toBeVisible();
  const path = await saved(ana.page);
  const text = readFileSync(path, 'utf8');
  expect(JSON.parse(text)).toMatchObject({ record: { ending: { name: 'left', is_over: true } } });
  for (const secret of new URL(link).hash.split('.').slice(1)) {
    expect(text).not.toContain(secret);
  }
  expect(text).not.toContain('Thursday circle');
  expect(verified(path)).toContain('Every signature in this record is genuine');
  expect(verified(path)).toContain('who signed who was in the group at last: 1 of 1.');
  writeFileSync(path, text.replace('"left"', '"cut-by-server"'));
  expect(() => verified(path)).toThrow(/changed after it was signed/);

  await expect(samuel.page.getByRole('group', { name: ANAS_NAME })).toBeHidden();
  await samuel.page.getByRole('button', { name: 'Leave' }).click();
  const alone = JSON.parse(readFileSync(await saved(samuel.page), 'utf8')) as SavedRecord;
  const stays = alone.record.stays.map(({ called, until_ms }) => [called, until_ms]);
  expect(new Map(stays as [string, unknown][])).toEqual(
    new Map<string, unknown>([
      [SAMUELS_NAME, null],
      [ANAS_NAME, expect.any(Number)],
    ]),
  );
});

interface SavedRecord {
  readonly record: { readonly stays: readonly { called: string; until_ms: unknown }[] };
}

async function saved(page: Page): Promise<string> {
  const saving = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save a record' }).click();
  await expect(page.getByText('Saved to your downloads')).toBeVisible();
  return (await saving).path();
}

/** What the command says of a record. */
function verified(path: string): string {
  const options = { cwd: ROOT, env: { ...process.env, PYTHONPATH: join(ROOT, 'src') } };
  return execFileSync(PYTHON, ['-m', 'folkmoot', 'verify-record', path], {
    ...{ ...options, stdio: 'pipe', encoding: 'utf8' },
  });
}

async function tap(page: Page, address: RegExp, sockets: WebSocketRoute[]): Promise<void> {
  await page.routeWebSocket(address, (socket) => {
    socket.connectToServer();
    sockets.push(socket);
  });
}

/** Does something while the server does not run; other stories need it again, whatever comes of it. */
async function stopped(
  server: Server | undefined,
  signal: 'SIGTERM' | 'SIGKILL',
  act: () => Promise<void>,
): Promise<void> {
  await server?.stop(signal);
  try {
    await act();
  } finally {
    await server?.run();
  }
}

async function untilInterrupted(page: Page): Promise<void> {
  await expect(page.getByText('Connection trouble').first()).toBeVisible();
  await page.clock.fastForward(INTERRUPTED_MS);
  await expect(heading(page, 'Connection lost')).toBeVisible();
}

async function expectCut(page: Page): Promise<void> {
  await expect(heading(page, CUT)).toBeVisible();
  await expect(page.getByText(/No act of the host and no recorded order says why/)).toBeVisible();
  await expect(page.getByText('The server answered, and did not let this device in')).toBeVisible();
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
