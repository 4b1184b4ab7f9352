import type { ChannelClient } from './channel_client';
import type { Clock } from '../../observable/clock';
import type { Bytes } from '../../protocol/bytes';
import type { SignedLeave } from './commit_data';
import type { CommitDesk } from './commit_desk';
import type { GroupKeys, GroupView } from './group_keys';
import { encodeHeartbeat, HEARTBEAT_MS, RANK_DELAY_MS, type HeartbeatChain } from './heartbeat';
import { encodeHistory } from './history';
import type { MessageDesk } from './message_desk';
import type { OwnAcknowledgements } from './own_acknowledgements';
import { Presence } from './ranks';

/** How often a member says that it has read on, when nothing else says so. */
export const PRESENCE_MS = 20_000;

const LOST_CHECK_MS = 10_000;

// A GroupInfo that is wanted is uploaded by so many, in case that the first ones don't.
const UPLOADERS = 3;

// New keys for everybody's path, so that what was stolen once is of use only so long; in large groups
// later, so that there are no more than four such commits a minute.
const REFRESH_MS = 300_000;
const REFRESH_PAUSE_MS = 15_000;

// Later than this nobody is waited for.
const MAX_RANK = 10;

interface Parts {
  readonly keys: GroupKeys;
  readonly channel: ChannelClient;
  readonly clock: Clock;
  readonly random: () => number;
  readonly commits: CommitDesk;
  readonly messages: MessageDesk;
  readonly heartbeats: HeartbeatChain;
  readonly view: () => GroupView | undefined;
  readonly acknowledgements: OwnAcknowledgements;
  /** By how many epochs this device is behind the order. */
  readonly behind: () => number;
}

/** What members do for each other, each when its rank's turn comes and nobody has done it before. */
export class GroupDuties {
  readonly #parts: Parts;
  readonly #timers = new Map<string, () => void>();
  readonly #leaves = new Map<string, SignedLeave>();
  readonly #presence = new Presence();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Whose turn this device is, counted from 0. */
  get rank(): number {
    const view = this.#parts.view();
    return view === undefined ? 0 : this.#presence.rank(view);
  }

