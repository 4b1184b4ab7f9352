import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';

import type { Browser, Page } from '@playwright/test';
import { build } from 'vite';

import { CHROMIUM_FLAGS } from '../harness/person';

const KINDS = new Map([['.html', 'text/html'], ['.js', 'text/javascript']]);

// What is put in the place of a server's answer counts as from elsewhere, and may not reach loopback.
export const BENCH_FLAGS = [
  ...CHROMIUM_FLAGS,
  '--disable-features=LocalNetworkAccessChecks,LocalNetworkAccessChecksWebSockets',
];

/** Makes a page and its workers as the client is made. */
export async function bundled(root: string, folder: string): Promise<void> {
  await build({
    configFile: false,
    root,
    base: '/bench/',
    logLevel: 'error',
    worker: { format: 'es' },
    build: { outDir: folder, emptyOutDir: true, target: 'chrome123', modulePreload: false },
  });
}

/** Opens it as a page of the server's own origin: the group channel lets no other in. */
export async function opened(
  browser: Browser,
  bundle: string,
  url: string,
  name: string,
): Promise<Page> {
  const page = await browser.newPage();
  await page.route('**/bench/**', async (route) => {
    const path = new URL(route.request().url()).pathname.replace('/bench/', '');
    const contentType = KINDS.get(extname(path)) ?? 'application/octet-stream';
    await route.fulfill({ body: readFileSync(join(bundle, path)), contentType });
  });
  await page.goto(new URL('/bench/index.html', url).href);
  await page.waitForFunction((global) => global in window, name);
  return page;
}
