import { describe, expect, it } from 'vitest';

import { isApart, type Whereabouts } from './apart';

const HOST = 'H';

/** `here` and `there` are names in one letter each; oneself is D. */
function apart(here: string, there: string, more: Partial<Whereabouts> = {}): boolean {
  const [hereSet, elsewhere] = [new Set(here), new Set(there)];
  const facts = { self: 'D', isNew: false, here: hereSet, elsewhere, hosts: new Set<string>() };
  return isApart({ ...facts, ...more });
}

describe('a device', () => {
  it.each([
    ['', '', false, 'nobody is heard'],
    ['AB', '', false, 'all are here'],
    ['', 'E', false, 'one here and one there, and this one is first'],
    ['', 'A', true, 'one here and one there, and the other is first'],
    ['', 'EF', true, 'more are there'],
    ['E', 'F', false, 'more are here, it is first'],
    ['E', 'A', true, 'it alone makes the difference, the first is there'],
    ['EF', 'G', false, 'more are here'],
    ['EF', 'A', false, 'more are here, whoever is first'],
    ['E', 'ABC', true, 'more are there'],
    ['A', 'BC', false, 'as many, the first is here'],
    ['B', 'AC', true, 'as many, the first is there'],
  ])('with %j, and %j elsewhere, is apart: %j (%s)', (here, there, expected) => {
    expect(apart(here, there)).toBe(expected);
  });

  it('that nobody has acknowledged yields to as many', () => {
    expect(apart('', 'E', { isNew: true })).toBe(true);
    expect(apart('E', 'F', { isNew: true })).toBe(true);
    expect(apart('EF', 'G', { isNew: true })).toBe(false);
  });

  it('goes to where the host is, however few are there', () => {
    const hosts = new Set([HOST]);
    expect(apart('ABCEFG', 'H', { hosts })).toBe(true);
    expect(apart('H', 'ABCEFG', { hosts })).toBe(false);
  });

  it('of the host stays once somebody has acknowledged it, and goes by numbers before', () => {
    const hosts = new Set(['D']);
    expect(apart('E', 'ABC', { hosts })).toBe(false);
    expect(apart('', 'ABC', { hosts, isNew: true })).toBe(true);
  });

  it('of one of two hosts goes to the first of them, and the other stays', () => {
    const hosts = new Set(['D', HOST]);
    expect(apart('E', 'H', { hosts })).toBe(false);
    expect(apart('E', 'D', { self: HOST, hosts })).toBe(true);
  });

  it('and another one never both stay, wherever people are', () => {
    const people = ['A', 'B', 'C', 'D', 'E'];
    for (let mask = 1; mask < 2 ** people.length - 1; mask += 1) {
      const side = (bit: number): string[] => people.filter((_, at) => ((mask >> at) & 1) === bit);
      const stays = [0, 1].filter((bit) => {
        const there = new Set(side(1 - bit));
        return side(bit).some((self) => {
          const here = new Set(side(bit).filter((one) => one !== self));
          return !isApart({ self, isNew: false, here, elsewhere: there, hosts: new Set() });
        });
      });
      expect(stays.length, side(1).join('')).toBeLessThanOrEqual(1);
    }
  });
});
