import type { Bytes } from '../../protocol/bytes';
import type { SigningKey } from '../../protocol/signing';
import type { Answer, ChannelClient } from './channel_client';
import type { Clock } from '../../observable/clock';
import { GroupError, type GroupKeys, type Prepared } from './group_keys';
import { hostCommitStatement } from './group_statements';

/** Makes a commit for the epoch that is; undefined when it is not needed any more. */
export type MakeCommit = () => Promise<Prepared | undefined>;

export type CommitOutcome = 'taken' | 'not-needed' | 'refused';

// Each try that fails lets another commit win, so somebody makes progress; this many losses in a row
// are not chance.
const MAX_TRIES = 30;

const PAUSE_MS = 250;

const FINAL: ReadonlySet<string> = new Set(['malformed', 'too_large']);

interface Parts {
  readonly keys: GroupKeys;
  readonly channel: ChannelClient;
  readonly clock: Clock;
  readonly random: () => number;
  readonly hostSigner: SigningKey | undefined;
  readonly groupId: Bytes;
  /** Resolves once everything has come that was in the order when the connection came back. */
  readonly synced: () => Promise<void>;
  /** Resolves once this device is a member: of a commit that joins there can be no other beside it. */
  readonly joined: () => Promise<void>;
}

interface Job {
  readonly make: MakeCommit;
  readonly isHosts: boolean;
  readonly finish: (outcome: CommitOutcome) => void;
}

/** Brings this member's own commits into the order, one after the other. */
export class CommitDesk {
  readonly #parts: Parts;
  readonly #jobs: Job[] = [];
  #isBusy = false;
  #settle: ((isTaken: boolean) => void) | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** How many commits wait or are under way. */
  get waiting(): number {
    return this.#jobs.length + (this.#isBusy ? 1 : 0);
  }

  /** Asks for a commit. A host's is signed by the host's key, and goes first. */
  ask(make: MakeCommit, isHosts = false): Promise<CommitOutcome> {
    return new Promise((finish) => {
      this.#jobs.push({ make, isHosts, finish });
      void this.#work();
    });
  }

  /** A commit stands: this member's own, or another in its place. */
  committed(isOwn: boolean): void {
    this.#settle?.(isOwn);
    this.#settle = undefined;
  }

  async #work(): Promise<void> {
    if (this.#isBusy) {
      return;
    }
    this.#isBusy = true;
    for (let job = this.#jobs.shift(); job !== undefined; job = this.#jobs.shift()) {
      job.finish(await this.#carry(job));
    }
    this.#isBusy = false;
  }

  async #carry({ make, isHosts }: Job): Promise<CommitOutcome> {
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      await this.#parts.joined();
      let prepared: Prepared | undefined;
      try {
        prepared = await make();
      } catch (error) {
        if (error instanceof GroupError) {
          return 'refused';
        }
        throw error;
      }
      if (prepared === undefined) {
        return 'not-needed';
      }
      const outcome = await this.#send(prepared, isHosts);
      if (outcome !== 'again') {
        return outcome;
      }
    }
    return 'refused';
  }

  async #send(prepared: Prepared, isHosts: boolean): Promise<CommitOutcome | 'again'> {
    const { channel } = this.#parts;
    const settled = new Promise<boolean>((resolve) => {
      this.#settle = resolve;
    });
    const hostSignature = isHosts ? await this.#hostSignature(prepared) : null;
    const { message, groupInfo, actHead, needsHost } = prepared;
    const answer = await channel.ask({
      frame: 'commit',
      message,
      groupInfo,
      actHead,
      hostSignature,
      needsHost,
    });
    if (answer.kind === 'done') {
      // It stands when its entry comes.
      return (await settled) ? 'taken' : 'again';
    }
    if (answer.kind === 'lost') {
      // It was taken if it comes among what was missed.
      const isTaken = await Promise.race([settled, this.#parts.synced().then(() => false)]);
      return isTaken ? 'taken' : 'again';
    }
    return this.#retry(answer);
  }

  async #retry(answer: Answer): Promise<'refused' | 'again'> {
    const { clock, random } = this.#parts;
    if (answer.kind === 'refused' && FINAL.has(answer.why)) {
      return 'refused';
    }
    const askedMs = answer.kind === 'refused' ? answer.retryAfterMs : 0;
    const pauseMs = Math.max(askedMs, PAUSE_MS) * (1 + random());
    await new Promise<void>((resolve) => {
      clock.after(pauseMs, resolve);
    });
    return 'again';
  }

  async #hostSignature({ epoch, message }: Prepared): Promise<Bytes | null> {
    const { hostSigner, groupId } = this.#parts;
    return hostSigner === undefined
      ? null
      : hostSigner.sign(await hostCommitStatement(groupId, epoch - 1, message));
  }
}
