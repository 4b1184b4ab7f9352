import { equalBytes, type Bytes } from '../../protocol/bytes';
import type { Answer, ChannelClient } from './channel_client';
import type { GroupStand } from './channel_frames';
import type { Clock } from '../../observable/clock';
import { NO_ACTS, type SignedGrant } from './commit_data';
import { GroupInfoError, type GroupKeys } from './group_keys';

const PAUSE_MS = 250;

interface Parts {
  readonly keys: GroupKeys;
  readonly groupId: Bytes;
  readonly channel: ChannelClient;
  readonly clock: Clock;
  readonly random: () => number;
  readonly grant: SignedGrant | undefined;
  /** Resolves once everything has been handled that was in the order when the connection came back. */
  readonly synced: () => Promise<void>;
  /** The group was made by this device. */
  readonly onCreated: () => void;
  readonly onBadGroupInfo: (why: string) => void;
}

/** Asks for turns until this device is a member: by making the group, or by a commit of its own. */
export class JoinFlow {
  readonly #parts: Parts;
  #isRunning = false;
  #actHead: Bytes = NO_ACTS;
  #created: Bytes | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** Where the server says the group stands. */
  told(group: GroupStand | undefined): void {
    this.#actHead = group?.actHead ?? NO_ACTS;
  }

  start(): void {
    if (!this.#isRunning) {
      this.#isRunning = true;
      void this.#run();
    }
  }

  /** This device is a member, or is not to be one. */
  stop(): void {
    this.#isRunning = false;
    this.#created = undefined;
  }

  async #run(): Promise<void> {
    while (this.#isRunning) {
      const pauseMs = await this.#once();
      if (pauseMs === undefined) {
        return;
      }
      await new Promise<void>((resolve) => {
        this.#parts.clock.after(pauseMs * (1 + this.#parts.random()), resolve);
      });
    }
  }

  /** Answers after which time to try again; undefined when there is nothing more to do. */
  async #once(): Promise<number | undefined> {
    const turn = await this.#parts.channel.ask({ frame: 'turn' });
    switch (turn.kind) {
      case 'lost':
        return this.#whenSynced();
      case 'refused':
        return turn.why === 'no_group' ? this.#create() : this.#refused(turn);
      case 'turn':
        return this.#use(turn.groupInfo);
      case 'done':
        return PAUSE_MS;
    }
  }

  async #use(groupInfo: Bytes): Promise<number | undefined> {
    if (this.#created !== undefined) {
      if (equalBytes(groupInfo, this.#created)) {
        this.#parts.onCreated();
        return undefined;
      }
      this.#created = undefined;
      await this.#parts.keys.close();
    }
    try {
      return await this.#commit(groupInfo);
    } catch (error) {
      if (!(error instanceof GroupInfoError)) {
        throw error;
      }
      this.#parts.onBadGroupInfo(error.why);
      return PAUSE_MS;
    }
  }

  async #commit(groupInfo: Bytes): Promise<number | undefined> {
    const { keys, grant, channel } = this.#parts;
    const prepared = await keys.prepareJoin({ groupInfo, actHead: this.#actHead, grant });
    const { message, actHead } = prepared;
    const answer = await channel.ask({
      frame: 'commit',
      message,
      groupInfo: prepared.groupInfo,
      actHead,
      hostSignature: null,
    });
    if (answer.kind === 'refused') {
      return this.#refused(answer);
    }
    // Its entry makes a member of this device, now or among what was missed.
    return answer.kind === 'lost' ? this.#whenSynced() : undefined;
  }

  async #create(): Promise<number | undefined> {
    const { keys, groupId, channel } = this.#parts;
    const groupInfo = await keys.create();
    this.#created = groupInfo;
    const answer = await channel.ask({ frame: 'create', groupId, groupInfo });
    if (answer.kind === 'done') {
      this.#parts.onCreated();
      return undefined;
    }
    if (answer.kind === 'lost') {
      // It may have been made: the GroupInfo of the next turn tells.
      return this.#whenSynced();
    }
    this.#created = undefined;
    await keys.close();
    return 0;
  }

  #refused({ group, why, retryAfterMs }: Extract<Answer, { kind: 'refused' }>): number {
    this.#actHead = group?.actHead ?? this.#actHead;
    return why === 'stale' ? retryAfterMs : Math.max(retryAfterMs, PAUSE_MS);
  }

  async #whenSynced(): Promise<number | undefined> {
    await this.#parts.synced();
    return this.#isRunning ? 0 : undefined;
  }
}
