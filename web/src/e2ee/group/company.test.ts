import { describe, expect, it } from 'vitest';

import { HandClock } from '../../observable/hand_clock';
import type { Whereabouts } from './apart';
import { ALONE_AFTER_MS, APART_AFTER_MS, Company } from './company';
import type { GroupView } from './group_keys';

const LOOK_MS = 1_000;

function setUp() {
  const clock = new HandClock();
  const strays: string[] = [];
  const facts = { here: new Set<string>(), elsewhere: new Set<string>() };
  const view = { epoch: 3, roster: ['D', 'A', 'B'] } as unknown as GroupView;
  const whereabouts = (): Whereabouts => ({ self: 'D', isNew: false, hosts: new Set(), ...facts });
  const company = new Company({
    ...{ clock, whereabouts },
    view: () => view,
    onStray: (how) => strays.push(how),
  });
  /** Time in which the device looks around, as it does. */
  const pass = (ms: number): void => {
    for (let left = ms; left > 0; left -= LOOK_MS) {
      clock.pass(LOOK_MS);
      company.look();
    }
  };
  return { clock, company, facts, pass, strays, view };
}

describe('a device that nobody acknowledges', () => {
  it('joins anew three times, each time later, and leaves it at that', () => {
    const { clock, company, strays, view } = setUp();
    for (const tries of [0, 1, 2]) {
      company.watch(view);
      clock.pass(ALONE_AFTER_MS * 2 ** tries - 1);
      expect(strays).toHaveLength(tries);
      clock.pass(1);
      expect(strays).toHaveLength(tries + 1);
    }
    company.watch(view);
    clock.pass(600_000);
    expect(strays).toEqual(['alone', 'alone', 'alone']);
  });

  it('stays where one of the others is, and where there are no others', () => {
    const { clock, company, facts, strays, view } = setUp();
    company.watch(view);
    facts.here = new Set(['A']);
    clock.pass(ALONE_AFTER_MS);
    company.watch({ ...view, roster: view.roster.slice(0, 1) });
    clock.pass(ALONE_AFTER_MS);
    expect(strays).toEqual([]);
  });
});

describe('a device whose others are elsewhere', () => {
  it('gives them a while to come back, then goes to them', () => {
    const { facts, pass, strays } = setUp();
    facts.elsewhere = new Set(['A', 'B']);
    pass(APART_AFTER_MS);
    facts.elsewhere = new Set();
    pass(APART_AFTER_MS);
    expect(strays).toEqual([]);
    facts.elsewhere = new Set(['A', 'B']);
    pass(APART_AFTER_MS + LOOK_MS);
    expect(strays).toEqual(['apart']);
  });

  it('goes three times, each time later, and again once it has been with them for a minute', () => {
    const { facts, pass, strays } = setUp();
    facts.elsewhere = new Set(['A', 'B']);
    pass(600_000);
    expect(strays).toEqual(['apart', 'apart', 'apart']);
    facts.elsewhere = new Set();
    facts.here = new Set(['A', 'B']);
    pass(62_000);
    [facts.here, facts.elsewhere] = [new Set(), new Set(['A', 'B'])];
    pass(APART_AFTER_MS + LOOK_MS);
    expect(strays).toHaveLength(4);
  });
});
