import type { Locator, Page } from '@playwright/test';

import { join, openLink } from './harness/acts';
import { meet } from './harness/meet';
import type { Person } from './harness/person';
import { lookAt } from './harness/screens';
import { expect, test, type Invite } from './harness/story';

const SMALL = { viewport: { width: 640, height: 480 } };

test.setTimeout(180_000);

test('people write to each other, change, delete and answer; who comes later sees what comes later', async ({
  url,
  invite,
}) => {
  const { samuel, ana, link } = await meet(url, invite);
  await openChat(samuel.page);
  await expect(samuel.page.getByText('Nobody has written anything yet.')).toBeVisible();
  await write(samuel.page, 'Good morning');

  await test.step('Ana is told, and reads', async () => {
    const button = ana.page.getByRole('button', { name: 'Chat: 1 not read' });
    await expect(button).toBeVisible();
    await expect(ana.page.getByRole('log')).toContainText(/Samuel Okoye.* wrote: .*Good morning/);
    await button.click();
    await expect(message(ana.page, 'Good morning')).toContainText('Samuel Okoye');
    await expect(ana.page.getByRole('button', { name: 'Chat', exact: true })).toBeVisible();
  });

  await test.step('Samuel changes what he wrote, by the arrow key', async () => {
    await samuel.page.keyboard.press('ArrowUp');
    await expect(field(samuel.page)).toHaveValue('Good morning');
    await write(samuel.page, 'Good evening');
    await expect(message(ana.page, 'Good evening')).toContainText('changed');
    await expect(message(samuel.page, 'Good evening')).toContainText('changed');
    await expect(field(samuel.page)).toHaveValue('');
  });

  await test.step('Ana answers, with an address, and reacts', async () => {
    await act(message(ana.page, 'Good evening'), /^Answer .*Samuel/);
    await expect(ana.page.getByText(/^You are answering .*Samuel/)).toBeVisible();
    await write(ana.page, 'See https://moot.example/agenda.');
    const answer = message(samuel.page, 'agenda');
    await expect(answer).toContainText(/Answer to .*Samuel Okoye.*Good evening/);
    const address = answer.getByRole('link', { name: 'https://moot.example/agenda' });
    await expect(address).toHaveAttribute('rel', /noopener/);
    await act(message(ana.page, 'Good evening').first(), /^React to .*Samuel/);
    await ana.page.getByRole('button', { name: 'celebrating' }).click();
    await expect(samuel.page.getByRole('button', { name: /^1 celebrating: .*Ana/ })).toBeVisible();
    await lookAt(ana.page, 'call-chat');
  });

  await test.step('Samuel deletes', async () => {
    await act(message(samuel.page, 'Good evening').first(), 'Delete your message');
    for (const { page } of [samuel, ana]) {
      await expect(page.getByText('Deleted. Who had read it before has read it.')).toBeVisible();
      await expect(page.getByText('Good evening')).toBeHidden();
    }
  });

  await test.step('Li comes later', async () => {
    const li = await come(invite, link, 'Li Wei');
    await openChat(li.page);
    await expect(li.page.getByText('Nobody has written anything yet.')).toBeVisible();
    await write(samuel.page, 'Welcome, Li');
    await expect(message(li.page, 'Welcome, Li')).toContainText('Samuel Okoye');
    await expect(li.page.getByText('agenda')).toBeHidden();
  });

  await test.step('the chat closes, and the focus comes back', async () => {
    const button = ana.page.getByRole('button', { name: 'Chat', exact: true });
    // The pictures were taken in other sizes, and the button that had opened it was made anew for them.
    await button.click();
    await button.click();
    await expect(field(ana.page)).toBeFocused();
    await field(ana.page).press('Escape');
    await expect(button).toBeFocused();
    await ana.page.keyboard.press('Control+Shift+m');
    await expect(field(ana.page)).toBeFocused();
  });
});

