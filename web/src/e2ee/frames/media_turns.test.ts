import { describe, expect, it } from 'vitest';

import { HandClock } from '../../observable/hand_clock';
import type { EpochCause } from '../group/epoch_secret';
import { epochOf } from './frames_in_memory';
import { MediaTurns } from './media_turns';

const PLACES = new Map([
  ['ana', 0],
  ['ben', 1],
  ['cem', 2],
]);

function turns() {
  const clock = new HandClock();
  const began = clock.now();
  const done: string[] = [];
  const note = (what: string): void => {
    done.push(`${String(clock.now() - began)} ${what}`);
  };
  const keys = {
    install: ({ epoch }: { epoch: number }) => {
      note(`install ${String(epoch)}`);
      return Promise.resolve(true);
    },
    switchTo: (epoch: number) => {
      note(`switch ${String(epoch)}`);
    },
    stop: () => {
      note('stop');
    },
    forget: () => {
      note('forget');
    },
  };
  return { clock, done, turns: new MediaTurns('ana', false, keys, clock) };
}

function epoch(
  number: number,
  cause: EpochCause,
  ...members: string[]
): Parameters<MediaTurns['enter']>[0] {
  const roster = members.map((identity) => {
    const index = PLACES.get(identity) ?? 9;
    return { index, identity, leafKey: new Uint8Array(32), isHost: false };
  });
  return { view: { epoch: number, roster }, cause, exported: epochOf(number).exported };
}

describe('media', () => {
  it('go from epoch to epoch by the clock', async () => {
    const { clock, done, turns: ana } = turns();
    await ana.enter(epoch(1, 'entry', 'ana'));
    clock.pass(2_000);
    await ana.enter(epoch(2, 'join', 'ana', 'ben'));
    clock.pass(400);
    ana.hear('ben', 2);
    clock.pass(2_000);
    await ana.enter(epoch(3, 'removal', 'ana', 'cem'));
    clock.pass(5_000);
    expect(done).toEqual([
      '0 stop',
      '0 install 1',
      '0 switch 1',
      '2000 install 2',
      '2400 switch 2',
      '4400 install 3',
      '4700 switch 3',
    ]);
    expect(clock.waiting).toBe(0);
  });

  it('keep no secret of an epoch that is not taken', async () => {
    const { done, turns: ana } = turns();
    await ana.enter(epoch(4, 'entry', 'ana'));
    const before = done.length;
    const late = epoch(3, 'join', 'ana', 'ben');
    await ana.enter(late);
    expect(late.exported.every((byte) => byte === 0)).toBe(true);
    expect(done).toHaveLength(before);
  });

  it('end when the group is left, and nothing begins them again', async () => {
    const { clock, done, turns: ana } = turns();
    await ana.enter(epoch(1, 'entry', 'ana'));
    clock.pass(2_000);
    await ana.enter(epoch(2, 'join', 'ana', 'ben'));
    ana.close();
    expect(done.at(-1)).toBe('2000 forget');
    const before = done.length;
    ana.hear('ben', 2);
    const next = epoch(3, 'join', 'ana', 'ben');
    await ana.enter(next);
    clock.pass(5_000);
    expect(done).toHaveLength(before);
    expect(next.exported.every((byte) => byte === 0)).toBe(true);
    expect(clock.waiting).toBe(0);
  });
});
