import type { Page } from '@playwright/test';

import { invitation, join, joinButton, openLink, startMeeting } from './harness/acts';
import { ASKING, breakDevices, setPermission, type Trouble } from './harness/broken_devices';
import { faultyLinks, linkToNowhere, withAnotherHost } from './harness/links';
import { ANA, SAMUEL } from './harness/media';
import { lookAt, lookOnce, violations } from './harness/screens';
import { expect, test } from './harness/story';

// Each state is looked at four times, by axe as well: that is a second or two each time.
test.setTimeout(300_000);

/** Refusals that are provoked here are written into the browser's console. */
const REFUSED = /Failed to load resource/;

async function open(page: Page, link: string): Promise<void> {
  await page.goto('about:blank');
  await page.goto(link);
}

function heading(page: Page, name: string): ReturnType<Page['getByRole']> {
  return page.getByRole('heading', { name, level: 1 });
}

test('the pages before a meeting', async ({ url, invite }) => {
  const person = await invite();
  const { page } = person;
  person.allowed.push(REFUSED);

  await page.goto(url);
  await expect(page.getByRole('button', { name: 'Start a meeting' })).toBeVisible();
  await lookAt(page, 'home');

  await page.getByRole('button', { name: 'Join with a link' }).click();
  await lookAt(page, 'join-by-link');
  await page.getByRole('button', { name: 'Go to the meeting' }).click();
  await expect(page.getByRole('alert')).toContainText('no link in this field');
  await lookAt(page, 'join-by-link-empty');
  await page.getByRole('button', { name: 'Back' }).click();

  await page.getByRole('button', { name: 'Start a meeting' }).click();
  await lookAt(page, 'start');
  await page.route('**/api/meetings', (route) =>
    route.fulfill({
      status: 429,
      headers: { 'retry-after': '40' },
      json: { error: 'too_many', message: 'Too many.', next_step: 'Wait.' },
    }),
  );
  await page.getByRole('button', { name: 'Make the meeting' }).click();
  await expect(page.getByRole('alert')).toContainText('Too many tries from your network');
  await lookAt(page, 'start-refused');
  await page.unroute('**/api/meetings');
  await page.route('**/api/meetings', () => undefined);
  await page.getByRole('button', { name: 'Make the meeting' }).click();
  await expect(page.getByRole('button', { name: 'Making its keys…' })).toBeVisible();
  await lookAt(page, 'start-making');
  await page.unroute('**/api/meetings');

  for (const { name, link, heading: words } of faultyLinks(url)) {
    await open(page, link);
    await expect(heading(page, words)).toBeVisible();
    await lookAt(page, `link-${name}`);
  }

  await page.route('**/readyz', (route) => route.abort());
  await open(page, url);
  await expect(page.getByText('This server does not answer.')).toBeVisible();
  await lookAt(page, 'home-unreachable');
});

test('the closed doors', async ({ url, invite }) => {
  const person = await invite();
  const { page } = person;
  person.allowed.push(REFUSED);
  const link = linkToNowhere(url);

  await open(page, link);
  await expect(heading(page, 'This link does not open a meeting here')).toBeVisible();
  await lookAt(page, 'door-not-admitted');

  const answers = '**/nonces';
  await page.route(answers, () => undefined);
  await open(page, link);
  await expect(heading(page, 'Knocking at the meeting…')).toBeVisible();
  await lookAt(page, 'opening');
  await page.unroute(answers);

  await page.route(answers, (route) => route.abort());
  await open(page, link);
  await expect(heading(page, 'This server does not answer')).toBeVisible();
  await lookAt(page, 'door-unreachable');
  await page.unroute(answers);

  const json = { error: 'x', message: 'The meeting is full for today.', next_step: 'Come back.' };
  const refusals = [
    { name: 'too-many', status: 429, words: 'Too many tries from your network' },
    { name: 'refused', status: 409, words: 'The server refused' },
    { name: 'failed', status: 200, words: 'That did not work' },
  ];
  for (const { name, status, words } of refusals) {
    await page.route(answers, (route) => route.fulfill({ status, json }));
    await open(page, link);
    await expect(heading(page, words)).toBeVisible();
    await lookAt(page, `door-${name}`);
    await page.unroute(answers);
  }
});

