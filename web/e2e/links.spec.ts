import type { Page } from '@playwright/test';

import { invitation, join, joinButton, openLink, startMeeting } from './harness/acts';
import { faultyLinks, linkToNowhere } from './harness/links';
import { SAMUEL } from './harness/media';
import { expect, test } from './harness/story';

function heading(page: Page, name: string): ReturnType<Page['getByRole']> {
  return page.getByRole('heading', { name, level: 1 });
}

async function paste(page: Page, link: string): Promise<void> {
  await page.getByRole('button', { name: 'Join with a link' }).click();
  await page.getByRole('textbox', { name: 'The link you were given' }).fill(link);
  await page.getByRole('button', { name: 'Go to the meeting' }).click();
}

test('a link that cannot be opened says why, opened or pasted', async ({ url, invite }) => {
  const { page } = await invite();
  for (const { link, heading: words } of faultyLinks(url)) {
    await page.goto('about:blank');
    await page.goto(link);
    await expect(heading(page, words)).toBeVisible();
    await expect(heading(page, words)).toBeFocused();
    await expect(page).toHaveURL(`${url}/`);
    await page.getByRole('button', { name: 'To the start page', exact: true }).click();
    await paste(page, link);
    await expect(heading(page, words)).toBeVisible();
  }
});

test('a link to another server is not followed', async ({ url, invite }) => {
  const { page } = await invite();
  await page.goto(url);
  await paste(page, linkToNowhere('https://elsewhere.example'));
  await expect(heading(page, 'This meeting is on another server')).toBeVisible();
  await expect(page.getByText('The link leads to https://elsewhere.example.')).toBeVisible();
});

test('a link to a meeting that is not there', async ({ url, invite }) => {
  const person = await invite();
  person.allowed.push(/status of 403/);
  const { page } = person;
  await page.goto(linkToNowhere(url));
  const words = heading(page, 'This link does not open a meeting here');
  await expect(words).toBeVisible();
  await expect(page).toHaveURL(`${url}/`);
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(words).toBeVisible();
});

test('a link opens in a tab that is open already, but disturbs no call', async ({
  url,
  invite,
}) => {
  const host = await invite(SAMUEL);
  await startMeeting(host.page, url, 'Thursday circle');
  await join(host.page, 'Samuel Okoye');
  const link = await invitation(host.page);

  const { page } = await invite();
  await page.goto(url);
  await follow(page, link);
  await expect(heading(page, 'Thursday circle')).toBeVisible();
  await expect(page).toHaveURL(`${url}/`);
  await page.goBack().catch(() => null);
  expect(page.url()).not.toContain('v1.');

  await follow(host.page, linkToNowhere(url));
  await expect(host.page).toHaveURL(`${url}/`);
  await expect(host.page.getByRole('button', { name: 'Leave' })).toBeVisible();
});

/** Changes what follows the # in the address bar. */
async function follow(page: Page, link: string): Promise<void> {
  await page.evaluate((fragment) => {
    location.hash = fragment;
  }, new URL(link).hash);
}

test('loading the page again in a call asks first', async ({ url, invite }) => {
  const { page } = await invite(SAMUEL);
  await startMeeting(page, url, 'Thursday circle');
  await join(page, 'Samuel Okoye');
  const link = await invitation(page);

  const stay = page.waitForEvent('dialog');
  await reload(page);
  const asked = await stay;
  expect(asked.type()).toBe('beforeunload');
  await asked.dismiss();
  await expect(page.getByRole('button', { name: 'Leave' })).toBeVisible();

  const go = page.waitForEvent('dialog');
  await reload(page);
  await (await go).accept();
  await expect(page.getByRole('button', { name: 'Start a meeting' })).toBeVisible();
  await expect(page).toHaveURL(`${url}/`);

  await openLink(page, link);
  await expect(joinButton(page)).toBeVisible();
  await page.reload();
  await expect(page.getByRole('button', { name: 'Start a meeting' })).toBeVisible();
});

async function reload(page: Page): Promise<void> {
  await page.evaluate(() => {
    setTimeout(() => {
      location.reload();
    });
  });
}
