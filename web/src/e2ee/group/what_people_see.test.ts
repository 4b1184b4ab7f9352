import { describe, expect, it, vi } from 'vitest';

import { randomBytes } from '../../protocol/bytes';
import { Comparison, ComparisonError } from './comparison';
import { HealthWatch } from './group_health';
import type { GroupView, Member } from './group_keys';
import { HeartbeatChain } from './heartbeat';
import { encodeHistory, HistoryCollector, parseHistory } from './history';
import { TestOrder } from './members_in_memory';
import { Presence } from './ranks';
import { comparedNow, safetyCodeOf, sinceCompared } from './safety_code';
import { SequenceWindow } from './sequence_window';

// Thousands of signatures, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 });

function member(identity: string, index: number, isHost = false): Member {
  return { identity, index, isHost, leafKey: new Uint8Array(32) };
}

describe('the safety code', () => {
  it('is the same for all, and another one in each epoch', async () => {
    const order = await TestOrder.of(3);
    const codes = async (): Promise<string[]> =>
      Promise.all(
        order.members.map(async ({ keys }) => {
          const view = await keys.view();
          if (view === undefined) throw new Error('no member');
          return (await safetyCodeOf(view)).groups.join(' ');
        }),
      );
    const before = await codes();
    expect(new Set(before).size).toBe(1);
    expect(before[0]).toMatch(/^\d{5}( \d{5}){7}$/);
    await order.commit(await order.member(1).keys.prepareRefresh());
    expect(await codes()).not.toContain(before[0]);
  });

  it('changes with the roster alone, and with the secrets alone', async () => {
    const view = {
      groupId: randomBytes(32),
      epoch: 1,
      epochAuthenticator: randomBytes(32),
      roster: [member('A', 0), member('B', 1)],
    };
    const { qr } = await safetyCodeOf(view);
    const moved = { ...view, roster: [member('A', 0), member('B', 2)] };
    expect((await safetyCodeOf(moved)).qr).not.toBe(qr);
    expect((await safetyCodeOf({ ...view, epochAuthenticator: randomBytes(32) })).qr).not.toBe(qr);
  });

  it('need not be compared again while the same people are there', () => {
    const compared = comparedNow({ roster: [member('A', 0), member('B', 1)] });
    expect(sinceCompared(compared, { roster: [member('B', 3), member('A', 0)] }).isSame).toBe(true);
    expect(sinceCompared(compared, { roster: [member('A', 0), member('C', 1)] })).toEqual({
      isSame: false,
      came: ['C'],
      went: ['B'],
    });
  });
});

describe('comparing emoji', () => {
  const groupId = randomBytes(32);
  const [ana, ben] = [randomBytes(32), randomBytes(32)];

  it('shows both the same seven', async () => {
    const one = new Comparison({ groupId, own: ana, other: ben });
    const other = new Comparison({ groupId, own: ben, other: ana });
    const commitment = await one.begin();
    const answer = await other.take(commitment.send ?? ana);
    expect(answer.emoji).toBeUndefined();
    const opening = await one.take(answer.send ?? ana);
    const end = await other.take(opening.send ?? ana);
    expect(end.emoji).toEqual(opening.emoji);
    expect(end.emoji).toHaveLength(7);
  });

  it('shows others to who sees another key', async () => {
    const one = new Comparison({ groupId, own: ana, other: ben });
    const other = new Comparison({ groupId, own: ben, other: ana });
    const { send } = await one.begin();
    // Somebody in between has given the other side another key of theirs.
    const between = randomBytes(32);
    const wrong = new Comparison({ groupId, own: ben, other: between });
    const answer = await wrong.take(send ?? ana);
    const opening = await one.take(replaced(answer.send ?? ana, ana));
    await expect(wrong.take(opening.send ?? ana)).rejects.toThrow(ComparisonError);
    expect((await other.take(opening.send ?? ana)).emoji).toBeUndefined();
  });

  it('fails for who opens something else than they committed to', async () => {
    const one = new Comparison({ groupId, own: ana, other: ben });
    const other = new Comparison({ groupId, own: ben, other: ana });
    await other.take((await one.begin()).send ?? ana);
    const second = new Comparison({ groupId, own: ana, other: ben });
    await second.begin();
    const answer = Uint8Array.of(2, ...ana, ...randomBytes(32));
    const { send } = await second.take(answer);
    await expect(other.take(send ?? ana)).rejects.toThrow(ComparisonError);
  });

  function replaced(body: Uint8Array, to: Uint8Array): Uint8Array<ArrayBuffer> {
    return Uint8Array.of(...body.slice(0, 1), ...to, ...body.slice(33));
  }
});

describe('how the group is', () => {
  it('is silent after three heartbeats, cut after ten, and well for who is alone', () => {
    const watch = new HealthWatch(0);
    expect(watch.health(29_999, false)).toEqual({ kind: 'well' });
    expect(watch.health(30_000, false)).toEqual({ kind: 'silent', sinceMs: 0 });
    expect(watch.health(100_000, false)).toEqual({ kind: 'cut', sinceMs: 0 });
    expect(watch.health(100_000, true)).toEqual({ kind: 'well' });
    watch.heard('A', 1, true, 100_000);
    expect(watch.health(100_001, false)).toEqual({ kind: 'well' });
  });

  it('stays diverged until who differed agrees in a later epoch, or goes', () => {
    const watch = new HealthWatch(0);
    watch.heard('A', 4, false, 1);
    watch.heard('A', 4, true, 2);
    watch.heard('B', 4, true, 2);
    expect(watch.health(3, false)).toEqual({ kind: 'diverged', identities: ['A'] });
    watch.heard('A', 5, true, 4);
    expect(watch.health(5, false)).toEqual({ kind: 'well' });
    watch.heard('B', 5, false, 6);
    watch.forget('B');
    expect(watch.health(7, false)).toEqual({ kind: 'well' });
  });

  it('is a stale epoch only when it lasts', () => {
    const watch = new HealthWatch(0);
    const later = { epoch: 6, position: 1, agrees: false, isSelf: false, isByHost: false };
    watch.acknowledged({ identity: 'A', ...later }, 5, 1_000);
    expect(watch.health(5_999, false)).toEqual({ kind: 'well' });
    expect(watch.health(6_000, false)).toEqual({ kind: 'stale-epoch', sinceMs: 1_000 });
    watch.moved();
    expect(watch.health(6_001, false)).toEqual({ kind: 'well' });
  });
});

