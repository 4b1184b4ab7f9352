import { defineConfig } from '@playwright/test';

/** What benchmarks in browsers run (`bench/browser.py`); their environment tells them what to measure. */
export default defineConfig({
  testDir: '.',
  testMatch: '**/*.measure.ts',
  outputDir: '../results/bench',
  workers: 1,
  retries: 0,
  timeout: 40 * 60_000,
  expect: { timeout: 30_000 },
  reporter: [['line']],
});
