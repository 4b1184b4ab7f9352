import type { Clock } from '../../observable/clock';
import { Subject, type Observable } from '../../observable/observable';
import type { NewEpoch } from '../group/epoch_secret';
import type { GroupView } from '../group/group_keys';
import { MediaEpochs, type EpochStep } from './media_epochs';
import type { MediaEpoch } from './media_keys';

/** What carries the steps out: `FrameKeys`. */
export interface EpochKeys {
  install(epoch: MediaEpoch): Promise<boolean>;
  switchTo(epoch: number, isForNewcomers: boolean): void;
  stop(): void;
  forget(): void;
}

/** What matters of an epoch that begins. */
type Turn = Pick<NewEpoch, 'cause' | 'exported'> & {
  readonly view: Pick<GroupView, 'epoch' | 'roster'>;
};

/** Takes media from epoch to epoch: `MediaEpochs`, with a clock and keys. */
export class MediaTurns {
  readonly #identity: string;
  readonly #keys: EpochKeys;
  readonly #clock: Clock;
  readonly #epochs: MediaEpochs;
  readonly #sealing = new Subject<number | undefined>(undefined);
  #cancel: (() => void) | undefined;
  #isClosed = false;

  /**
   * @param identity - one's own.
   * @param isHost - this device has the host's key.
   */
  constructor(identity: string, isHost: boolean, keys: EpochKeys, clock: Clock) {
    this.#identity = identity;
    this.#epochs = new MediaEpochs(isHost);
    this.#keys = keys;
    this.#clock = clock;
  }

  /** The epoch whose keys seal what is sent; undefined: nothing is sealed. */
  get sealing(): Observable<number | undefined> {
    return this.#sealing;
  }

  /**
   * The group is in another epoch. Its secret is given away or zeroed.
   *
   * Acknowledge the epoch after this has resolved: others send in it when all have.
   */
  async enter({ view: { epoch, roster }, cause, exported }: Turn): Promise<void> {
    const leaves = new Map(roster.map(({ identity, index }) => [identity, index]));
    const others = new Set(leaves.keys());
    others.delete(this.#identity);
    const view = { epoch, cause, hosts: hostsIn(roster), others };
    const steps = this.#isClosed ? [] : this.#epochs.enter(view, this.#clock.now());
    if (!steps.some(({ kind }) => kind === 'install')) {
      exported.fill(0);
    }
    await this.#take(steps, { epoch, exported, leaves });
  }

  /** More became known of the epoch that this device is in. */
  know({ roster }: Pick<GroupView, 'roster'>): void {
    void this.#take(this.#epochs.know(hostsIn(roster), this.#clock.now()));
  }

  /** Somebody has signed to be in an epoch; the signature was checked. */
  hear(identity: string, epoch: number): void {
    void this.#take(this.#epochs.hear(identity, epoch, this.#clock.now()));
  }

  /** Somebody has signed to have come as far as an epoch; whose signature it is was checked, and no more. */
  reach(identity: string, epoch: number): void {
    void this.#take(this.#epochs.reach(identity, epoch, this.#clock.now()));
  }

  /** The group was left, or this device removed: nothing is sent or opened any more. */
  close(): void {
    this.#isClosed = true;
    this.#cancel?.();
    this.#keys.forget();
    this.#sealing.set(undefined);
  }

  async #take(steps: readonly EpochStep[], given?: MediaEpoch): Promise<void> {
    if (this.#isClosed) {
      return;
    }
    const done = steps.map((step) => this.#carryOut(step, given));
    this.#cancel?.();
    const { dueMs } = this.#epochs;
    this.#cancel =
      dueMs === undefined
        ? undefined
        : this.#clock.after(Math.max(0, dueMs - this.#clock.now()), () => {
            void this.#take(this.#epochs.tick(this.#clock.now()));
          });
    await Promise.all(done);
  }

  async #carryOut(step: EpochStep, given: MediaEpoch | undefined): Promise<void> {
    switch (step.kind) {
      case 'install':
        await (given && this.#keys.install(given));
        break;
      case 'switch':
        this.#keys.switchTo(step.epoch, step.isForNewcomers);
        this.#sealing.set(step.epoch);
        break;
      case 'stop':
        this.#keys.stop();
        this.#sealing.set(undefined);
        break;
      case 'forget':
        this.#keys.forget();
        this.#sealing.set(undefined);
        break;
    }
  }
}

function hostsIn(roster: GroupView['roster']): ReadonlySet<string> {
  return new Set(roster.flatMap(({ identity, isHost }) => (isHost ? [identity] : [])));
}
