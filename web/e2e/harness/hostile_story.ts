import { HostileServer } from './hostile';
import { test as base } from './story';

/** A story at a server whose media engine is hostile. All that makes other stories fail still does. */
export const test = base.extend<object, { readonly hostile: HostileServer }>({
  hostile: [
    // eslint-disable-next-line no-empty-pattern -- Playwright reads the pattern
    async ({}, use) => {
      const hostile = await HostileServer.start();
      await use(hostile);
      await hostile.close();
    },
    { scope: 'worker', timeout: 60_000 },
  ],
  server: [
    async ({ hostile }, use) => {
      await use(hostile.server);
    },
    { scope: 'worker' },
  ],
});

export { expect } from './story';
