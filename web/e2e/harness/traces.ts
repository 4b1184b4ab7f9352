import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { BrowserContext, Page } from '@playwright/test';

import type { Server } from './server';

/** Something that was left behind or sent, and where. */
export interface Trace {
  readonly where: string;
  readonly bytes: Buffer;
}

/** Collects from now on what a page and the server tell each other, and what its console says. */
export function overhear(page: Page, whose: string): readonly Trace[] {
  const traces: Trace[] = [];
  const note = (where: string, what: string | Buffer): void => {
    traces.push({ where: `${whose}: ${where}`, bytes: Buffer.from(what) });
  };
  page.on('console', (message) => {
    note('console', message.text());
  });
  page.on('request', (request) => {
    note('address', request.url());
    note('body', request.postDataBuffer() ?? '');
    void request
      .allHeaders()
      .then((headers) => {
        note('headers', JSON.stringify(headers));
      })
      // The page went before the request.
      .catch(() => undefined);
  });
  page.on('response', (response) => {
    if (response.url().includes('/api/')) {
      void response.body().then(
        (body) => {
          note('answer', body);
        },
        () => undefined,
      );
    }
  });
  page.on('websocket', (socket) => {
    note('WebSocket', socket.url());
    socket.on('framesent', ({ payload }) => {
      note('frame to the server', payload);
    });
    socket.on('framereceived', ({ payload }) => {
      note('frame from the server', payload);
    });
  });
  return traces;
}

/** What a page keeps: every store, the address, the history, and what is on screen. */
export async function keptBy(page: Page, whose: string): Promise<readonly Trace[]> {
  const kept = { ...(await page.evaluate(lookAround)), ...(await browserKeeps(page)) };
  return Object.entries(kept).map(([where, what]) => ({
    where: `${whose}: ${where}`,
    bytes: Buffer.from(what),
  }));
}

/** The server's log, and every file that it wrote. */
export function keptByServer(server: Server): readonly Trace[] {
  const files = readdirSync(server.data, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return [
    { where: 'log', bytes: Buffer.from(server.log) },
    ...files.flatMap((path) => [
      { where: path, bytes: readFileSync(path) },
      { where: `name of ${path}`, bytes: Buffer.from(path) },
    ]),
  ];
}

/** Where something is found, whatever its spelling. */
export function findIn(traces: readonly Trace[], wanted: string | Buffer): readonly string[] {
  const spellings = spellingsOf(Buffer.from(wanted));
  const isFound = ({ bytes }: Trace): boolean =>
    spellings.some((spelling) => bytes.includes(spelling));
  return [...new Set(traces.filter(isFound).map(({ where }) => where))];
}

/** As it is, in hexadecimal, percent-encoded, and in base64, wherever it may stand in there. */
function spellingsOf(bytes: Buffer): readonly Buffer[] {
  const hex = bytes.toString('hex');
  const percent = hex.replace(/../g, '%$&');
  const escaped = Array.from(bytes.toString(), (letter) => {
    const code = letter.charCodeAt(0);
    return code < 128 ? letter : `\\u${code.toString(16).padStart(4, '0')}`;
  }).join('');
  const texts = [
    hex,
    hex.toUpperCase(),
    percent,
    percent.toUpperCase(),
    encodeURIComponent(bytes.toString()),
    escaped,
    ...[0, 1, 2].flatMap((offset) => [
      base64At(bytes, offset, 'base64'),
      encodeURIComponent(base64At(bytes, offset, 'base64')),
      base64At(bytes, offset, 'base64url'),
    ]),
  ];
  return [bytes, ...texts.map((text) => Buffer.from(text))];
}

/** The part of a base64 text that depends on these bytes alone, whatever is before and after them. */
function base64At(bytes: Buffer, offset: number, spelling: 'base64' | 'base64url'): string {
  const skipped = (3 - offset) % 3;
  const whole = bytes.subarray(skipped, bytes.length - ((bytes.length - skipped) % 3));
  return whole.toString(spelling);
}

async function browserKeeps(page: Page): Promise<Record<string, string>> {
  const context: BrowserContext = page.context();
  const session = await context.newCDPSession(page);
  const history = await session.send('Page.getNavigationHistory');
  await session.detach();
  return {
    history: JSON.stringify(history.entries.map(({ url, title }) => [url, title])),
    cookies: JSON.stringify(await context.cookies()),
  };
}

/** Not in TypeScript's DOM yet. */
declare const navigation: { entries(): readonly { readonly url: string; getState(): unknown }[] };

/** Runs in the page. */
async function lookAround(): Promise<Record<string, string>> {
  const rows: unknown[] = [];
  for (const { name } of await indexedDB.databases()) {
    const database = await done(indexedDB.open(name ?? ''));
    for (const store of database.objectStoreNames) {
      const content = database.transaction(store).objectStore(store);
      for (const row of await done(content.getAll() as IDBRequest<Record<string, unknown>[]>)) {
        rows.push([name, store, await Promise.all(Object.entries(row).map(readable))]);
      }
    }
    database.close();
  }
  const cached = await Promise.all(
    (await caches.keys()).map(async (name) => (await (await caches.open(name)).keys()).map(({ url }) => url)),
  );
  return {
    localStorage: JSON.stringify(Object.entries(localStorage)),
    sessionStorage: JSON.stringify(Object.entries(sessionStorage)),
    IndexedDB: JSON.stringify(rows),
    caches: JSON.stringify(cached),
    cookie: document.cookie,
    address: location.href,
    referrer: document.referrer,
    title: document.title,
    'history.state': JSON.stringify(history.state),
    navigation: JSON.stringify(navigation.entries().map((entry) => [entry.url, entry.getState()])),
    'window.name': window.name,
    screen: document.documentElement.outerHTML,
  };

  function done<T>(request: IDBRequest<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      request.onsuccess = () => {
        resolve(request.result);
      };
      request.onerror = () => {
        reject(request.error ?? new Error('IndexedDB'));
      };
    });
  }

  /** Bytes in hexadecimal; of a key what the browser gives out. */
  async function readable([field, value]: [string, unknown]): Promise<unknown> {
    if (value instanceof CryptoKey) {
      const form = value.type === 'private' ? 'pkcs8' : 'raw';
      const given = await crypto.subtle.exportKey(form, value).catch(() => new ArrayBuffer(0));
      return [field, value.type, value.extractable, hexOf(new Uint8Array(given))];
    }
    return [field, value instanceof Uint8Array ? hexOf(value) : value];
  }

  function hexOf(bytes: Uint8Array): string {
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  }
}
