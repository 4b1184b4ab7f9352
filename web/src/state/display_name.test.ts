import { expect, it } from 'vitest';

import { readName } from './display_name';

it.each([
  ['Maria', 'Maria'],
  ['  Li Wei ', 'Li Wei'],
  ['Ана Петровић', 'Ана Петровић'],
  ['مريم', 'مريم'],
  ['👩‍👩‍👧 family', '👩‍👩‍👧 family'],
  ['x'.repeat(64), 'x'.repeat(64)],
  ['😀'.repeat(64), '😀'.repeat(64)],
])('%s is a name', (typed, name) => {
  expect(readName(typed)).toEqual({ kind: 'name', name });
});

it.each([
  ['', 'empty'],
  ['   ', 'empty'],
  ['\u200b\u2060', 'empty'],
  ['\u3164', 'empty'],
  ['x'.repeat(65), 'too-long'],
  ['😀'.repeat(65), 'too-long'],
  ['Ma\u0000ria', 'control-characters'],
  ['Ma\nria', 'control-characters'],
  ['Ma\u0085ria', 'control-characters'],
  ['\u202eairaM', 'control-characters'],
  ['Ma\ud800ria', 'control-characters'],
])('%j is none: %s', (typed, problem) => {
  expect(readName(typed)).toEqual({ kind: 'problem', problem });
});