test('the page before the call', async ({ url, invite }) => {
  const person = await invite(SAMUEL);
  const { page } = person;
  person.allowed.push(REFUSED);
  await startMeeting(page, url, 'Thursday circle');
  await expect(page.getByLabel('Your camera’s picture, mirrored')).toBeVisible();
  await lookAt(page, 'pre-join');

  await joinButton(page).click();
  await expect(page.getByText('Type the name that the others will see.')).toBeVisible();
  await lookAt(page, 'pre-join-no-name');

  await page.getByRole('textbox', { name: 'Your name' }).fill('Samuel Okoye');
  await page.getByRole('button', { name: 'Turn camera off' }).click();
  await page.getByRole('button', { name: 'Turn microphone off' }).click();
  await expect(page.getByText('Your camera is off')).toBeVisible();
  await lookAt(page, 'pre-join-off');

  await page.route('**/nonces', (route) => route.abort());
  await joinButton(page).click();
  await expect(page.getByRole('alert')).toContainText('This server does not answer');
  await lookAt(page, 'pre-join-refused');
  await page.unroute('**/nonces');

  await page.route('**/nonces', () => undefined);
  await joinButton(page).click();
  await expect(page.getByRole('button', { name: 'Joining…' })).toBeVisible();
  await lookAt(page, 'pre-join-joining');
});

const TROUBLES: Readonly<Record<Trouble, RegExp>> = {
  'none-there': /No camera and no microphone found/,
  busy: /Your camera and microphone did not start/,
  dismissed: /Your browser got no answer about camera and microphone/,
  'blocked-by-system': /Your system keeps camera and microphone from this browser/,
  silent: /We hear nothing from/,
};

for (const [trouble, words] of Object.entries(TROUBLES) as [Trouble, RegExp][]) {
  test(`the page before the call, devices: ${trouble}`, async ({ url, invite }) => {
    const { page } = await invite(ANA);
    await breakDevices(page, trouble);
    await startMeeting(page, url, 'Thursday circle');
    await expect(page.getByRole('main').getByText(words).first()).toBeVisible({ timeout: 30_000 });
    await lookAt(page, `pre-join-${trouble}`);
  });
}

test('the page before the call, refused by the person', async ({ url, invite }) => {
  const { page } = await invite(ANA, {}, ASKING);
  await setPermission(page, new URL(url).origin, 'denied');
  await startMeeting(page, url, 'Thursday circle');
  await expect(
    page.getByRole('main').getByText('This page may not use your camera and microphone').first(),
  ).toBeVisible();
  await lookAt(page, 'pre-join-denied');
});

