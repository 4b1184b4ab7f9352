import { describe, expect, it } from 'vitest';

import { seeded } from './frames_in_memory';
import type { EpochCause } from '../group/epoch_secret';
import { mayJoinerSend, MediaEpochs } from './media_epochs';

/** What happens, at a time in milliseconds: an epoch begins, somebody has signed, or time passes. */
type Event =
  | readonly [atMs: number, epoch: number, cause: EpochCause, others: string]
  | readonly [atMs: number, who: string, epoch: number]
  /** Somebody has signed to have come as far as an epoch. */
  | readonly [atMs: number, reached: { readonly who: string; readonly epoch: number }]
  /** It becomes known who the hosts are. */
  | readonly [atMs: number, known: 'hosts']
  | readonly [atMs: number];

const HOSTS = new Set(['H', 'I']);
const NOBODY = new Set<string>();

/** What is done at which time: an alarm is set for each `dueMs`, as whoever drives it does. */
function played(events: readonly Event[], isHost = false): string[] {
  const epochs = new MediaEpochs(isHost);
  const areKnownLater = events.some((event) => event[1] === 'hosts');
  const done: string[] = [];
  const note = (atMs: number, steps: ReturnType<MediaEpochs['tick']>): void => {
    for (const step of steps) {
      const epoch = 'epoch' in step ? ` ${String(step.epoch)}` : '';
      const anew = step.kind === 'switch' && step.isForNewcomers ? ' anew' : '';
      done.push(`${String(atMs)} ${step.kind}${epoch}${anew}`);
    }
  };
  const ring = (untilOrAtMs: number): void => {
    for (let due = epochs.dueMs; due !== undefined && due < untilOrAtMs; due = epochs.dueMs) {
      note(due, epochs.tick(due));
    }
  };
  for (const event of events) {
    const [atMs] = event;
    ring(atMs);
    if (event.length === 4) {
      const [, epoch, cause, others] = event;
      const hosts = areKnownLater ? NOBODY : HOSTS;
      note(atMs, epochs.enter({ epoch, cause, others: new Set(others), hosts }, atMs));
    } else if (event.length === 3) {
      note(atMs, epochs.hear(event[1], event[2], atMs));
    } else if (event.length === 2 && event[1] !== 'hosts') {
      note(atMs, epochs.reach(event[1].who, event[1].epoch, atMs));
    } else if (event.length === 2) {
      note(atMs, epochs.know(HOSTS, atMs));
    } else {
      note(atMs, epochs.tick(atMs));
    }
  }
  ring(20_000);
  return done;
}

/** Somebody who sends in epoch 1 since 0 ms, alone or not. */
const ALONE: Event = [0, 1, 'entry', ''];
const SENDING = ['0 stop', '0 install 1', '0 switch 1 anew'];

