import { readFileSync } from 'node:fs';

import { expect, test, type Page } from '@playwright/test';

import { invitation, join, openLink, startMeeting } from '../harness/acts';
import { SAME_VOICE, untilHeard } from '../harness/heard';
import type { Person } from '../harness/person';
import { SAME_PICTURE, untilSeen } from '../harness/seen';
import { Clients, planted, word, type Whose } from './client';
import { ask, note, told } from './told';

const IS_WHOLE = told.kind === 'whole';
const PEOPLE: readonly Whose[] = IS_WHOLE ? ['samuel', 'ana', 'li'] : ['samuel', 'ana'];

/** Somebody who was lost is removed after a minute or so. */
const REMOVAL_MS = 120_000;

/** Frames of each that have to come out at somebody else's, opened. */
const ENOUGH = 20;

test('a meeting with something planted in everything that people say, send and hold', async () => {
  const clients = new Clients(PEOPLE);
  const names = Object.fromEntries(PEOPLE.map((whose) => [whose, nameOf(whose)])) as Record<Whose, string>;
  const samuel = await clients.arrive('samuel');
  const ana = await clients.arrive('ana');
  await startMeeting(samuel.page, told.url, planted('title', 'meeting', `Kreis ${word()}`));
  await join(samuel.page, names.samuel);
  const link = await invitation(samuel.page);
  noteLink(link, await savedHostLink(samuel.page));
  await come(ana, link, names.ana);
  await ask('say', 'two people are in the meeting');
  if (IS_WHOLE) {
    const looks = [untilSeen(samuel.page, names.ana, 'face'), untilSeen(ana.page, names.samuel, 'film')];
    expect(Math.min(...(await Promise.all(looks)).map(({ ssim }) => ssim))).toBeGreaterThan(SAME_PICTURE);
    expect(await untilHeard(samuel.page, 'ana')).toBeGreaterThan(SAME_VOICE);
  }
  await talk(samuel.page, ana.page);
  if (IS_WHOLE) {
    await goOn(clients, { samuel, ana, names, link });
  } else {
    await arrival(clients, PEOPLE);
    await ask('dump', 'meeting');
    await ask('backup', 'meeting');
    await leave(ana);
    await leave(samuel);
  }
  for (const { page } of [samuel, ana]) {
    await page.context().browser()?.close();
  }
});

interface Cast {
  readonly samuel: Person;
  readonly ana: Person;
  readonly names: Readonly<Record<Whose, string>>;
  readonly link: string;
}

/** A third one comes, the server starts anew, the third one goes and comes again, one is lost and removed, it ends. */
async function goOn(clients: Clients, { samuel, ana, names, link }: Cast): Promise<void> {
  const li = await clients.arrive('li');
  await come(li, link, names.li);
  await expect(tile(samuel.page, names.li)).toBeVisible();
  await arrival(clients, PEOPLE);
  await ask('dump', 'before the restart');
  await ask('backup', 'before the restart');
  await ask('restart');
  for (const { page } of [samuel, ana, li]) {
    await expect(page.getByRole('button', { name: 'Try now' })).toBeHidden({ timeout: 45_000 });
  }
  clients.forgetArrivals();
  await arrival(clients, PEOPLE);
  await ask('say', 'sound and pictures go on');
  clients.forgetArrivals();
  await leave(li);
  await expect(tile(samuel.page, names.li)).toBeHidden();
  await come(li, link, names.li);
  await expect(tile(samuel.page, names.li)).toBeVisible();
  await arrival(clients, PEOPLE);
  await write(li.page, samuel.page);
  await ask('say', 'the third one came again');
  await ask('dump', 'during the meeting');
  // Lost, without a word: the group removes them after a while.
  await ana.page.context().browser()?.close();
  await expect(tile(samuel.page, names.ana)).toHaveCount(0, { timeout: REMOVAL_MS });
  await ask('say', 'the lost one was removed');
  await leave(li);
  await leave(samuel);
  await li.page.context().browser()?.close();
  await ask('dump', 'after the meeting');
  await ask('backup', 'after the meeting');
}

/** Chat in both directions, a hand, a reaction. */
async function talk(samuel: Page, ana: Page): Promise<void> {
  await write(samuel, ana);
  await write(ana, samuel);
  await samuel.keyboard.press('Control+Shift+h');
  await expect(ana.getByRole('log')).toContainText(/raised a hand/);
  await ana.keyboard.press('Control+Shift+e');
  await expect(ana.getByRole('dialog', { name: 'React' }).getByRole('button').first()).toBeFocused();
  await ana.keyboard.press('3');
  await expect(samuel.getByRole('log')).toContainText(/reacted/);
}

/** Somebody writes a line, and somebody else reads it. */
async function write(from: Page, to: Page): Promise<void> {
  const [lines, mail] = [word(), planted('e-mail address', 'chat', `${word().slice(0, -1)}@mail.example`)];
  planted('chat line', 'chat', lines);
  await from.getByRole('button', { name: /^Chat/ }).click();
  const field = from.getByRole('textbox', { name: 'Write to everybody' });
  await expect(from.getByText(/still agreeing on keys/)).toBeHidden();
  await field.fill(`${lines}: ${mail}`);
  await field.press('Enter');
  await expect(to.getByRole('log')).toContainText(lines);
  await field.press('Escape');
}

async function come(person: Person, link: string, name: string): Promise<void> {
  await openLink(person.page, link);
  await join(person.page, name);
}

async function leave({ page }: Person): Promise<void> {
  await page.getByRole('button', { name: 'Leave' }).click();
  await expect(page.getByRole('heading', { name: 'You left the meeting' })).toBeVisible();
}

/** Sound and picture of everybody are opened at somebody else's, marks and all. */
async function arrival(clients: Clients, people: readonly Whose[]): Promise<void> {
  await expect.poll(() => clients.haveArrived(people, ENOUGH), { timeout: 45_000 }).toBe(true);
}

function tile(page: Page, name: string): ReturnType<Page['getByRole']> {
  return page.getByRole('group', { name });
}

/** A name with an e-mail address in it, as people have them. */
function nameOf(whose: Whose): string {
  const mail = planted('e-mail address', whose, `${word().slice(0, 12)}@mail.example`);
  return `${planted('name', whose, word())} <${mail}>`;
}

function noteLink(link: string, hostLink: string): void {
  const [, secret = ''] = /#v1\.([\w-]{43})\./.exec(link) ?? [];
  const [, seed = ''] = /#v1host\.[\w-]{43}\.([\w-]{43})$/.exec(hostLink) ?? [];
  expect([secret.length, seed.length]).toEqual([43, 43]);
  note({ kind: 'link secret', whose: 'meeting', hex: Buffer.from(secret, 'base64url').toString('hex') });
  note({ kind: 'host key', whose: 'samuel', hex: Buffer.from(seed, 'base64url').toString('hex') });
}

/** The host's spare, as it is saved in a file. */
async function savedHostLink(page: Page): Promise<string> {
  const saving = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save host key' }).click();
  return /https?:\S+/.exec(readFileSync(await (await saving).path(), 'utf8'))?.[0] ?? '';
}