test('the call, and what it opens', async ({ url, invite }) => {
  const { page } = await invite(SAMUEL);
  await startMeeting(page, url, 'Thursday circle');
  await join(page, 'Samuel Okoye');
  const link = await invitation(page);
  await lookAt(page, 'call-alone');

  const ana = await invite(ANA, {
    viewport: { width: 390, height: 844 },
    isMobile: true,
    hasTouch: true,
  });
  await openLink(ana.page, link);
  await lookOnce(ana.page, 'pre-join-touch');
  await join(ana.page, 'Ana Petrović');
  await expect(page.getByRole('group', { name: /^Ana/ }).locator('video')).toBeVisible();
  await expect(ana.page.getByRole('group', { name: /^Samuel/ }).locator('video')).toBeVisible();
  await lookAt(page, 'call-two');
  await lookOnce(ana.page, 'call-two-touch');

  await test.step('what opens', async () => {
    await page.getByRole('button', { name: /^People: 2/ }).click();
    await expect(page.getByRole('complementary')).toBeVisible();
    await lookAt(page, 'call-people');
    await page.getByRole('complementary').getByText('Invite', { exact: true }).click();
    await lookAt(page, 'call-people-invite');
    await page.getByRole('button', { name: 'Close people' }).click();

    await page.getByRole('button', { name: 'More', exact: true }).click();
    await expect(page.getByRole('dialog', { name: 'More' })).toBeVisible();
    await lookAt(page, 'call-more');
    await page.getByRole('button', { name: 'Keyboard shortcuts' }).click();
    await lookAt(page, 'call-shortcuts');
    await page.keyboard.press('Escape');

    await page.getByRole('button', { name: 'More', exact: true }).click();
    await page.getByRole('button', { name: 'Devices' }).click();
    await lookAt(page, 'call-devices');
    await page.keyboard.press('Escape');

    await page.getByRole('button', { name: 'More', exact: true }).click();
    await page.getByRole('button', { name: 'Safety code' }).click();
    await expect(page.getByText('has confirmed them')).toBeVisible();
    await lookAt(page, 'call-safety');
    await page.getByRole('button', { name: 'We all have the same' }).click();
    await lookAt(page, 'call-safety-same');
    await page.keyboard.press('Escape');

    for (const name of ['Choose microphone and speaker', 'Choose camera']) {
      await page.getByRole('button', { name }).click();
      await expect(page.getByRole('dialog', { name })).toBeVisible();
      await lookAt(page, `call-${name.replaceAll(' ', '-').toLowerCase()}`, ['desktop']);
      await page.keyboard.press('Escape');
    }
    await page.getByRole('button', { name: /Only the people here can listen/ }).click();
    await lookAt(page, 'call-lock');
    await page.keyboard.press('Escape');
  });

  await test.step('without pictures', async () => {
    await ana.page.getByRole('button', { name: 'Turn camera off' }).click();
    await ana.page.getByRole('button', { name: 'Turn microphone off' }).click();
    await page.getByRole('button', { name: 'Turn camera off' }).click();
    await page.getByRole('button', { name: 'Turn microphone off' }).click();
    await expect(page.getByRole('group', { name: /Ana.*camera off/ })).toBeVisible();
    await lookAt(page, 'call-cameras-off');
  });

  await test.step('a shared screen', async () => {
    await page.getByRole('button', { name: 'Share your screen' }).click();
    await expect(page.getByRole('group', { name: 'Your screen' })).toBeVisible();
    await lookAt(page, 'call-sharing');
    await expect(ana.page.getByRole('group', { name: /^Screen of/ }).locator('video')).toBeVisible();
    await lookAt(ana.page, 'call-share-seen');
    await page.getByRole('button', { name: 'Stop sharing', exact: true }).click();
  });

  await page.getByRole('button', { name: 'Leave' }).click();
  await expect(heading(page, 'You left the meeting')).toBeVisible();
  await lookAt(page, 'ended-left');
});

test('a host who is not the link’s, and trouble with the server', async ({
  url,
  invite,
  server,
}) => {
  test.skip(server === undefined, 'needs a server of its own');
  const samuel = await invite(SAMUEL);
  const { page } = samuel;
  await startMeeting(page, url, 'Thursday circle');
  await join(page, 'Samuel Okoye');
  const ana = await invite(ANA);
  await openLink(ana.page, await invitation(page));
  await join(ana.page, 'Ana Petrović');
  await expect(page.getByRole('group', { name: /^Ana/ }).locator('video')).toBeVisible();

  const stranger = await invite();
  await stranger.page.goto(withAnotherHost(await secondInvitation(page)));
  await expect(
    heading(stranger.page, 'The server shows another host than your link names'),
  ).toBeVisible();
  await lookAt(stranger.page, 'door-host');
  await stranger.leave();

  // The transport writes what breaks into the console.
  samuel.allowed.push(/./);
  ana.allowed.push(/./);
  await server?.stop('SIGKILL');
  await expect(page.getByText('Connection trouble', { exact: true })).toBeVisible();
  await expect(page.getByRole('group', { name: /^Ana.*not moving/ })).toBeVisible();
  await lookAt(page, 'call-trouble');
  await server?.run();
  await expect(page.getByText('You are connected again')).toBeVisible({ timeout: 60_000 });
  await lookOnce(page, 'call-back');
});

