import type { Locator, Page } from '@playwright/test';

import { invitation, join, joinButton, openLink } from './harness/acts';
import { tabAround, tabTo } from './harness/keyboard';
import { ANA, SAMUEL } from './harness/media';
import { expect, test } from './harness/story';

test.setTimeout(180_000);

function button(page: Page, name: string | RegExp): Locator {
  return page.getByRole('button', { name, exact: true });
}

async function press(page: Page, name: string | RegExp): Promise<void> {
  const target = button(page, name);
  await tabTo(page, target);
  await page.keyboard.press('Enter');
}

test('a whole meeting by keyboard, and by ear', async ({ url, invite }) => {
  const { page } = await invite(SAMUEL);
  const said = page.getByRole('log');

  await test.step('to the door', async () => {
    await page.goto(url);
    await expect(page).toHaveTitle('Folkmoot');
    await press(page, 'Start a meeting');
    await expect(page).toHaveTitle('Start a meeting – Folkmoot');
    await expect(page.getByRole('textbox', { name: 'Name of the meeting' })).toBeFocused();
    await page.keyboard.type('Thursday circle');
    await page.keyboard.press('Enter');
    await expect(page).toHaveTitle('Before you go in – Folkmoot');
  });

  await test.step('through the door', async () => {
    await expect(button(page, 'Turn microphone off')).toBeVisible();
    await press(page, 'Turn microphone off');
    await expect(page.getByText('Microphone off', { exact: true })).toBeAttached();
    await page.keyboard.press('Enter');
    await tabTo(page, page.getByRole('textbox', { name: 'Your name' }));
    await page.keyboard.type('Samuel Okoye');
    await tabTo(page, joinButton(page));
    await page.keyboard.press('Enter');
    await expect(button(page, 'Leave')).toBeVisible();
    await expect(page).toHaveTitle('In the meeting – Folkmoot');
  });

  const ana = await invite(ANA);
  await openLink(ana.page, await invitation(page));
  await join(ana.page, 'Ana Petrović');
  await expect(said).toContainText(/Ana Petrović.* joined/);

  await test.step('the microphone, by its button and by its key', async () => {
    await press(page, 'Turn microphone off');
    await expect(said).toContainText('Microphone off');
    await expect(button(page, 'Turn microphone on')).toBeFocused();
    await page.keyboard.press('Control+d');
    await expect(said).toContainText('Microphone on');
    await expect(button(page, 'Turn microphone off')).toBeFocused();
  });

  await test.step('people, and the focus comes back', async () => {
    const people = button(page, /^People: 2/);
    await tabTo(page, people);
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { name: /^People/ })).toBeFocused();
    await press(page, 'Close people');
    await expect(people).toBeFocused();
    await page.keyboard.press('Control+Shift+p');
    await expect(page.getByRole('heading', { name: /^People/ })).toBeFocused();
    await page.keyboard.press('Escape');
    await expect(people).toBeFocused();
  });

  await test.step('a screen is shared, and not any more', async () => {
    await press(page, 'Share your screen');
    await expect(said).toContainText('You are sharing your screen');
    await expect(button(page, 'Stop sharing your screen')).toBeFocused();
    await page.keyboard.press('Control+Shift+s');
    await expect(said).toContainText('You are not sharing any more');
  });

  await test.step('what opens gives the focus back', async () => {
    await press(page, 'More');
    await expect(button(page, 'Follow the speaker')).toBeFocused();
    await page.keyboard.press('Escape');
    await expect(button(page, 'More')).toBeFocused();
    await page.keyboard.press('?');
    await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(button(page, 'More')).toBeFocused();
    await page.keyboard.press('Alt+n');
    await expect(said).toContainText(/speaking/);
  });

  await test.step('one’s own picture moves by arrow keys', async () => {
    const move = button(page, /^Move my picture/);
    await tabTo(page, move);
    const before = await move.boundingBox();
    await page.keyboard.press('ArrowLeft');
    await expect(said).toContainText('Your picture is at the bottom left');
    await page.keyboard.press('ArrowUp');
    await expect(said).toContainText('Your picture is at the top left');
    await expect(move).toBeFocused();
    await expect
      .poll(async () => {
        const after = await move.boundingBox();
        return (after?.x ?? 0) < (before?.x ?? 0) - 300 && (after?.y ?? 0) < (before?.y ?? 0) - 200;
      })
      .toBe(true);
  });

  await test.step('nothing holds the focus, in either direction', async () => {
    const from = button(page, 'More');
    const stops = await tabAround(page, from);
    expect(stops).toBeGreaterThan(8);
    expect(await tabAround(page, from, 'Shift+Tab')).toBe(stops);
    await page.keyboard.press('F6');
    await page.keyboard.press('F6');
    await expect(from).not.toBeFocused();
  });

  await test.step('and out again', async () => {
    await press(page, 'Leave');
    await expect(page.getByRole('heading', { name: 'You left the meeting' })).toBeFocused();
    await expect(page).toHaveTitle('Out of the meeting – Folkmoot');
    await press(page, 'To the start page');
    await expect(page).toHaveTitle('Folkmoot');
    await expect(button(page, 'Start a meeting')).toBeVisible();
  });
});

test('the journey notices a focus that is not seen', async ({ url, invite }) => {
  const { page } = await invite();
  const start = button(page, 'Start a meeting');
  for (const rule of [
    ':focus-visible { outline: none !important }',
    'body::after { position: fixed; inset: 0; background: red; content: "" }',
  ]) {
    await page.goto(url);
    await expect(start).toBeVisible();
    await page.evaluate((text) => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(text);
      document.adoptedStyleSheets = [sheet];
    }, rule);
    await expect(tabTo(page, start), rule).rejects.toThrow(/no ring|lies over/);
  }
});
