import { describe, expect, it } from 'vitest';

import type { GroupView, Member } from '../e2ee/group/group_keys';
import { makeLeafKey, type LeafKey } from '../e2ee/leaf_key';
import { parseService, type ServiceStatement } from '../e2ee/record/service_statement';
import { HandClock } from '../observable/hand_clock';
import { Subject } from '../observable/observable';
import type { Bytes } from '../protocol/bytes';
import type { Connection, Participant } from '../session/call';
import { NO_SETBACKS } from '../session/patience';
import { participantOf } from './call_in_memory';
import { GONE_AFTER_MS, ServiceWitness } from './service_witness';

const EPOCH_MS = 1_800_000_000_000;

/** Some people in one group, each with a device that watches; what one sends, `deliver` gives to another. */
async function meeting(count: number) {
  const clock = new HandClock();
  const keys = await Promise.all(Array.from({ length: count }, () => makeLeafKey()));
  const roster = keys.map(({ identity, publicKey }, index): Member => {
    return { index, identity, leafKey: publicKey, isHost: false };
  });
  const devices = roster.map((self, index) => deviceOf(clock, roster, self, keyAt(keys, index)));
  return { clock, roster, devices };
}

function deviceOf(clock: HandClock, roster: readonly Member[], self: Member, signer: LeafKey) {
  const everybody = roster.map(({ identity }) => participantOf(identity));
  const participants = new Subject<readonly Participant[]>(everybody);
  const connection = new Subject<Connection>({ kind: 'connected' });
  const view = new Subject<GroupView | undefined>({
    ...{ groupId: new Uint8Array(32), epoch: 1, roster, self },
    ...{ epochAuthenticator: new Uint8Array(32), treeHash: new Uint8Array(32) },
    acts: { head: new Uint8Array(32), count: 0, isComplete: true, hasToAsk: false, isLocked: false },
  });
  const sent: Bytes[] = [];
  const witness = new ServiceWitness({
    ...{ clock, signer, participants, connection, view },
    // As `performance.now` has fractions of milliseconds, and the wall has none.
    wallNow: () => EPOCH_MS + Math.floor(clock.now()),
    send: (body) => sent.push(body) > 0,
    onTaken: () => undefined,
  });
  const without = (gone: Member): void => {
    participants.set(everybody.filter(({ identity }) => identity !== gone.identity));
  };
  const back = (): void => {
    participants.set([...everybody]);
  };
  const trouble = (): void => {
    connection.set({ kind: 'trouble', sinceMs: clock.now(), attempt: 1, setbacks: NO_SETBACKS });
  };
  return { back, connection, self, sent, trouble, view, without, witness };
}

/** Signing takes a turn or some. */
async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 20));
}

describe('somebody who is gone without a goodbye', () => {
  it('is missed after ten seconds by each who is there, and told so when they are back', async () => {
    const { clock, roster, devices } = await meeting(3);
    const [first, second, gone] = three(devices);
    const lost = three(roster)[2];
    const sinceMs = clock.now();
    first.without(lost);
    second.without(lost);
    clock.pass(GONE_AFTER_MS - 1);
    await settle();
    expect(first.sent).toHaveLength(0);
    clock.pass(1);
    await settle();
    expect(read(first)).toMatchObject([{ kind: 'served', about: lost.leafKey }]);
    first.back();
    clock.pass(1_000);
    await settle();
    expect(first.sent).toHaveLength(2);
    for (const { self, sent } of [first, second]) {
      for (const body of sent) await gone.witness.take(self, body);
    }
    expect(gone.witness.witnessed(sinceMs)).toEqual({ attestations: 2, othersLost: 0 });
  });

  it('is not missed when they have left the group', async () => {
    const { clock, roster, devices } = await meeting(3);
    const [first] = three(devices);
    const left = three(roster)[2];
    first.without(left);
    const view = first.view.value;
    first.view.set(view && { ...view, roster: roster.slice(0, 2) });
    clock.pass(GONE_AFTER_MS);
    await settle();
    expect(first.sent).toHaveLength(0);
  });

  it('is not missed by who has lost the server, too', async () => {
    const { clock, roster, devices } = await meeting(3);
    const [first] = three(devices);
    first.without(three(roster)[2]);
    first.trouble();
    clock.pass(GONE_AFTER_MS);
    await settle();
    expect(first.sent).toHaveLength(0);
  });
});

describe('who has lost the server', () => {
  it('says so when they are back, and for how long', async () => {
    const { clock, devices } = await meeting(3);
    const [first, second] = three(devices);
    const sinceMs = clock.now();
    first.trouble();
    clock.pass(20_000.5);
    first.connection.set({ kind: 'connected' });
    await settle();
    const [said] = read(first);
    expect(said).toMatchObject({ kind: 'lost' });
    for (const body of first.sent) await second.witness.take(first.self, body);
    expect(second.witness.witnessed(sinceMs)).toEqual({ attestations: 0, othersLost: 1 });
  });

  it('says nothing of a hiccup', async () => {
    const { clock, devices } = await meeting(3);
    const [first] = three(devices);
    first.trouble();
    clock.pass(4_999);
    first.connection.set({ kind: 'connected' });
    await settle();
    expect(first.sent).toHaveLength(0);
  });
});

describe('a statement', () => {
  it('counts for nobody else’s signature, once for each signer, and only for its time', async () => {
    const { clock, devices } = await meeting(3);
    const [first, second, third] = three(devices);
    first.trouble();
    clock.pass(20_000);
    first.connection.set({ kind: 'connected' });
    await settle();
    const body = first.sent[0] ?? new Uint8Array();
    await second.witness.take(third.self, body);
    await second.witness.take(first.self, body.slice(1));
    expect(second.witness.statements).toHaveLength(0);
    await second.witness.take(first.self, body);
    await second.witness.take(first.self, body);
    expect(second.witness.witnessed(clock.now())).toEqual({ attestations: 0, othersLost: 1 });
    clock.pass(60_000);
    expect(second.witness.witnessed(clock.now())).toEqual({ attestations: 0, othersLost: 0 });
  });
});

function read({ self, sent }: ReturnType<typeof deviceOf>): (ServiceStatement | undefined)[] {
  return sent.map((body) => parseService(body, self.leafKey));
}

function three<T>(all: readonly T[]): [T, T, T] {
  const [first, second, third] = all;
  if (first === undefined || second === undefined || third === undefined) throw new Error('fewer');
  return [first, second, third];
}

function keyAt(keys: readonly LeafKey[], index: number): LeafKey {
  const key = keys[index];
  if (key === undefined) throw new Error('no such key');
  return key;
}
