import { expect, type Page } from '@playwright/test';

/** Makes a meeting and stops before its door. */
export async function startMeeting(page: Page, url: string, title: string): Promise<void> {
  await page.goto(url);
  await page.getByRole('button', { name: 'Start a meeting' }).click();
  await page.getByRole('textbox', { name: 'Name of the meeting' }).fill(title);
  await page.getByRole('button', { name: 'Make the meeting' }).click();
  await expect(joinButton(page)).toBeVisible();
}

/** Goes in, and waits until the call is connected. */
export async function join(page: Page, name: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Your name' }).fill(name);
  await joinButton(page).click();
  await expect(page.getByRole('button', { name: 'Leave' })).toBeVisible();
}

/** Opens a link as somebody does who was sent it. */
export async function openLink(page: Page, link: string): Promise<void> {
  await page.goto(link);
  await expect(joinButton(page)).toBeVisible();
}

/** Reads the invitation of somebody who is alone in the call. */
export async function invitation(page: Page): Promise<string> {
  return page.getByRole('textbox', { name: 'Link to this meeting' }).inputValue();
}

export function joinButton(page: Page): ReturnType<Page['getByRole']> {
  return page.getByRole('button', { name: 'Join', exact: true });
}
