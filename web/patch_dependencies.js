/**
 * Applies the patches in `patches/` to what npm has installed: `<package>-<version>.patch`, a unified
 * diff with paths from the package's folder. Run by make after each install.
 *
 * It fails when a version or a single line is not what the patch was written for: a fix that silently
 * isn't there is worse than none. A patch that is applied already stays as it is.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { argv, exit, stderr } from 'node:process';
import { fileURLToPath } from 'node:url';

const WEB = new URL('./', import.meta.url);

/**
 * @typedef {{ start: number, before: string[], after: string[] }} Hunk
 */

/**
 * Reads a unified diff.
 *
 * @param {string} patch
 * @returns {Map<string, Hunk[]>} hunks by file
 */
export function parsePatch(patch) {
  /** @type {Map<string, Hunk[]>} */
  const files = new Map();
  /** @type {Hunk[]} */
  let hunks = [];
  for (const line of patch.split('\n')) {
    const file = /^\+\+\+ b\/(.+)$/.exec(line)?.[1];
    const start = /^@@ -(\d+)/.exec(line)?.[1];
    if (file !== undefined) {
      hunks = [];
      files.set(file, hunks);
    } else if (start !== undefined) {
      hunks.push({ start: Number(start), before: [], after: [] });
    } else if (!line.startsWith('--- ')) {
      addLine(hunks.at(-1), line);
    }
  }
  return files;
}

/**
 * @param {Hunk | undefined} hunk
 * @param {string} line
 */
function addLine(hunk, line) {
  const [mark, text] = [line.slice(0, 1), line.slice(1)];
  if (mark === ' ' || mark === '-') hunk?.before.push(text);
  if (mark === ' ' || mark === '+') hunk?.after.push(text);
}

/**
 * The text with every hunk in it.
 *
 * @param {string} text
 * @param {Hunk[]} hunks of one file, in their order
 * @returns {string}
 */
export function applyHunks(text, hunks) {
  const lines = text.split('\n');
  let shift = 0;
  for (const { start, before, after } of hunks) {
    const at = start - 1 + shift;
    if (stands(lines, at, before)) {
      lines.splice(at, before.length, ...after);
    } else if (!stands(lines, at, after)) {
      throw new Error(`line ${String(start)} is not what the patch was written for`);
    }
    shift += after.length - before.length;
  }
  return lines.join('\n');
}

/**
 * @param {string[]} lines
 * @param {number} at
 * @param {string[]} expected
 */
function stands(lines, at, expected) {
  return expected.length > 0 && expected.every((line, index) => lines[at + index] === line);
}

/**
 * @param {string} name of the patch's file
 */
function applyPatch(name) {
  const [, dependency, version] = /^(.+)-(\d+\.\d+\.\d+)\.patch$/.exec(name) ?? [];
  if (dependency === undefined) throw new Error('its name says no package and version');
  const folder = new URL(`node_modules/${dependency}/`, WEB);
  const installed = JSON.parse(readFileSync(new URL('package.json', folder), 'utf8')).version;
  if (installed !== version) throw new Error(`version ${String(installed)} is installed`);
  const files = parsePatch(readFileSync(new URL(`patches/${name}`, WEB), 'utf8'));
  if (files.size === 0) throw new Error('it changes no file');
  for (const [file, hunks] of files) {
    const path = new URL(file, folder);
    writeFileSync(path, applyHunks(readFileSync(path, 'utf8'), hunks));
  }
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  for (const name of readdirSync(new URL('patches/', WEB))) {
    // What each line of a patch is for.
    if (name === 'README.md') continue;
    try {
      applyPatch(name);
    } catch (error) {
      stderr.write(`patches/${name} does not apply: ${String(error)}\n`);
      exit(1);
    }
  }
}
