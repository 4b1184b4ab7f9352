/**
 * Prints what each route loads, gzipped, and fails when a route is over its budget.
 * Run by `npm run build`, which writes the manifest that is read here.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { exit, stdout } from 'node:process';
import { gzipSync } from 'node:zlib';

const DIST = new URL('./dist/', import.meta.url);

/** Everything that a person on this route has loaded, in kB of 1,000 bytes, JavaScript and CSS. */
const ROUTES = [
  { name: 'first paint', budgetKb: 60, roots: ['index.html'] },
  {
    name: 'pre-join',
    budgetKb: 110,
    roots: ['index.html', 'src/compose/meeting.ts', 'src/ui/prejoin/PreJoin.svelte'],
  },
  {
    name: 'in call',
    budgetKb: 260,
    roots: [
      'index.html',
      'src/compose/meeting.ts',
      'src/ui/prejoin/PreJoin.svelte',
      'src/compose/call.ts',
      'src/ui/ended/CallPage.svelte',
    ],
  },
  // What keys and encryption add to that, on the page.
  { name: 'encryption', budgetKb: 30, roots: ['src/compose/encryption.ts'], beside: 'in call' },
  // Beside the page, in threads of their own, once there is a call.
  { name: 'group keys', budgetKb: 60, roots: [], files: /^mls_worker-/ },
  { name: 'frames', budgetKb: 10, roots: [], files: /^frame_worker-/ },
];

/** @type {Record<string, {file: string, imports?: string[], css?: string[]}>} */
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', DIST), 'utf8'));

/**
 * The files that a module loads with all of its static imports.
 *
 * @param {string} key
 * @param {Set<string>} files
 * @returns {Set<string>}
 */
function filesOf(key, files) {
  const chunk = manifest[key];
  if (chunk === undefined) {
    throw new Error(`The build has no chunk for ${key}: is bundle_sizes.js out of date?`);
  }
  for (const css of chunk.css ?? []) {
    files.add(css);
  }
  if (!files.has(chunk.file)) {
    files.add(chunk.file);
    for (const each of chunk.imports ?? []) {
      filesOf(each, files);
    }
  }
  return files;
}

/**
 * A worker is built for itself and is in no manifest.
 *
 * @param {RegExp} pattern
 * @returns {string[]}
 */
function assetsLike(pattern) {
  const found = readdirSync(new URL('assets/', DIST)).filter(
    (name) => pattern.test(name) && name.endsWith('.js'),
  );
  if (found.length === 0) {
    throw new Error(`The build has no file like ${String(pattern)}.`);
  }
  return found.map((name) => `assets/${name}`);
}

/** @type {Map<string, Set<string>>} */
const seen = new Map();
let isOver = false;
for (const { name, budgetKb, roots, files: pattern, beside } of ROUTES) {
  const all = new Set(pattern === undefined ? [] : assetsLike(pattern));
  for (const root of roots) {
    filesOf(root, all);
  }
  seen.set(name, all);
  const loaded = seen.get(beside ?? '') ?? new Set();
  const files = [...all].filter((file) => !loaded.has(file));
  const bytes = files.reduce(
    (sum, file) => sum + gzipSync(readFileSync(new URL(file, DIST)), { level: 9 }).length,
    0,
  );
  const kb = bytes / 1000;
  isOver ||= kb > budgetKb;
  const verdict = kb > budgetKb ? '  OVER BUDGET' : '';
  stdout.write(
    `${name.padEnd(12)} ${kb.toFixed(1).padStart(6)} kB gz of ${budgetKb}${verdict}\n`,
  );
}
exit(isOver ? 1 : 0);