const STORIES: readonly (readonly [string, readonly Event[], readonly string[]])[] = [
  ['who makes the group sends at once', [ALONE], SENDING],
  [
    'a key is received with at once, and sent with when all have it',
    [ALONE, [5000, 2, 'join', 'B'], [5400, 'B', 2]],
    [...SENDING, '5000 install 2', '5400 switch 2 anew'],
  ],
  [
    'nobody is waited for longer than a second',
    [ALONE, [5000, 2, 'join', 'BC'], [5400, 'B', 2]],
    [...SENDING, '5000 install 2', '6000 switch 2 anew'],
  ],
  [
    'joins change the key once a second, however many they are and whoever is ready',
    [
      ALONE,
      [5000, 2, 'join', 'B'],
      [5100, 'B', 2],
      [5200, 3, 'join', 'BC'],
      [5300, 'B', 3],
      [5310, 'C', 3],
      [5500, 4, 'join', 'BCD'],
      [5600, 'B', 4],
      [5600, 'C', 4],
      [5600, 'D', 4],
    ],
    [
      ...SENDING,
      '5000 install 2',
      '5100 switch 2 anew',
      '5200 install 3',
      '5500 install 4',
      '6100 switch 4 anew',
    ],
  ],
  [
    'those who come later do not make those before them wait longer',
    [ALONE, [5000, 2, 'join', 'B'], [5900, 3, 'join', 'BC']],
    [...SENDING, '5000 install 2', '5900 install 3', '6000 switch 3 anew'],
  ],
  [
    'who has come less far goes on hearing: it is sent in the latest epoch that all have reached',
    [
      ALONE,
      [5000, 2, 'join', 'BC'],
      [5010, 'B', 2],
      [5010, 'C', 2],
      [7000, 3, 'join', 'BCD'],
      [7200, 4, 'join', 'BCDE'],
      [7400, 5, 'join', 'BCDEF'],
      [7500, 'B', 5],
      [7700, { who: 'C', epoch: 3 }],
      [8500, 'C', 5],
    ],
    [
      ...SENDING,
      '5000 install 2',
      '5010 switch 2 anew',
      '7000 install 3',
      '7200 install 4',
      '7400 install 5',
      '8000 switch 3 anew',
      '9000 switch 5 anew',
    ],
  ],
  [
    'who was there and is slow is waited for, but not longer than three seconds, and once',
    [
      ALONE,
      [1000, 2, 'join', 'B'],
      [1010, 'B', 2],
      [5000, 3, 'join', 'BC'],
      [5010, 'C', 3],
      [9000, 4, 'join', 'BCD'],
      [9010, 'C', 4],
    ],
    [
      ...SENDING,
      '1000 install 2',
      '1010 switch 2 anew',
      '5000 install 3',
      '8000 switch 3 anew',
      '9000 install 4',
      '10000 switch 4 anew',
    ],
  ],
  [
    'who was slow and comes after all is sent to at once',
    [ALONE, [1000, 2, 'join', 'B'], [1010, 'B', 2], [5000, 3, 'join', 'BC'], [6500, { who: 'B', epoch: 3 }]],
    [
      ...SENDING,
      '1000 install 2',
      '1010 switch 2 anew',
      '5000 install 3',
      '6500 switch 3 anew',
    ],
  ],
  [
    'who was removed hears nothing 300 ms later, whoever is not ready',
    [ALONE, [5000, 2, 'removal', 'B']],
    [...SENDING, '5000 install 2', '5300 switch 2'],
  ],
  [
    'a removal is not held up by a join right before it, nor by one after it',
    [
      ALONE,
      [5000, 2, 'join', 'BC'],
      [5050, 'B', 2],
      [5050, 'C', 2],
      [5100, 3, 'removal', 'B'],
      [5200, 4, 'join', 'BD'],
    ],
    [
      ...SENDING,
      '5000 install 2',
      '5050 switch 2 anew',
      '5100 install 3',
      '5200 install 4',
      '5400 switch 3',
      '6400 switch 4 anew',
    ],
  ],
  [
    'a removal waits for nobody who lags behind, and cuts off as few as it can',
    [
      ALONE,
      [5000, 2, 'join', 'BCX'],
      [5010, 'B', 2],
      [5010, 'C', 2],
      [5010, 'X', 2],
      [7000, 3, 'removal', 'BC'],
      [7050, 4, 'join', 'BCD'],
      [7100, 5, 'join', 'BCDE'],
      [7200, { who: 'B', epoch: 4 }],
      [7250, { who: 'C', epoch: 3 }],
      [8400, { who: 'C', epoch: 4 }],
    ],
    [
      ...SENDING,
      '5000 install 2',
      '5010 switch 2 anew',
      '7000 install 3',
      '7050 install 4',
      '7100 install 5',
      '7300 switch 3',
      '8400 switch 4 anew',
      '11400 switch 5 anew',
    ],
  ],
  [
    'a removal takes effect as soon as all who are left have the key',
    [ALONE, [5000, 2, 'join', 'BC'], [5100, 3, 'removal', 'B'], [5150, 'B', 3]],
    [...SENDING, '5000 install 2', '5100 install 3', '5150 switch 3 anew'],
  ],
  [
    'who is left alone goes on with a new key at once',
    [ALONE, [5000, 2, 'join', 'B'], [5100, 'B', 2], [5200, 3, 'removal', '']],
    [...SENDING, '5000 install 2', '5100 switch 2 anew', '5200 install 3', '5200 switch 3'],
  ],
  [
    'new keys for one member wait for all, as a join does',
    [ALONE, [5000, 2, 'refresh', 'B'], [5300, 'B', 2]],
    [...SENDING, '5000 install 2', '5300 switch 2'],
  ],
  [
    'what was signed in another epoch, or by who is no member, says nothing',
    [
      ALONE,
      [5000, 2, 'join', 'B'],
      [5100, 'B', 1],
      [5100, 'B', 3],
      [5200, 'X', 2],
    ],
    [...SENDING, '5000 install 2', '6000 switch 2 anew'],
  ],
  [
    'an epoch that is not later changes nothing',
    [ALONE, [5000, 1, 'removal', 'B'], [5100, 0, 'join', 'B']],
    SENDING,
  ],
  [
    'a joiner sends nothing until the host has signed in that epoch',
    [[0, 7, 'entry', 'HBCD'], [50, 'B', 7], [60, 'H', 6], [5000], [6000, 'H', 7]],
    ['0 stop', '0 install 7', '6000 switch 7 anew'],
  ],
  [
    'or more than half of the others',
    [[0, 7, 'entry', 'BCDE'], [50, 'B', 7], [60, 'C', 7], [5000], [6000, 'D', 7]],
    ['0 stop', '0 install 7', '6000 switch 7 anew'],
  ],
  [
    'who signs in a later epoch has signed, too, and who has gone has not',
    [
      [0, 7, 'entry', 'BCD'],
      [50, 'B', 7],
      [100, 8, 'removal', 'CD'],
      [150, 'C', 8],
      [200, 9, 'join', 'CDE'],
      [250, 'D', 9],
    ],
    ['0 stop', '0 install 7', '100 install 8', '200 install 9', '250 switch 9 anew'],
  ],
  [
    'who does not know yet who the host is sends once it is known, if the host has signed',
    [[0, 7, 'entry', 'HB'], [100, 'H', 7], [5000], [6000, 'hosts']],
    ['0 stop', '0 install 7', '6000 switch 7 anew'],
  ],
  [
    'that somebody is the host does not let anybody send before the host has signed',
    [[0, 7, 'entry', 'HB'], [6000, 'hosts'], [7000, 'H', 7]],
    ['0 stop', '0 install 7', '7000 switch 7 anew'],
  ],
  [
    'who comes in anew stops sending, and waits as a joiner does',
    [ALONE, [5000, 2, 'join', 'H'], [5010, 'H', 2], [9000, 6, 'entry', 'HB'], [9100, 'H', 6]],
    [
      ...SENDING,
      '5000 install 2',
      '5010 switch 2 anew',
      '9000 stop',
      '9000 install 6',
      '9100 switch 6 anew',
    ],
  ],
  [
    'a group that is made anew has none of the old keys',
    [ALONE, [5000, 2, 'join', 'B'], [5010, 'B', 2], [9000, 0, 'entry', '']],
    [
      ...SENDING,
      '5000 install 2',
      '5010 switch 2 anew',
      '9000 forget',
      '9000 install 0',
      '9000 switch 0 anew',
    ],
  ],
];

