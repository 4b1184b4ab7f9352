import { readFileSync } from 'node:fs';

import { expect, it } from 'vitest';

import { overwriteGetLocale } from '../../messages/runtime.js';
import { pictures } from './emoji';

it.each(['en', 'de'] as const)('has 64 pictures that differ, with names that differ (%s)', (locale) => {
  overwriteGetLocale(() => locale);
  const all = pictures();
  expect(new Set(all.map(({ emoji }) => emoji)).size).toBe(64);
  expect(new Set(all.map(({ name }) => name)).size).toBe(64);
  expect(all.every(({ name }) => name.length > 1 && name.length < 20)).toBe(true);
});

it('has them in the order of the protocol', () => {
  const document = readFileSync(new URL('../../../../protocol/group.md', import.meta.url), 'utf8');
  const lines = document.split('\n').filter((line) => /^ {4}[🐶🎩]/u.test(line));
  const listed = lines.join('').replaceAll(' ', '');
  expect(pictures().map(({ emoji }) => emoji).join('')).toBe(listed);
});
