import { appendFileSync, readFileSync } from 'node:fs';
import { join as joinPath } from 'node:path';

import type { Page } from '@playwright/test';

import { invitation, join, openLink, startMeeting } from './harness/acts';
import { ANA, SAMUEL } from './harness/media';
import { lookAt } from './harness/screens';
import { expect, test } from './harness/story';
import { findIn, keptBy, keptByServer, overhear, type Trace } from './harness/traces';

test.setTimeout(150_000);

const TITLE = 'Zwölf Eulen im Nebel';
const HOST = 'Quirinus Vandermolen';
const GUEST = 'Ana Petrović-Übelhör';

test('the secret of a meeting, its host’s key, and who met stay with those who met', async ({
  url,
  invite,
  server,
}) => {
  test.skip(server === undefined, 'reads the files of its own server');
  if (server === undefined) {
    return;
  }
  const [samuel, ana] = [await invite(SAMUEL), await invite(ANA)];
  const heard = [overhear(samuel.page, 'Samuel'), overhear(ana.page, 'Ana')];
  await startMeeting(samuel.page, url, TITLE);
  await join(samuel.page, HOST);
  const link = await invitation(samuel.page);
  const hostLink = await savedHostLink(samuel.page);
  await openLink(ana.page, link);
  await join(ana.page, GUEST);
  await expect(ana.page.getByRole('group', { name: HOST }).locator('video')).toBeVisible();
  await expect(samuel.page.getByRole('group', { name: GUEST }).locator('video')).toBeVisible();
  await samuel.page.waitForTimeout(3_000);

  const secrets = secretsIn(link, hostLink);
  const duringTheCall = [
    ...(await keptBy(samuel.page, 'Samuel')),
    ...(await keptBy(ana.page, 'Ana')),
  ].filter(({ where }) => !where.endsWith('screen'));
  for (const { page } of [samuel, ana]) {
    // The group's keys are in one, the frames' in the other.
    expect(page.workers()).toHaveLength(2);
    await page.getByRole('button', { name: 'Leave' }).click();
    await expect(page.getByRole('heading', { name: 'You left the meeting' })).toBeVisible();
    await expect.poll(() => page.workers()).toEqual([]);
  }
  await test.step('the host forgets the meeting, and its key is gone from the browser', async () => {
    expect(await hostKeysIn(samuel.page)).toBe(1);
    await samuel.page.getByRole('button', { name: 'Forget this meeting' }).click();
    await lookAt(samuel.page, 'ended-forget');
    await samuel.page.getByRole('button', { name: 'Forget it' }).click();
    await expect(
      samuel.page.getByRole('heading', { name: 'This device has forgotten the meeting' }),
    ).toBeVisible();
    await lookAt(samuel.page, 'forgotten');
    expect(await hostKeysIn(samuel.page)).toBe(0);
  });
  const everywhere = (): Promise<readonly Trace[]> =>
    Promise.all([keptBy(samuel.page, 'Samuel'), keptBy(ana.page, 'Ana')]).then((kept) => [
      ...heard.flat(),
      ...duringTheCall,
      ...kept.flat(),
      ...keptByServer(server),
    ]);
  const traces = await everywhere();

  await test.step('there is something to search', () => {
    const places = traces.filter(({ bytes }) => bytes.length > 0).map(({ where }) => where);
    for (const place of [
      'Samuel: body',
      'Ana: headers',
      'Ana: frame to the server',
      'Samuel: frame from the server',
      'Samuel: IndexedDB',
      'log',
    ]) {
      expect(places).toContain(place);
    }
    // What the server does have, in the same traces: its name for the meeting.
    expect(findIn(traces, 'admissions').length).toBeGreaterThan(0);
    expect(findIn(traces, HOST)).toContain('Samuel: localStorage');
  });

  await test.step('the secret and the host’s key are nowhere', () => {
    for (const [what, secret] of Object.entries(secrets)) {
      expect(findIn(traces, secret), what).toEqual([]);
    }
  });

  await test.step('the server has neither names nor the title', () => {
    const sent = traces.filter(({ where }) => !/: (localStorage|screen)$/.test(where));
    for (const words of [TITLE, HOST, GUEST, 'Vandermolen', 'Übelhör', 'Eulen']) {
      expect(findIn(sent, words), words).toEqual([]);
    }
  });

  await test.step('the search would have found them', async () => {
    await samuel.page.evaluate(plant, secrets.secret.toString('hex'));
    await ana.page.evaluate(plant, `x${secrets.seed.toString('base64')}`);
    appendFileSync(joinPath(server.data, 'planted'), Buffer.concat([secrets.secret, secrets.seed]));
    const planted = await everywhere();
    expect(findIn(planted, secrets.secret)).toEqual(
      expect.arrayContaining([
        'Samuel: address',
        'Samuel: headers',
        'Samuel: localStorage',
        'Samuel: history',
        'Samuel: navigation',
        'Samuel: console',
        joinPath(server.data, 'planted'),
      ]),
    );
    expect(findIn(planted, secrets.seed)).toEqual(
      expect.arrayContaining(['Ana: address', 'Ana: localStorage']),
    );
  });
});

/** How many host keys the browser keeps. */
function hostKeysIn(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((resolve, reject) => {
        const opening = indexedDB.open('folkmoot');
        opening.onerror = () => {
          reject(new Error('not opened'));
        };
        opening.onsuccess = () => {
          const database = opening.result;
          const count = database.transaction('host-keys').objectStore('host-keys').count();
          count.onsuccess = () => {
            database.close();
            resolve(count.result);
          };
        };
      }),
  );
}

/** The host's spare, as it is saved in a file. */
async function savedHostLink(page: Page): Promise<string> {
  const saving = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save host key' }).click();
  const text = readFileSync(await (await saving).path(), 'utf8');
  return /https?:\S+/.exec(text)?.[0] ?? '';
}

/** What nobody else may have: as bytes, and as the link writes it. */
function secretsIn(
  link: string,
  hostLink: string,
): Record<'secret' | 'seed' | 'secretInLink' | 'seedInLink', Buffer> {
  const [, secret = ''] = /#v1\.([\w-]{43})\./.exec(link) ?? [];
  const [, seed = ''] = /#v1host\.[\w-]{43}\.([\w-]{43})$/.exec(hostLink) ?? [];
  expect(secret).toHaveLength(43);
  expect(seed).toHaveLength(43);
  return {
    secret: Buffer.from(secret, 'base64url'),
    seed: Buffer.from(seed, 'base64url'),
    secretInLink: Buffer.from(secret),
    seedInLink: Buffer.from(seed),
  };
}

/** Runs in the page: spills something as a mistake would. */
async function plant(spilled: string): Promise<void> {
  localStorage.setItem('planted', spilled);
  history.pushState({ spilled }, '', `?${encodeURIComponent(spilled)}`);
  // eslint-disable-next-line no-console -- it is one of the places
  console.log(spilled);
  await fetch(`/api/server?${encodeURIComponent(spilled)}`, { headers: { 'x-planted': spilled } });
}
