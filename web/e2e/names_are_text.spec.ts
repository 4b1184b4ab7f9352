import type { Page } from '@playwright/test';

import { invitation, join, joinButton, openLink, startMeeting } from './harness/acts';
import { SAMUEL } from './harness/media';
import { expect, test } from './harness/story';

test.setTimeout(180_000);

const IMAGE = '<img src=x onerror=alert(1)>';
const SCRIPT = '"><script>alert(1)</script>{{1+1}}${1+1}';
const FACES = '😀'.repeat(64);
/** Turns the direction of what follows, and would show `exe.sgnp` as `png.sexe`. */
const TURNED = 'Ana \u202egnp.exe';
// The page itself keeps names apart from its words by U+2068 and U+2069.
const TURNING = /[\u202a-\u202e\u2066\u2067]/;

/** Notes the dialogs that scripts open, which would stop the page otherwise. */
function dialogsOf(page: Page): string[] {
  const dialogs: string[] = [];
  page.on('dialog', (dialog) => {
    dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  return dialogs;
}

test('names and titles are text, whatever is in them', async ({ url, invite }) => {
  const samuel = await invite(SAMUEL);
  const ana = await invite();
  const dialogs = [dialogsOf(samuel.page), dialogsOf(ana.page)];

  await startMeeting(samuel.page, url, `${IMAGE}${SCRIPT}`);
  await expect(title(samuel.page)).toHaveText(`${IMAGE}${SCRIPT}`);
  await join(samuel.page, IMAGE);
  await expect(title(samuel.page)).toHaveText(`${IMAGE}${SCRIPT}`);
  const link = await invitation(samuel.page);
  // Who comes in the first moments counts as having been there, and is not announced.
  await samuel.page.waitForTimeout(2_000);
  await openLink(ana.page, link);
  await expect(title(ana.page)).toHaveText(`${IMAGE}${SCRIPT}`);

  for (const name of [SCRIPT, FACES]) {
    await join(ana.page, name);
    await expect(tile(samuel.page, name)).toBeVisible();
    await expect(tile(ana.page, IMAGE)).toBeVisible();
    await expect(tile(samuel.page, name)).toContainText(name);
    await expect(samuel.page.getByRole('log')).toContainText(`${name}\u2069 joined`);
    await samuel.page.getByRole('button', { name: /^People: 2/ }).click();
    await expect(samuel.page.getByRole('complementary').getByText(name, { exact: true })).toBeVisible();
    await expect(samuel.page.getByRole('complementary').getByText(IMAGE, { exact: true })).toBeVisible();
    await expectWhole(samuel.page);
    await samuel.page.getByRole('button', { name: 'Close people' }).click();
    await expectWhole(samuel.page);
    await ana.page.getByRole('button', { name: 'Leave' }).click();
    await expect(samuel.page.getByRole('log')).toContainText(`${name}\u2069 left`);
    await ana.page.getByRole('button', { name: 'Go back in' }).click();
    await expect(joinButton(ana.page)).toBeVisible();
  }
  expect(dialogs.flat()).toEqual([]);
});

test('nobody turns the direction of other people’s words', async ({ url, invite }) => {
  const samuel = await invite(SAMUEL);
  await startMeeting(samuel.page, url, `Ours ${TURNED}`);
  expect(await title(samuel.page).textContent()).not.toMatch(TURNING);
  await samuel.page.getByRole('textbox', { name: 'Your name' }).fill(TURNED);
  await joinButton(samuel.page).click();
  await expect(samuel.page.getByText('This name has characters in it that can’t be shown.')).toBeVisible();
  await join(samuel.page, 'Samuel Okoye');
  expect(await title(samuel.page).textContent()).not.toMatch(TURNING);

  // A changed client sends what the page refuses.
  const mallory = await invite();
  await mallory.page.addInitScript(() => {
    RegExp.prototype.test = function test(text) {
      return !this.source.includes('u202a') && this.exec(text) !== null;
    };
  });
  await openLink(mallory.page, await invitation(samuel.page));
  await join(mallory.page, TURNED);
  await expect(tile(samuel.page, 'Ana gnp.exe')).toBeVisible();
  await samuel.page.getByRole('button', { name: /^People: 2/ }).click();
  expect(await samuel.page.locator('body').innerText()).not.toMatch(TURNING);
  await expectWhole(samuel.page);
});

function title(page: Page): ReturnType<Page['getByRole']> {
  return page.getByRole('heading', { level: 1 });
}

function tile(page: Page, name: string): ReturnType<Page['getByRole']> {
  return page.getByRole('group', { name });
}

/** Nothing is pushed out of the window, and no tile's words out of the tile. */
async function expectWhole(page: Page): Promise<void> {
  const faults = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    const wide = scrollWidth > clientWidth ? [`${String(scrollWidth)} wide`] : [];
    const outside = [...document.querySelectorAll('bdi, h1, button, [role="group"] video')]
      .filter((element) => {
        const { left, right, width } = element.getBoundingClientRect();
        return width > 0 && (left < -1 || right > clientWidth + 1);
      })
      .map((element) => element.outerHTML.slice(0, 100));
    return [...wide, ...outside];
  });
  expect(faults).toEqual([]);
}
