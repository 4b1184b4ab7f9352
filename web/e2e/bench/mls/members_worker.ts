import type { Bytes } from '../../../src/protocol/bytes';
import { TestMeeting, TestOrder, type Person } from '../../../src/e2ee/group/members_in_memory';
import { offer } from './calls';

/** Of all members, so many follow: the one who was first, and who came last. */
const FOLLOWERS = 3;

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
    order = await TestOrder.of(1, await TestMeeting.make(secret));
    size = 1;
  },

  /** Lets people join until there are so many. Most stay in the tree and follow no more. */
  async grow(to: number): Promise<void> {
    const grown = opened();
    for (; size < to; size += 1) {
      await grown.join();
      const [, oldest] = grown.members;
      if (oldest !== undefined && grown.members.length > FOLLOWERS) grown.drop(oldest);
    }
  },

  offer(): Promise<Offer> {
    const { groupInfo, actHead } = opened();
    return Promise.resolve({ groupInfo, actHead });
  },

  /** One joins, then the first changes keys so many times. */
  async follow(refreshes: number): Promise<Followed> {
    const grown = opened();
    const { groupInfo, actHead } = grown;
    const joiner = await grown.meeting.person();
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
