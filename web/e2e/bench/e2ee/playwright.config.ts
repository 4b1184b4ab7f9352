import { defineConfig } from '@playwright/test';

/** What `make bench-e2ee` runs; it is told by its environment what to measure. */
export default defineConfig({
  testDir: '.',
  testMatch: '*.measure.ts',
  outputDir: '../../results/bench',
  workers: 1,
  retries: 0,
  timeout: 20 * 60_000,
  expect: { timeout: 30_000 },
  reporter: [['line']],
});
