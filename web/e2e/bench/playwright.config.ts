import { defineConfig } from '@playwright/test';

/** What `make bench-join` runs; it is told by its environment where the server is. */
export default defineConfig({
  testDir: '.',
  testMatch: '*.bench.ts',
  outputDir: '../results/bench',
  workers: 1,
  retries: 0,
  timeout: 20 * 60_000,
  expect: { timeout: 15_000 },
  reporter: [['line']],
});