test('hands are in one order on all screens, and a reaction is over the tile', async ({
  url,
  invite,
}) => {
  const { samuel, ana, link } = await meet(url, invite);
  for (const { page } of [samuel, ana]) await untilMember(page);
  await samuel.page.keyboard.press('Control+Shift+h');
  await expect(hand(ana.page, /^Samuel/, 1)).toBeVisible();
  await expect(ana.page.getByRole('log')).toContainText(/Samuel Okoye.* raised a hand/);
  await ana.page.getByRole('button', { name: /^Raise your hand/ }).click();
  await expect(hand(samuel.page, /^Ana/, 2)).toBeVisible();
  await expect(ana.page.getByRole('log')).toContainText('Your hand is up: number 2');

  const li = await come(invite, link, 'Li Wei');
  await expect(hand(li.page, /^Samuel/, 1)).toBeVisible();
  await expect(hand(li.page, /^Ana/, 2)).toBeVisible();
  await samuel.page.keyboard.press('Control+Shift+h');
  await expect(hand(li.page, /^Ana/, 1)).toBeVisible();
  await expect(hand(ana.page, /^Samuel/, 1)).toBeHidden();
  await lookAt(samuel.page, 'call-hands');

  await ana.page.keyboard.press('Control+Shift+e');
  await expect(ana.page.getByRole('dialog', { name: 'React' })).toBeVisible();
  await lookAt(ana.page, 'call-reactions');
  // On a small screen it is elsewhere: the picture of that has closed it.
  await ana.page.keyboard.press('Escape');
  await ana.page.keyboard.press('Control+Shift+e');
  await expect(ana.page.getByRole('dialog', { name: 'React' }).getByRole('button').first()).toBeFocused();
  await ana.page.keyboard.press('3');
  await expect(samuel.page.getByRole('group', { name: /^Ana/ }).getByText('👏')).toBeVisible();
  await expect(samuel.page.getByRole('log')).toContainText(/Ana Petrović.* reacted: applause/);
  await expect(samuel.page.getByRole('group', { name: /^Ana/ }).getByText('👏')).toBeHidden();
});

test('what is on its way is said to be, until it stands', async ({ url, invite }) => {
  let isHeld = false;
  const held: (() => void)[] = [];
  const { samuel, ana } = await meet(url, invite, async (page) => {
    await page.routeWebSocket(/\/group$/, (socket) => {
      const server = socket.connectToServer();
      socket.onMessage((frame) => {
        if (isHeld) held.push(() => { server.send(frame); });
        else server.send(frame);
      });
      server.onMessage((frame) => {
        socket.send(frame);
      });
    });
  });
  await openChat(samuel.page);
  await openChat(ana.page);
  isHeld = true;
  await write(samuel.page, 'On its way');
  await expect(message(samuel.page, 'On its way')).toContainText('Not sent yet…');
  isHeld = false;
  for (const send of held) send();
  await expect(message(samuel.page, 'On its way')).not.toContainText('Not sent yet…');
  await expect(message(ana.page, 'On its way')).toBeVisible();
});

async function come(invite: Invite, link: string, name: string): Promise<Person> {
  const person = await invite(undefined, SMALL);
  await openLink(person.page, link);
  await join(person.page, name);
  return person;
}

/** Opens the chat, and waits until something can be written. */
async function openChat(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Chat/ }).click();
  await expect(field(page)).toBeFocused();
  await expect(page.getByText(/still agreeing on keys/)).toBeHidden();
}

/** Waits until this device has the meeting's keys. */
async function untilMember(page: Page): Promise<void> {
  await openChat(page);
  await page.keyboard.press('Escape');
}

async function write(page: Page, text: string): Promise<void> {
  await field(page).fill(text);
  await field(page).press('Enter');
}

/** Does something with a message: its buttons come with the pointer. */
async function act(one: Locator, name: string | RegExp): Promise<void> {
  await one.hover();
  await one.getByRole('button', { name }).click();
}

function field(page: Page): Locator {
  return page.getByRole('textbox', { name: 'Write to everybody' });
}

function message(page: Page, text: string): Locator {
  return page.getByRole('region', { name: 'Messages' }).getByRole('listitem').filter({ hasText: text });
}

function hand(page: Page, name: RegExp, turn: number): Locator {
  const mark = `Hand up, number ${String(turn)}`;
  return page.getByRole('group', { name }).getByRole('img', { name: mark });
}