describe('keys', () => {
  it.each(STORIES)('%s', (_, events, done) => {
    expect(played(events)).toEqual(done);
  });

  it('of a host who comes back wait for no earlier device of the host’s own', () => {
    const events: Event[] = [[0, 7, 'entry', 'HBI'], [100, 'hosts'], [5000, 'B', 7]];
    expect(played(events, true)).toEqual(['0 stop', '0 install 7', '5000 switch 7 anew']);
    expect(played(events)).toEqual(['0 stop', '0 install 7']);
  });

  it('are never sent with before they are received with, and never again', () => {
    const random = seeded(5);
    for (let round = 0; round < 100; round++) {
      const events: Event[] = [ALONE];
      let epoch = 1;
      for (let atMs = 100; atMs < 8_000; atMs += Math.ceil(random() * 400)) {
        const cause = (['join', 'removal', 'refresh'] as const)[round % 3] ?? 'join';
        events.push(
          random() < 0.5 ? [atMs, ++epoch, cause, 'BC'] : [atMs, 'BC'[round % 2] ?? 'B', epoch],
        );
      }
      const installed = new Set<string>();
      let sending = 0;
      for (const step of played(events)) {
        const [, kind, name = ''] = step.split(' ');
        if (kind === 'install') installed.add(name);
        if (kind === 'switch') {
          expect(installed).toContain(name);
          expect(Number(name)).toBeGreaterThan(sending);
          sending = Number(name);
        }
      }
      expect(sending).toBe(epoch);
    }
  });
});

describe('a joiner', () => {
  it.each([
    ['', '', true],
    ['B', '', false],
    ['B', 'B', true],
    ['BC', 'B', false],
    ['BC', 'BC', true],
    ['BCD', 'BC', true],
    ['HBCDE', 'H', true],
    ['BCDE', 'H', false],
    ['BCDE', 'BCX', false],
  ])('among %s, of whom %s have signed, may send: %s', (others, signed, may) => {
    expect(mayJoinerSend(new Set(others), HOSTS, new Set(signed), false)).toBe(may);
  });
});