  /** This device is a member. */
  start(): void {
    this.stop();
    this.#heartbeatLater();
    this.#every('presence', PRESENCE_MS, () => {
      this.acknowledge();
    });
    this.#every('lost', LOST_CHECK_MS, () => {
      this.#onRank('remove-lost', RANK_DELAY_MS, () => {
        void this.#parts.commits.ask(() => this.#parts.keys.prepareRemoval({ kind: 'lost' }));
      });
    });
    this.#refreshLater();
  }

  stop(): void {
    for (const cancel of this.#timers.values()) {
      cancel();
    }
    this.#timers.clear();
  }

  /** Somebody's heartbeat came: the next one is due later. */
  heartbeatHeard(): void {
    this.#heartbeatLater();
  }

  /** Somebody wants to go. */
  wantsToLeave(identity: string, leave: SignedLeave): void {
    this.#leaves.set(identity, leave);
    this.#onRank('remove-left', RANK_DELAY_MS / 3, () => {
      void this.#parts.commits.ask(() =>
        this.#parts.keys.prepareRemoval({ kind: 'left', leaves: [...this.#leaves.values()] }),
      );
    });
  }

  /** Who is there has changed. */
  rosterChanged(view: GroupView): void {
    this.#presence.update(view);
    const here = new Set(view.roster.map(({ identity }) => identity));
    for (const identity of this.#leaves.keys()) {
      if (!here.has(identity)) {
        this.#leaves.delete(identity);
      }
    }
  }

  /** Somebody joined who can't know the acts. */
  owesHistory(): void {
    if ((this.#parts.view()?.acts.count ?? 0) > 0) {
      this.#onRank('history', RANK_DELAY_MS, () => {
        void this.#sendHistory();
      });
    }
  }

  /** Says in which epoch this device is. */
  acknowledge(): void {
    this.#parts.acknowledgements.send();
  }

  /** Somebody else has told the acts. */
  historyHeard(): void {
    this.#cancel('history');
  }

  /** An entry is void: the order is an epoch ahead, and somebody has to fill its place. */
  isBehind(): void {
    this.#onRank('substitute', RANK_DELAY_MS / 3, () => {
      void this.#sendSubstitute();
    });
  }

  /** A joiner could not use the GroupInfo: the first in rank upload a good one. */
  async groupInfoWanted(epoch: number): Promise<void> {
    if (this.#parts.view()?.epoch === epoch && this.rank < UPLOADERS) {
      await this.uploadGroupInfo();
    }
  }

  /** Puts a good GroupInfo of this epoch in the place of the one that the server has. */
  async uploadGroupInfo(): Promise<void> {
    const { behind, channel, keys } = this.#parts;
    if (behind() === 0) {
      const groupInfo = await keys.groupInfo();
      void channel.ask({ frame: 'group_info', groupInfo }).then((answer) => {
        if (answer.kind === 'refused' && answer.why === 'too_soon') {
          // A fork's would stay, and whoever joins by that one is alone.
          this.#set('group-info', answer.retryAfterMs, () => void this.uploadGroupInfo());
        }
      });
    }
  }

  async #sendSubstitute(): Promise<void> {
    const { keys, messages, behind } = this.#parts;
    if (behind() > 0) {
      const { message } = await keys.prepareRefresh();
      messages.send('substitute', message);
    }
  }

  async #sendHistory(): Promise<void> {
    for (const body of encodeHistory((await this.#parts.keys.history()) ?? [])) {
      this.#parts.messages.send('history', body);
    }
  }

  #heartbeatLater(): void {
    const rank = Math.min(this.rank, MAX_RANK);
    this.#set('heartbeat', HEARTBEAT_MS + rank * RANK_DELAY_MS, () => {
      this.#sendHeartbeat();
      this.#heartbeatLater();
    });
  }

  #sendHeartbeat(): void {
    // It is of the epoch in which it is sent, which may be later: after a broken connection.
    this.#parts.messages.sendLatest('heartbeat', () => this.#heartbeat());
  }

  #heartbeat(): Bytes | undefined {
    const view = this.#parts.view();
    if (view === undefined || view.roster.length < 2) {
      return undefined;
    }
    const { hasToAsk, head, isLocked } = view.acts;
    const { treeHash } = view;
    const body = {
      ...this.#parts.heartbeats.next,
      isLocked,
      hasToAsk,
      treeHash,
      actHead: head,
      checkpoint: new Uint8Array(),
    };
    return encodeHeartbeat(body);
  }

  #refreshLater(): void {
    const { clock, commits, keys, random, view } = this.#parts;
    const members = view()?.roster.length ?? 1;
    const everyMs = Math.max(REFRESH_MS, members * REFRESH_PAUSE_MS);
    this.#timers.set(
      'refresh',
      clock.after(everyMs * (0.5 + random()), () => {
        void commits.ask(() => keys.prepareRefresh());
        this.#refreshLater();
      }),
    );
  }

  #onRank(name: string, delayMs: number, act: () => void): void {
    if (!this.#timers.has(name)) {
      this.#set(name, Math.min(this.rank, MAX_RANK) * delayMs, act);
    }
  }

  #every(name: string, ms: number, act: () => void): void {
    this.#set(name, ms, () => {
      act();
      this.#every(name, ms, act);
    });
  }

  #set(name: string, ms: number, act: () => void): void {
    this.#cancel(name);
    this.#timers.set(
      name,
      this.#parts.clock.after(ms, () => {
        this.#timers.delete(name);
        act();
      }),
    );
  }

  #cancel(name: string): void {
    this.#timers.get(name)?.();
    this.#timers.delete(name);
  }
}
