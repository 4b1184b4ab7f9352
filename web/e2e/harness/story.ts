import { expect, test as base, type BrowserContextOptions } from '@playwright/test';

import type { Appearance } from './media';
import { Person } from './person';
import { Server } from './server';

/** Invites somebody into the story, in a browser of their own. */
export type Invite = (
  looks?: Appearance,
  options?: BrowserContextOptions,
  flags?: readonly string[],
) => Promise<Person>;

interface Cast {
  /** The address of the server: of the checkout, or the one in FOLKMOOT_E2E_URL. */
  readonly url: string;
  readonly invite: Invite;
}

interface House {
  readonly server: Server | undefined;
}

/**
 * A story fails, whatever it looks for, when a page threw, a console complained, the content security
 * policy was hurt, a request left the origin, or the server logged a warning.
 */
export const test = base.extend<Cast, House>({
  server: [
    // eslint-disable-next-line no-empty-pattern -- Playwright reads the pattern
    async ({}, use) => {
      const server =
        process.env['FOLKMOOT_E2E_URL'] === undefined ? await Server.start(MANY) : undefined;
      await use(server);
      await server?.close();
    },
    { scope: 'worker', timeout: 60_000 },
  ],
  url: async ({ server }, use) => {
    const before = server?.complaints.length ?? 0;
    await use(server?.url ?? process.env['FOLKMOOT_E2E_URL'] ?? '');
    expect(server?.complaints.slice(before) ?? [], 'the server complained').toEqual([]);
  },
  invite: async ({ url }, use) => {
    const people: Person[] = [];
    await use(async (looks, options, flags) => {
      const person = await Person.arrive(new URL(url).origin, looks, options, flags);
      people.push(person);
      return person;
    });
    const faults = people.flatMap((person) => person.faults);
    await Promise.all(people.map((person) => person.leave()));
    expect(faults, 'something went wrong in a browser').toEqual([]);
  },
});

// All stories come from one address.
const MANY = { MEETINGS__CREATE_PER_HOUR: '10000', MEETINGS__ADMISSIONS_PER_MINUTE: '10000' };

export { expect };