test('a meeting whose server did not come back', async ({ url, invite, server }) => {
  test.skip(server === undefined, 'needs a server of its own');
  const { page, allowed } = await invite(ANA);
  allowed.push(/./);
  await page.clock.install();
  await startMeeting(page, url, 'Thursday circle');
  await join(page, 'Ana Petrović');
  await server?.stop('SIGKILL');
  await expect(page.getByText('Connection trouble', { exact: true })).toBeVisible();
  await page.clock.fastForward('16:00');
  await expect(heading(page, 'Connection lost')).toBeVisible();
  await lookAt(page, 'ended-lost');
  await server?.run();
});

/** The invitation as it stands in the people panel. */
async function secondInvitation(page: Page): Promise<string> {
  await page.getByRole('button', { name: /^People/ }).click();
  await page.getByRole('complementary').getByText('Invite', { exact: true }).click();
  const link = await invitation(page);
  await page.getByRole('button', { name: 'Close people' }).click();
  return link;
}

test('in German', async ({ url, invite }) => {
  const { page } = await invite(ANA, { locale: 'de-DE' });
  await page.goto(url);
  await expect(page.locator('html')).toHaveAttribute('lang', 'de');
  await lookAt(page, 'home-de', ['phone']);
  await page.getByRole('button', { name: 'Treffen beginnen' }).click();
  await lookAt(page, 'start-de', ['phone']);
  await page.getByRole('button', { name: 'Treffen anlegen' }).click();
  await page.getByRole('textbox', { name: 'Ihr Name' }).fill('Ana Petrović');
  await lookAt(page, 'pre-join-de');
  await page.getByRole('button', { name: 'Beitreten', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Verlassen' })).toBeVisible();
  await lookAt(page, 'call-alone-de');
  await page.getByRole('button', { name: 'Mehr', exact: true }).click();
  await lookAt(page, 'call-more-de', ['phone']);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Verlassen' }).click();
  await lookAt(page, 'ended-left-de', ['phone']);
});

test('with the system’s own colours, and without motion', async ({ url, invite }) => {
  const { page } = await invite(ANA, { forcedColors: 'active', reducedMotion: 'reduce' });
  await page.goto(url);
  await expect(page.getByRole('button', { name: 'Start a meeting' })).toBeVisible();
  await lookOnce(page, 'home-forced-colours');
  await startMeeting(page, url, 'Thursday circle');
  await lookOnce(page, 'pre-join-forced-colours');
  await join(page, 'Ana Petrović');
  await lookOnce(page, 'call-forced-colours');
  const moving = await page.evaluate(
    () => document.getAnimations().filter(({ playState }) => playState === 'running').length,
  );
  expect(moving, 'something moves').toBe(0);
  const odd = await page.evaluate(() =>
    [...document.querySelectorAll('svg[aria-hidden="true"]')]
      .filter((icon) => {
        const around = icon.parentElement ?? icon;
        return getComputedStyle(icon).color !== getComputedStyle(around).color;
      })
      .map((icon) => icon.outerHTML.slice(0, 80)),
  );
  expect(odd, 'icons in colours of their own').toEqual([]);
});

test('the look notices what is wrong', async ({ url, invite }) => {
  const { page } = await invite();
  await page.goto(url);
  await expect(page.getByRole('button', { name: 'Start a meeting' })).toBeVisible();
  await page.evaluate(() => {
    document.querySelector('main')?.append(document.createElement('button'));
  });
  expect((await violations(page)).join()).toContain('button-name');
});
