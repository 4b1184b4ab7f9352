import { expect, it } from 'vitest';

import type { GroupView, Member } from '../e2ee/group/group_keys';
import { Subject } from '../observable/observable';
import { Stays } from './stays';

const NAMES: Readonly<Record<string, string>> = { ana: 'Ana', bo: 'Bo' };

function memberOf(identity: string, index: number): Member {
  return { index, identity, leafKey: new Uint8Array(32).fill(index), isHost: index === 0 };
}

const ANA = memberOf('ana', 0);
const BO = memberOf('bo', 1);
const CY = memberOf('cy', 2);

function group() {
  const view = new Subject<GroupView | undefined>(undefined);
  let nowMs = 0;
  const stays = new Stays({ view, wallNow: () => nowMs, nameOf: (identity) => NAMES[identity] });
  const at = (ms: number, ...roster: Member[]): void => {
    nowMs = ms;
    view.set({
      ...{ groupId: new Uint8Array(32), epoch: ms, roster, self: ANA },
      ...{ epochAuthenticator: new Uint8Array(32), treeHash: new Uint8Array(32) },
      acts: { head: new Uint8Array(32), count: 0, isComplete: true, hasToAsk: false, isLocked: false },
    });
  };
  const shown = (): unknown =>
    stays.all.map(({ called, isHost, fromMs, untilMs }) => [called, isHost, fromMs, untilMs]);
  return { at, shown, stays, view };
}

it('who came and went stands there with both times, and once for each time they were in', () => {
  const { at, shown } = group();
  at(10, ANA);
  at(15, ANA, BO);
  at(20, ANA);
  at(30, ANA, BO, CY);
  expect(shown()).toEqual([
    ['Ana', true, 10, undefined],
    ['Bo', false, 15, 20],
    ['Bo', false, 30, undefined],
    [undefined, false, 30, undefined],
  ]);
});

it('who was there stays noted when this device is in the group no more', () => {
  const { at, shown, view } = group();
  at(10, ANA, BO);
  view.set(undefined);
  expect(shown()).toEqual([
    ['Ana', true, 10, undefined],
    ['Bo', false, 10, undefined],
  ]);
});

it('people who come and go all day don’t make it grow without end', () => {
  const { at, stays } = group();
  for (let round = 0; round < 2_200; round += 1) {
    if (round % 2 === 0) at(round, ANA, BO);
    else at(round, ANA);
  }
  expect(stays.all).toHaveLength(1_000);
  expect(stays.all.at(-1)?.untilMs).toBe(2_199);
});
