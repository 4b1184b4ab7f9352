import { fileURLToPath } from 'node:url';

import { defineConfig } from 'vite';

/** Programs for tests, one file each, into an ignored folder. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  logLevel: 'warn',
  // Everything is in the file: it does not lie where the packages are.
  ssr: { noExternal: true },
  build: {
    ssr: true,
    target: 'node20',
    minify: false,
    outDir: fileURLToPath(new URL('../../.cache/drivers', import.meta.url)),
    emptyOutDir: true,
    rolldownOptions: {
      input: { members: fileURLToPath(new URL('members.ts', import.meta.url)) },
      output: { entryFileNames: '[name].mjs' },
    },
  },
});
