import { equalBytes, type Bytes } from '../../protocol/bytes';
import type { Answer, ChannelClient } from './channel_client';
import type { SigningKey } from '../../protocol/signing';
import type { Clock } from '../../observable/clock';
import { NO_ACTS, type SignedGrant } from './commit_data';
import { GroupError, GroupInfoError, type Created, type GroupKeys } from './group_keys';
import { hostGroupStatement } from './group_statements';
import type { SessionNotice } from './session_parts';

const PAUSE_MS = 250;

// An entry comes sooner than this after the word that it is in the order.
const ENTRY_MS = 5_000;

// How often somebody who waits for the host asks whether there is a group.
const WAIT_MS = 2_000;

interface Parts {
  readonly keys: GroupKeys;
  readonly groupId: Bytes;
  readonly channel: ChannelClient;
  readonly clock: Clock;
  readonly random: () => number;
  readonly grant?: SignedGrant;
  readonly hostSigner?: SigningKey;
  readonly reopen?: (previous: Bytes) => Promise<Bytes>;
  /** Resolves once everything has been handled that was in the order when the connection came back. */
  readonly synced: () => Promise<void>;
  /** The group was made by this device. */
  readonly onCreated: () => void;
  readonly onNotice: (notice: SessionNotice) => void;
}

/** Asks for turns until this device is a member: by making the group, or by a commit of its own. */
export class JoinFlow {
  readonly #parts: Parts;
  #isRunning = false;
  #runs = 0;
  #actHead: Bytes = NO_ACTS;
  #created: Bytes | undefined;
  #isWaiting = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** The head of the acts that the server keeps. */
  told(actHead: Bytes): void {
    this.#actHead = actHead;
  }

  start(): void {
    if (!this.#isRunning) {
      this.#isRunning = true;
      void this.#run(++this.#runs);
    }
  }

  /** This device is a member, or is not to be one. */
  stop(): void {
    this.#isRunning = false;
    this.#isWaiting = false;
    this.#created = undefined;
  }

  async #run(run: number): Promise<void> {
    while (this.#isRunning && run === this.#runs) {
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
        this.#actHead = turn.actHead;
        return turn.why === 'no_group' || turn.why === 'spoilt'
          ? this.#create(turn.group?.epoch ?? null)
          : this.#refused(turn);
      case 'turn':
        this.#actHead = turn.actHead;
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
      this.#parts.onNotice({ kind: 'bad-group-info', why: error.why });
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
      needsHost: prepared.needsHost,
    });
    if (answer.kind === 'refused') {
      return this.#refused(answer);
    }
    // Its entry makes a member of this device, now or among what was missed; or else it was void.
    return answer.kind === 'lost' ? this.#whenSynced() : ENTRY_MS;
  }

  /** @param replaces - the epoch of a group that nobody answers for. */
  async #create(replaces: number | null): Promise<number | undefined> {
    const { keys, groupId, channel } = this.#parts;
    const made = await this.#make();
    if (made === undefined) {
      this.#waitForHost();
      return WAIT_MS;
    }
    this.#created = made.groupInfo;
    const hostSignature = await this.#hostSignature(made);
    const answer = await channel.ask({ frame: 'create', groupId, ...made, hostSignature, replaces });
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
    return answer.kind === 'refused' && answer.why !== 'exists' ? this.#refused(answer) : 0;
  }

  /** A group under the head that is kept; undefined: that is not this device's to make. */
  async #make(): Promise<Created | undefined> {
    const { keys, hostSigner, reopen } = this.#parts;
    const head = this.#actHead;
    const isHost = hostSigner !== undefined && reopen !== undefined;
    if (!isHost && !equalBytes(head, NO_ACTS)) {
      return undefined;
    }
    try {
      return await keys.create(head);
    } catch (error) {
      if (!(error instanceof GroupError)) {
        throw error;
      }
      if (!isHost) {
        return undefined;
      }
      const previous = equalBytes(head, NO_ACTS) ? await keys.actHead() : head;
      return keys.create(head, await reopen(previous));
    }
  }

  async #hostSignature({ actHead, groupInfo }: Created): Promise<Bytes | null> {
    const { groupId, hostSigner } = this.#parts;
    return hostSigner === undefined || equalBytes(actHead, NO_ACTS)
      ? null
      : hostSigner.sign(await hostGroupStatement(groupId, groupInfo, actHead));
  }

  #waitForHost(): void {
    if (!this.#isWaiting) {
      this.#isWaiting = true;
      this.#parts.onNotice({ kind: 'waits-for-host' });
    }
  }

  #refused({ actHead, why, retryAfterMs }: Extract<Answer, { kind: 'refused' }>): number {
    this.#actHead = actHead;
    return why === 'stale' ? retryAfterMs : Math.max(retryAfterMs, PAUSE_MS);
  }

  async #whenSynced(): Promise<number | undefined> {
    await this.#parts.synced();
    return this.#isRunning ? 0 : undefined;
  }
}
