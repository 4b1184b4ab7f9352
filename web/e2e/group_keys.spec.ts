import type { Page } from '@playwright/test';

import { invitation, join, openLink, startMeeting } from './harness/acts';
import { ANAS_NAME, meet, SAMUELS_NAME } from './harness/meet';
import type { Person } from './harness/person';
import { lookAt } from './harness/screens';
import { expect, test, type Invite } from './harness/story';

const SMALL = { viewport: { width: 640, height: 480 } };

test('two people see the same safety code, and another one when a third comes', async ({
  url,
  invite,
}) => {
  const { samuel, ana, link } = await meet(url, invite);
  const pages = [samuel.page, ana.page];
  await expectOneCode(pages, 2);
  const before = await codeOn(samuel.page);
  for (const page of pages) {
    await page.getByRole('button', { name: 'We all have the same' }).click();
    await expect(page.getByText('The same people as when you compared.')).toBeVisible();
  }

  const li = await come(invite, link, 'Li Wei');
  await openSafety(li.page);
  await expectOneCode([...pages, li.page], 3);
  expect(await codeOn(samuel.page)).not.toBe(before);
  await expect(samuel.page.getByText(/New since you compared: .*Li Wei/)).toBeVisible();

  await li.page.keyboard.press('Escape');
  await li.page.getByRole('button', { name: 'Leave' }).click();
  await expectOneCode(pages, 2);
  await expect(samuel.page.getByText('The same people as when you compared.')).toBeVisible();
});

test('two people compare pictures, and a second Ana is told from the first', async ({
  url,
  invite,
}) => {
  const { samuel, ana, link } = await meet(url, invite);
  await openSafety(samuel.page);
  await samuel.page.getByRole('button', { name: /Compare pictures with .*Ana/ }).click();
  for (const { page } of [samuel, ana]) {
    await expect(page.getByRole('dialog').getByRole('listitem')).toHaveCount(7);
  }
  await lookAt(ana.page, 'call-compare');
  const shown = await Promise.all(
    [samuel, ana].map(({ page }) => page.getByRole('dialog').getByRole('listitem').allInnerTexts()),
  );
  expect(shown[0]).toEqual(shown[1]);
  for (const { page } of [samuel, ana]) {
    await page.getByRole('button', { name: 'They are the same' }).click();
    await expect(page.getByText(/compared$/)).toBeVisible();
  }

  await come(invite, link, ANAS_NAME);
  await expect(samuel.page.getByText(/name of somebody you compared with/)).toBeVisible();
});

// Without pictures: two cores can't draw five people's five times.
test('five people see the same safety code', async ({ url, invite }) => {
  test.setTimeout(180_000);
  const first = await invite(undefined, SMALL);
  await startMeeting(first.page, url, 'Thursday circle');
  await joinUnseen(first.page, SAMUELS_NAME);
  const link = await invitation(first.page);
  const pages = [first.page];
  for (const name of [ANAS_NAME, 'Li Wei', 'Noor', 'Tomasz']) {
    const { page } = await invite(undefined, SMALL);
    await openLink(page, link);
    await joinUnseen(page, name);
    pages.push(page);
  }
  await expectOneCode(pages, 5);
});

test('a server that dies and comes back costs nobody their keys, and lets in who comes', async ({
  url,
  invite,
  server,
}) => {
  test.skip(server === undefined, 'needs a server of its own');
  test.slow();
  const { samuel, ana, link } = await meet(url, invite);
  const pages = [samuel.page, ana.page];
  await expectOneCode(pages, 2);
  const before = await codeOn(samuel.page);
  for (const { allowed } of [samuel, ana]) {
    allowed.push(/./);
  }
  await server?.stop('SIGKILL');
  await expect(samuel.page.getByText('Connection trouble', { exact: true })).toBeVisible();
  await server?.run();
  await expect(samuel.page.getByText('You are connected again')).toBeVisible({ timeout: 60_000 });
  await expectOneCode(pages, 2);
  expect(await codeOn(samuel.page)).toBe(before);
  const li = await come(invite, link, 'Li Wei');
  await expectOneCode([...pages, li.page], 3);
});

