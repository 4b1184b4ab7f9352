import type { Clock } from '../../observable/clock';
import { sha256, type Bytes } from '../../protocol/bytes';
import { encodeKeyId, epochBits, isLeaf, type KeyId } from './key_id';
import { baseKeyOf, deriveFrameKey, type FrameKey } from './key_schedule';
import { ReplayWindow } from './replay_window';
import { kindOf, type Slot } from './slot';

/** How long frames of an epoch are still taken after one's own switch to a later one. */
export const EPOCH_LIFE_MS = 5_000;

/** How many epochs are held at most; one more puts out the oldest. Joins come in bursts. */
export const MAX_EPOCHS = 32;

// Packets of video come in bigger crowds than those of sound.
const WINDOWS = { video: 1024, audio: 256 } as const;

/** What an epoch of the group is for media. */
export interface MediaEpoch {
  readonly epoch: number;
  /** What the group exports for it. Zeroed once it is taken. */
  readonly exported: Bytes;
  /** The leaf of each member, by identity: a leaf may be somebody else's in another epoch. */
  readonly leaves: ReadonlyMap<string, number>;
}

/** Whose track it is, as that member has signed. */
export interface Announced {
  readonly identity: string;
  readonly slot: Slot;
}

/** A key to open frames with, and which of them were opened. */
export interface OpeningKey {
  readonly key: FrameKey;
  readonly window: ReplayWindow;
}

/** A key to seal frames with, and its name. */
export interface SealingKey {
  readonly kid: number;
  readonly key: FrameKey;
}

interface HeldEpoch {
  readonly epoch: number;
  readonly leaves: ReadonlyMap<string, number>;
  readonly base: Promise<CryptoKey>;
  readonly sealing: Map<Slot, Promise<SealingKey>>;
  readonly opening: Map<number, Promise<OpeningKey>>;
  /** When it is forgotten; infinite while nobody switched away from it. */
  endsMs: number;
}

/** What the keys of a device are made with. */
export interface MediaSecrets {
  readonly groupId: Bytes;
  /** K_mix, HMAC-SHA256. */
  readonly mixKey: CryptoKey;
  /** One's own. */
  readonly identity: string;
}

/** The keys of the epochs that media are sent and received in. */
export class MediaKeys {
  /** SHA-256 of the group id: what binds a frame to its group. */
  readonly groupHash: Promise<Bytes>;
  readonly #secrets: MediaSecrets;
  readonly #clock: Clock;
  /** Oldest first. */
  #held: HeldEpoch[] = [];
  #sending: HeldEpoch | undefined;
  #latest = -1;

  constructor(secrets: MediaSecrets, clock: Clock) {
    this.#secrets = secrets;
    this.#clock = clock;
    this.groupHash = sha256(secrets.groupId);
  }

  /**
   * Takes the keys of an epoch, for receiving; false if it is not later than all before. So no key
   * comes twice, and what it has opened is never forgotten while it lives.
   */
  install({ epoch, exported, leaves }: MediaEpoch): boolean {
    if (!Number.isSafeInteger(epoch) || epoch <= this.#latest) {
      exported.fill(0);
      return false;
    }
    this.#latest = epoch;
    const base = baseKeyOf(this.#secrets.mixKey, exported);
    // Whoever needs it meets the failure; until then nobody listens.
    base.catch(() => undefined);
    this.#keep((one) => epochBits(one.epoch) !== epochBits(epoch));
    this.#held.push({
      ...{ epoch, leaves, base, endsMs: Infinity },
      sealing: new Map(),
      opening: new Map(),
    });
    const excess = this.#held.slice(0, -MAX_EPOCHS);
    this.#keep((one) => !excess.includes(one));
    return true;
  }

  /** From now on frames are sealed in this epoch, and earlier ones end soon; false if it is not held. */
  switchTo(epoch: number): boolean {
    const at = this.#held.findIndex((one) => one.epoch === epoch);
    if (at < 0) {
      return false;
    }
    this.#sending = this.#held[at];
    const endsMs = this.#clock.now() + EPOCH_LIFE_MS;
    for (const earlier of this.#held.slice(0, at)) {
      earlier.endsMs = Math.min(earlier.endsMs, endsMs);
    }
    this.#clock.after(EPOCH_LIFE_MS, () => {
      this.#purge();
    });
    return true;
  }

  /** Seals nothing any more until the next switch. */
  stop(): void {
    this.#sending = undefined;
  }

  /** Forgets all keys; the group was left, or made anew, and its epochs begin again. */
  forget(): void {
    this.#sending = undefined;
    this.#held = [];
    this.#latest = -1;
  }

  /** Undefined: nothing may be sent now. */
  async sealing(slot: Slot): Promise<SealingKey | undefined> {
    this.#purge();
    const epoch = this.#sending;
    const leaf = epoch?.leaves.get(this.#secrets.identity);
    if (epoch === undefined || leaf === undefined || !isLeaf(leaf)) {
      return undefined;
    }
    return once(epoch.sealing, slot, async () => {
      const kid = encodeKeyId({ slot, leaf, epoch: epochBits(epoch.epoch) });
      return { kid, key: await deriveFrameKey(await epoch.base, kid, 'encrypt') };
    });
  }

  /** The one key that a frame on an announced track may be sealed with, or why there is none. */
  async opening(
    id: KeyId,
    announced: Announced,
  ): Promise<OpeningKey | 'unknown-key' | 'wrong-sender'> {
    this.#purge();
    const epoch = this.#held.find((one) => epochBits(one.epoch) === id.epoch);
    if (epoch === undefined) {
      return 'unknown-key';
    }
    if (id.slot !== announced.slot || epoch.leaves.get(announced.identity) !== id.leaf) {
      return 'wrong-sender';
    }
    const kid = encodeKeyId(id);
    return once(epoch.opening, kid, async () => ({
      key: await deriveFrameKey(await epoch.base, kid, 'decrypt'),
      window: new ReplayWindow(WINDOWS[kindOf(id.slot)]),
    }));
  }

  /** Whether somebody is a member in any epoch that is held. */
  knows(identity: string): boolean {
    return this.#held.some(({ leaves }) => leaves.has(identity));
  }

  #purge(): void {
    const now = this.#clock.now();
    this.#keep(({ endsMs }) => endsMs > now);
  }

  #keep(isKept: (epoch: HeldEpoch) => boolean): void {
    if (this.#held.every(isKept)) {
      return;
    }
    this.#held = this.#held.filter(isKept);
    if (this.#sending !== undefined && !this.#held.includes(this.#sending)) {
      this.#sending = undefined;
    }
  }
}

function once<K, V>(made: Map<K, Promise<V>>, key: K, make: () => Promise<V>): Promise<V> {
  let value = made.get(key);
  if (value === undefined) {
    value = make();
    made.set(key, value);
  }
  return value;
}
