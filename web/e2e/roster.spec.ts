import type { Locator, Page } from '@playwright/test';

import { join, openLink } from './harness/acts';
import { ANAS_NAME, meet } from './harness/meet';
import { lookAt } from './harness/screens';
import { expect, test } from './harness/story';

const SMALL = { viewport: { width: 640, height: 480 } };

test('who is at the server without keys is nobody, and everybody is told', async ({ url, invite }) => {
  test.slow();
  const { samuel, ana, link } = await meet(url, invite);
  const stranger = await invite(undefined, SMALL);
  stranger.allowed.push(/mls_worker|worker of the group|Failed to load resource/);
  await stranger.page.route('**/mls_worker-*', (route) => route.abort());
  await openLink(stranger.page, link);
  await join(stranger.page, 'Somebody Else');

  await test.step('the stranger sees nobody, and is told why', async () => {
    await expect(stranger.page.getByText('Agreeing on keys with the others…')).toBeVisible();
    await expect(stranger.page.getByRole('group', { name: /Samuel|Ana/ })).toHaveCount(0);
    await lookAt(stranger.page, 'call-keys-awaited');
  });

  await test.step('the others see no third person, and a warning', async () => {
    for (const { page } of [samuel, ana]) {
      await expect(
        page.getByText('Somebody is connected who is not in this meeting').first(),
      ).toBeVisible({ timeout: 40_000 });
      await expect(page.getByText('Somebody Else')).toHaveCount(0);
      await expect(page.getByRole('button', { name: 'People: 2' })).toBeVisible();
    }
    await lookAt(samuel.page, 'call-stranger');
  });

  await test.step('the warning goes with them', async () => {
    await stranger.page.getByRole('button', { name: 'Leave' }).click();
    await expect(notice(samuel.page, /^Somebody is connected/)).toBeHidden();
  });
});

test('who leaves can still hear until the keys change, and who is cut off has them: both are said', async ({
  url,
  invite,
}) => {
  test.slow();
  const holding = holdBack();
  const { samuel, ana, link } = await meet(url, invite, holding.prepare);
  const li = await invite(undefined, SMALL);
  await openLink(li.page, link);
  await join(li.page, 'Li Wei');
  await expect(samuel.page.getByRole('group', { name: /^Li Wei, m/ })).toBeVisible();

  await test.step('Ana leaves, and new keys are held back from Samuel', async () => {
    holding.isOn = true;
    await ana.page.getByRole('button', { name: 'Leave' }).click();
    await expect(tile(samuel.page, ANAS_NAME, 'Leaving, can still hear')).toBeVisible();
    await lookAt(samuel.page, 'call-leaving');
    holding.release();
    await expect(samuel.page.getByRole('group', { name: ANAS_NAME })).toHaveCount(0);
  });

  await test.step('Li’s page is gone without a word', async () => {
    await li.page.close();
    await expect(tile(samuel.page, 'Li Wei', 'Not connected, has the keys')).toBeVisible();
    await samuel.page.getByRole('button', { name: 'People: 2' }).click();
    const list = samuel.page.getByRole('complementary', { name: 'People' });
    await expect(list.getByRole('listitem').nth(1)).toContainText('Not connected, has the keys');
    await list.getByText('Who came and went').click();
    await expect(list.getByText(/Ana Petrović.? left/)).toBeVisible();
    await expect(list.getByText(/Li Wei.? joined/)).toBeVisible();
    await lookAt(samuel.page, 'call-away');
  });

  if (process.env['FOLKMOOT_TEST_FULL'] === '1') {
    await test.step('and is gone from the list when the group has removed them', async () => {
      await expect(samuel.page.getByRole('group', { name: 'Li Wei' })).toHaveCount(0, {
        timeout: 90_000,
      });
    });
  }
});

function tile(page: Page, name: string, presence: string): Locator {
  return page.getByRole('group', { name: new RegExp(`^${name}, ${presence}`) });
}

function notice(page: Page, title: RegExp): Locator {
  return page.locator('main').getByText(title);
}

/** Holds back commits from the first page, as a server may that does not want a change to be seen. */
function holdBack() {
  const held: (() => void)[] = [];
  const holding = {
    isOn: false,
    release: (): void => {
      holding.isOn = false;
      for (const send of held.splice(0)) send();
    },
    prepare: async (page: Page, name: string): Promise<void> => {
      if (name === ANAS_NAME) return;
      await page.routeWebSocket(/\/group$/, (socket) => {
        const server = socket.connectToServer();
        server.onMessage((message) => {
          const { frame, type } = JSON.parse(String(message)) as { frame?: string; type?: string };
          const isCommit = frame === 'entry' && type === 'commit';
          // What comes after it waits, too: the order stays the order.
          if (held.length > 0 || (holding.isOn && isCommit)) {
            held.push(() => {
              socket.send(message);
            });
          } else {
            socket.send(message);
          }
        });
      });
    },
  };
  return holding;
}