test('a server that holds back what the others say is noticed, and so is one that has nothing more', async ({
  url,
  invite,
}) => {
  let isWithholding = false;
  const { samuel, ana } = await meet(url, invite, async (page) => {
    await page.clock.install();
    await page.routeWebSocket(/\/group$/, (socket) => {
      const server = socket.connectToServer();
      socket.onMessage((message) => {
        server.send(message);
      });
      server.onMessage((message) => {
        if (!isWithholding) socket.send(message);
      });
    });
  });
  await expectOneCode([samuel.page, ana.page], 2);
  isWithholding = true;
  await ana.page.clock.fastForward(32_000);
  const silent = 'Nobody confirms the keys any more';
  await expect(ana.page.getByRole('dialog').getByText(silent)).toBeVisible();
  await expect(ana.page.getByRole('log')).toContainText(silent);
  await lookAt(ana.page, 'call-safety-silent');
  await ana.page.keyboard.press('Escape');
  await lookAt(ana.page, 'call-group-silent');
  await ana.page.clock.fastForward(70_000);
  await expect(ana.page.getByText('Cut off from the others’ keys').first()).toBeVisible();
});

test('somebody from whom new keys are held back comes to the others by herself, and is told', async ({
  url,
  invite,
}) => {
  test.slow();
  let isWithholding = false;
  const { samuel, ana, link } = await meet(url, invite, async (page, name) => {
    if (name !== ANAS_NAME) return;
    await page.routeWebSocket(/\/group$/, (socket) => {
      const server = socket.connectToServer();
      socket.onMessage((message) => {
        // It relents as soon as she asks to join anew: that shows what she does.
        if (frameOf(message).frame === 'turn') isWithholding = false;
        server.send(message);
      });
      server.onMessage((message) => {
        const { frame, type } = frameOf(message);
        if (!(isWithholding && frame === 'entry' && type === 'commit')) socket.send(message);
      });
    });
  });
  await expectOneCode([samuel.page, ana.page], 2);
  isWithholding = true;
  const li = await come(invite, link, 'Li Wei');
  const parted = 'For a while you were not all in the same meeting';
  const dialog = ana.page.getByRole('dialog');
  await expect(dialog.getByText('The others have gone on without this device')).toBeVisible();
  await expect(dialog.getByText(parted)).toBeVisible({ timeout: 30_000 });
  await expectOneCode([samuel.page, ana.page, li.page], 3);
  await lookAt(ana.page, 'call-safety-parted');
  await ana.page.keyboard.press('Escape');
  await lookAt(ana.page, 'call-group-parted');
  await ana.page.getByRole('button', { name: 'Dismiss' }).click();
  await expect(ana.page.getByText(parted)).toBeHidden();
});

test('keys that do not load leave the call as it is, and are said to take too long', async ({
  url,
  invite,
}) => {
  const { page, allowed } = await invite(undefined, SMALL);
  allowed.push(/mls_worker|worker of the group|Failed to load resource/);
  await page.route('**/mls_worker-*', (route) => route.abort());
  await startMeeting(page, url, 'Thursday circle');
  await join(page, ANAS_NAME);
  await openSafety(page);
  await expect(page.getByText(/This takes longer than it should/)).toBeVisible({ timeout: 20_000 });
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: 'Leave' })).toBeVisible();
});

function frameOf(message: string | Buffer): { readonly frame?: string; readonly type?: string } {
  return JSON.parse(String(message)) as { frame?: string; type?: string };
}

/** Somebody else comes in by the link. */
async function come(invite: Invite, link: string, name: string): Promise<Person> {
  const person = await invite(undefined, SMALL);
  await openLink(person.page, link);
  await join(person.page, name);
  return person;
}

/** Goes in with camera and microphone off. */
async function joinUnseen(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Turn camera off', exact: true }).click();
  await page.getByRole('button', { name: 'Turn microphone off', exact: true }).click();
  await join(page, name);
}

async function openSafety(page: Page): Promise<void> {
  if (!(await page.getByRole('dialog', { name: 'Safety code' }).isVisible())) {
    await page.getByRole('button', { name: 'More', exact: true }).click();
    await page.getByRole('button', { name: 'Safety code' }).click();
  }
}

async function codeOn(page: Page): Promise<string | undefined> {
  const code = page.getByRole('img', { name: /^Safety code: / });
  return (await code.getAttribute('aria-label', { timeout: 2_000 }).catch(() => undefined)) ?? undefined;
}

/** Everybody shows one code, and so many people who have all confirmed it. */
async function expectOneCode(pages: readonly Page[], people: number): Promise<void> {
  for (const page of pages) {
    await openSafety(page);
    const rows = page.getByRole('list', { name: 'Who has the keys' }).getByRole('listitem');
    await expect(rows).toHaveCount(people, { timeout: 30_000 });
    await expect(page.getByText('has confirmed them')).toHaveCount(people - 1, { timeout: 30_000 });
  }
  await expect
    .poll(async () => new Set(await Promise.all(pages.map(codeOn))).size, { timeout: 30_000 })
    .toBe(1);
  expect(await codeOn(pages[0] as Page)).toMatch(/^Safety code: (\d{5}, ){7}\d{5}$/);
}
