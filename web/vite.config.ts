import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

// The first browsers with light-dark(), which the tokens are written in.
const BROWSERS = ['chrome123', 'firefox120', 'safari17.5'];

export default defineConfig({
  plugins: [svelte()],
  build: {
    target: BROWSERS,
    cssTarget: BROWSERS,
    // Everything is a hashed file, nothing is inlined: the server's CSP allows 'self' only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // bundle_sizes.js reads it; the server does not serve the folder it is in.
    manifest: true,
    // The licences of what is bundled ask to come along; the server serves them beside the index.
    license: { fileName: 'licences.md' },
  },
  // What the group's library loads for other cipher suites stays in files of their own, never loaded.
  worker: { format: 'es' },
  preview: {
    headers: {
      'Content-Security-Policy':
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; " +
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    },
  },
  test: {
    include: ['src/**/*.test.ts'],
    environment: 'node',
  },
});
