import { defineConfig } from '@playwright/test';

/** Stories in real browsers against a real server. `FOLKMOOT_TEST_FULL=1` adds the long ones. */
export default defineConfig({
  testDir: '.',
  testMatch: '*.spec.ts',
  outputDir: 'results/artefacts',
  // Browsers are the load; two cores bear one story at a time.
  workers: 1,
  fullyParallel: false,
  retries: 0,
  forbidOnly: true,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  reporter: [['list']],
  grepInvert: process.env['FOLKMOOT_TEST_FULL'] === '1' ? [] : /@full/,
});
