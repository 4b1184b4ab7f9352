import { expect, type Page } from '@playwright/test';

import { invitation, join, openLink, startMeeting } from './acts';
import { ANA, SAMUEL } from './media';
import type { Person } from './person';
import type { Invite } from './story';

export const SAMUELS_NAME = 'Samuel Okoye';
export const ANAS_NAME = 'Ana Petrović';

/** Two people in one call, who see each other's tiles. */
export interface Pair {
  readonly samuel: Person;
  readonly ana: Person;
  readonly link: string;
}

/**
 * Samuel makes a meeting, and Ana comes in by its link.
 *
 * @param prepare - does something to each page before anything is opened in it.
 */
export async function meet(
  url: string,
  invite: Invite,
  prepare: (page: Page, name: string) => Promise<void> = () => Promise.resolve(),
): Promise<Pair> {
  const [samuel, ana] = [await invite(SAMUEL), await invite(ANA)];
  await prepare(samuel.page, SAMUELS_NAME);
  await prepare(ana.page, ANAS_NAME);
  await startMeeting(samuel.page, url, 'Thursday circle');
  await join(samuel.page, SAMUELS_NAME);
  const link = await invitation(samuel.page);
  await openLink(ana.page, link);
  await join(ana.page, ANAS_NAME);
  await expect(samuel.page.getByRole('group', { name: ANAS_NAME })).toBeVisible();
  await expect(ana.page.getByRole('group', { name: SAMUELS_NAME })).toBeVisible();
  return { samuel, ana, link };
}
