import type { Bytes } from '../../../src/protocol/bytes';
import { GroupCore } from '../../../src/e2ee/group/group_core';
import { TestMeeting, TestOrder, type Person } from '../../../src/e2ee/group/members_in_memory';
import { MlsGroup } from '../../../src/e2ee/group/mls_group';
import { offer } from './calls';

/** Of all members, so many follow: the one who was first, and who came last. */
const FOLLOWERS = 3;
/** The most that a server can be set to. */
const MAX_MEMBERS = 500;

export interface Offer {
  readonly groupInfo: Bytes;
  readonly actHead: Bytes;
}

/** What others need for a commit, and how long it is. */
export interface Followed {
  readonly commitMs: readonly number[];
  readonly commitBytes: number;
  readonly groupInfoBytes: number;
}

let order: TestOrder | undefined;
let size = 0;

function opened(): TestOrder {
  if (order === undefined) throw new Error('not opened');
  return order;
}

const membersWorker = {
  /** A group of one. */
  async open(secret: Bytes): Promise<void> {
    order = new TestOrder(await TestMeeting.make(secret));
    const first = await person(order);
    order.groupInfo = (await first.keys.create()).groupInfo;
    order.members.push(first);
    size = 1;
  },

  /** Lets people join until there are so many. Most stay in the tree and follow no more. */
  async grow(to: number): Promise<void> {
    const grown = opened();
    for (; size < to; size += 1) {
      await grown.join(await person(grown));
      const [, oldest] = grown.members;
      if (oldest !== undefined && grown.members.length > FOLLOWERS) grown.drop(oldest);
    }
    const seen = (await grown.member(0).keys.view())?.roster.length;
    if (seen !== size) throw new Error(`${String(seen)} members instead of ${String(size)}`);
  },

  offer(): Promise<Offer> {
    const { groupInfo, actHead } = opened();
    return Promise.resolve({ groupInfo, actHead });
  },

  /** One joins, then the first changes keys so many times. */
  async follow(refreshes: number): Promise<Followed> {
    const grown = opened();
    const { groupInfo, actHead } = grown;
    const joiner = await person(grown);
    const joined = await joiner.keys.prepareJoin({ groupInfo, actHead });
    const commitMs = await timed(grown, grown.members, joined.message);
    await joiner.keys.process(joined.message, grown.position);
    grown.members.push(joiner);
    grown.groupInfo = joined.groupInfo;
    size += 1;
    const first = grown.member(0);
    for (let count = 0; count < refreshes; count += 1) {
      const refreshed = await first.keys.prepareRefresh();
      grown.groupInfo = refreshed.groupInfo;
      const others = grown.members.filter((one) => one !== first);
      commitMs.push(...(await timed(grown, others, refreshed.message)));
      await first.keys.process(refreshed.message, grown.position);
    }
    const { message } = joined;
    return {
      commitMs,
      commitBytes: message.length,
      groupInfoBytes: joined.groupInfo.length,
    };
  },
};

export type MembersWorker = typeof membersWorker;

async function person({ meeting }: TestOrder): Promise<Person> {
  const material = { ...(await meeting.material()), maxMembers: MAX_MEMBERS };
  const core = await GroupCore.open(material, () => meeting.nowMs);
  return { keys: new MlsGroup(core), core, leafKey: material.leafKey };
}

async function timed(
  at: TestOrder,
  people: readonly Person[],
  message: Bytes,
): Promise<number[]> {
  at.position += 1;
  const times: number[] = [];
  for (const { keys } of people) {
    const begun = performance.now();
    const { kind } = await keys.process(message, at.position);
    times.push(performance.now() - begun);
    if (kind !== 'commit') throw new Error(`a commit that is ${kind}`);
  }
  return times;
}

offer(membersWorker);