describe('who is elsewhere', () => {
  const NOBODY = new Set<string>();
  const later = { epoch: 6, position: 1, agrees: false, isSelf: false, isByHost: false };

  it('has signed another epoch that has not come in five seconds, or something else for this one', () => {
    const watch = new HealthWatch(0);
    watch.acknowledged({ identity: 'A', ...later }, 5, 0);
    expect([...watch.elsewhere(NOBODY, 4_999)]).toEqual([]);
    expect([...watch.elsewhere(NOBODY, 5_000)]).toEqual(['A']);
    watch.acknowledged({ identity: 'B', ...later, epoch: 5 }, 5, 0);
    expect([...watch.elsewhere(NOBODY, 5_000)]).toEqual(['B', 'A']);
    watch.moved();
    expect([...watch.elsewhere(NOBODY, 9_000)]).toEqual(['B']);
  });

  it('is nobody who has these keys, unless they have gone on', () => {
    const watch = new HealthWatch(0);
    const here = new Set(['A', 'B']);
    // A heartbeat that did not come here is missing, and nothing else.
    watch.heard('A', 5, false, 0);
    watch.acknowledged({ identity: 'B', ...later }, 5, 0);
    expect([...watch.elsewhere(here, 5_000)]).toEqual(['B']);
  });

  it('is so after this device has joined anew, until they sign that they are with it', () => {
    const watch = new HealthWatch(0);
    watch.heard('A', 40, false, 0);
    watch.restart(1_000);
    expect([...watch.elsewhere(NOBODY, 1_000)]).toEqual(['A']);
    // A group that is made anew begins to count anew.
    watch.heard('A', 2, true, 2_000);
    expect([...watch.elsewhere(NOBODY, 2_000)]).toEqual([]);
  });
});

describe('heartbeats', () => {
  const heartbeat = {
    number: 1,
    isLocked: false,
    hasToAsk: false,
    treeHash: new Uint8Array(32),
    actHead: new Uint8Array(32),
    checkpoint: new Uint8Array(),
  };

  // Symptom: "diverged" right after a host came. Its first heartbeat had crossed somebody's. Who: anybody.
  it('of who has heard none yet contradict nobody', () => {
    const chain = new HeartbeatChain();
    expect(chain.follow({ ...heartbeat, previous: new Uint8Array(32) }, randomBytes(32))).toBe(true);
    expect(chain.follow({ ...heartbeat, previous: new Uint8Array(32) }, randomBytes(32))).toBe(true);
  });

  it('follow any of the last ones, and no others', () => {
    const chain = new HeartbeatChain();
    const digests = Array.from({ length: 3 }, () => randomBytes(32));
    const [first = randomBytes(32), second = first] = digests;
    expect(chain.follow({ ...heartbeat, previous: randomBytes(32) }, first)).toBe(true);
    expect(chain.follow({ ...heartbeat, previous: first }, second)).toBe(true);
    expect(chain.follow({ ...heartbeat, previous: first }, randomBytes(32))).toBe(true);
    expect(chain.follow({ ...heartbeat, previous: randomBytes(32) }, randomBytes(32))).toBe(false);
  });
});

describe('who acts first', () => {
  it('is a host, then who is there longest, then the lower leaf', () => {
    const presence = new Presence();
    const people = [member('C', 2), member('A', 0)];
    const view = (roster: readonly Member[], self: number, epoch: number): GroupView =>
      ({ epoch, roster, self: roster[self] }) as unknown as GroupView;
    presence.update(view(people, 0, 4));
    // Somebody new takes the first leaf, and a host the last one.
    const all = [...people.slice(0, 1), member('N', 1), member('A', 0), member('H', 5, true)];
    presence.update(view(all, 0, 5));
    expect(all.map((_, at) => presence.rank(view(all, at, 5)))).toEqual([2, 3, 1, 0]);
  });
});

describe('sequence numbers', () => {
  it('count once, also when they come late, and say what was held back', () => {
    const window = new SequenceWindow();
    expect([5, 6, 8].map((one) => window.take(one))).toEqual([true, true, true]);
    expect(window.missing).toBe(1);
    expect([5, 7, 7, 4, 0].map((one) => window.take(one))).toEqual([false, true, false, true, false]);
    expect(window.missing).toBe(0);
    expect(window.take(200)).toBe(true);
    expect(window.take(136)).toBe(false);
    expect(window.take(137)).toBe(true);
  });
});

describe('the acts that a joiner is told', () => {
  it('come in parts, in order, and are complete at the end', () => {
    const acts = Array.from({ length: 70 }, () => randomBytes(512));
    const parts = encodeHistory(acts).map(parseHistory);
    expect(parts.length).toBeGreaterThan(1);
    const collector = new HistoryCollector();
    const taken = parts.map((part) => (part === undefined ? undefined : collector.take(part)));
    expect(taken.slice(0, -1).every((one) => one === undefined)).toBe(true);
    expect(taken.at(-1)).toEqual(acts);
    expect(parts[1] && new HistoryCollector().take(parts[1])).toBeUndefined();
  });
});
