import { defineConfig } from '@playwright/test';

/** What `make canary` runs; `tools/canary` says by the environment where the server is. */
export default defineConfig({
  testDir: '.',
  testMatch: '*.canary.ts',
  outputDir: '../results/canary',
  workers: 1,
  retries: 0,
  timeout: 8 * 60_000,
  expect: { timeout: 20_000 },
  reporter: [['line']],
});
