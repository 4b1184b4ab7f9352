import { expect, it } from 'vitest';

import { initialsOf } from './initials';

it.each([
  ['Maria', 'M'],
  ['maria joaquina', 'MJ'],
  ['Li  Wei  Chen', 'LC'],
  ['Ана Петровић', 'АП'],
  ['👩‍👩‍👧 Family', '👩‍👩‍👧F'],
  ['  ', ''],
])('someone called %j is shown as %j', (name, initials) => {
  expect(initialsOf(name)).toBe(initials);
});
