import { describe, expect, it } from 'vitest';

import { encodeBase64url } from '../../protocol/bytes';
import { signLeave } from './commit_data';
import { TestOrder, type Person } from './members_in_memory';

const IS_FULL = process.env['FOLKMOOT_TEST_FULL'] === '1';
const RUNS = IS_FULL ? 50 : 3;
const STEPS = 40;

/** A generator that gives the same again for the same seed (mulberry32). */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

async function leaveBy(order: TestOrder, by: Person, gone: readonly Person[]): Promise<void> {
  const leaves = await Promise.all(
    gone.map(({ leafKey }) => signLeave(order.meeting.secrets.groupId, leafKey)),
  );
  const prepared = await by.keys.prepareRemoval({ kind: 'left', leaves });
  if (prepared === undefined) throw new Error('nobody to remove');
  await order.commit(prepared);
  gone.forEach((person) => {
    order.drop(person);
  });
}

async function step(order: TestOrder, random: (below: number) => number): Promise<void> {
  const { members } = order;
  const by = order.member(random(members.length));
  const others = members.filter((one) => one !== by);
  const dice = random(10);
  if (dice < 2) {
    await order.commit(await by.keys.prepareRefresh());
  } else if (dice < 4 && members.length > 1) {
    await order.join(by);
  } else if (dice < 7) {
    const gone = others.filter(() => random(members.length) < 2).slice(0, 2);
    if (gone.length > 0) await leaveBy(order, by, gone);
  } else if (members.length < 24) {
    await order.join();
  }
}

describe('a group in which people come, go, come back and change keys at random', () => {
  it.each(Array.from({ length: RUNS }, (_, seed) => seed))(
    'agrees on its secrets after every step (run %i)',
    async (seed) => {
      const random = randomOf(seed + 1);
      const order = await TestOrder.of(1 + random(4));
      for (let count = 0; count < STEPS; count += 1) {
        await step(order, random);
        const views = await Promise.all(order.members.map(({ keys }) => keys.view()));
        const seen = new Set(
          views.map((view) =>
            view === undefined
              ? 'no member'
              : [view.epochAuthenticator, view.treeHash].map(encodeBase64url).join(),
          ),
        );
        expect([...seen]).toHaveLength(1);
        expect(views[0]?.roster).toHaveLength(order.members.length);
      }
    },
    120_000,
  );
});
