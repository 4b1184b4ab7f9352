import { fileURLToPath } from 'node:url';

import { defineConfig, mergeConfig } from 'vite';

import published from '../../vite.config';
import { checkLeaks, leaks } from './leaks';

/** The client with a leak of each kind, into the folder that `tools/canary` names; never into `dist`. */
export default mergeConfig(
  published,
  defineConfig({
    root: fileURLToPath(new URL('../..', import.meta.url)),
    logLevel: 'warn',
    plugins: [leaks(), checkLeaks()],
    worker: { plugins: () => [leaks()] },
    build: { outDir: process.env['FOLKMOOT_CANARY_WEB'] ?? '', emptyOutDir: true, minify: false },
  }),
);
