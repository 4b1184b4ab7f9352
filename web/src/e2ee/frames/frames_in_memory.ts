/** Members with media keys, for tests. */
import { HandClock } from '../../observable/hand_clock';
import { concat, encodeUtf8, type Bytes } from '../../protocol/bytes';
import { FrameOpener, type OpenedFrame } from './frame_opener';
import { FrameSealer } from './frame_sealer';
import type { ReceiveFault } from './frame_faults';
import { MediaKeys, type Announced, type MediaEpoch } from './media_keys';

/** Two members, and where they are in the tree. */
export const LEAVES: ReadonlyMap<string, number> = new Map([
  ['ana', 3],
  ['ben', 5],
]);

export const ANAS_CAMERA: Announced = { identity: 'ana', slot: 1 };
export const ANAS_VOICE: Announced = { identity: 'ana', slot: 0 };

/** A key frame of VP8, as far as it matters here. */
export const KEY_FRAME = framed([0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 0x40, 0x01, 0xf0, 0x00]);

/** One that builds on others. */
export const DELTA_FRAME = framed([0x31]);

/** What an encoder of Opus gives out. */
export const SOUND = encodeUtf8('what somebody says, encoded');

function framed(front: readonly number[]): Bytes {
  return concat(Uint8Array.from(front), encodeUtf8('what a camera sees, encoded'));
}

/** K_mix of a meeting. */
export async function mixKeyOf(seed = 9): Promise<CryptoKey> {
  const hmac = { name: 'HMAC', hash: 'SHA-256' };
  return crypto.subtle.importKey('raw', new Uint8Array(32).fill(seed), hmac, false, ['sign']);
}

/** An epoch, whose secret is the same for all who ask. */
export function epochOf(
  epoch: number,
  leaves: ReadonlyMap<string, number> = LEAVES,
  group = 0,
): MediaEpoch {
  return { epoch, leaves, exported: new Uint8Array(16).fill(epoch % 251).fill(group, 12) };
}

/** Somebody with keys of their own, and a clock of their own. */
export class MediaPerson {
  readonly clock = new HandClock();
  readonly keys: MediaKeys;
  readonly opener: FrameOpener;
  sealer: FrameSealer;

  private constructor(keys: (clock: HandClock) => MediaKeys) {
    this.keys = keys(this.clock);
    this.sealer = new FrameSealer(this.keys);
    this.opener = new FrameOpener(this.keys);
  }

  static async make(identity: string, groupSeed = 7, mixSeed = 9): Promise<MediaPerson> {
    const mixKey = await mixKeyOf(mixSeed);
    const groupId = new Uint8Array(32).fill(groupSeed);
    return new MediaPerson((clock) => new MediaKeys({ groupId, mixKey, identity }, clock));
  }

  /** Takes the keys of an epoch and sends with them. */
  turnTo(epoch: MediaEpoch): void {
    this.keys.install(epoch);
    this.keys.switchTo(epoch.epoch);
  }

  /** A sealed frame of one's camera. */
  async film(frame: Bytes = DELTA_FRAME): Promise<Bytes> {
    const sealed = await this.sealer.seal(frame, 'video/VP8', 1);
    if (typeof sealed === 'string') {
      throw new Error(sealed);
    }
    return sealed;
  }

  /** Opens what came on somebody's camera. */
  async watch(
    frame: Bytes,
    of: Announced = ANAS_CAMERA,
    mimeType = 'video/VP8',
  ): Promise<OpenedFrame | ReceiveFault> {
    return this.opener.open(frame, mimeType, of);
  }
}

/** Ana, who sends, and Ben, who receives, in epoch 1. */
export async function anaAndBen(): Promise<{ readonly ana: MediaPerson; readonly ben: MediaPerson }> {
  const [ana, ben] = await Promise.all([MediaPerson.make('ana'), MediaPerson.make('ben')]);
  ana.turnTo(epochOf(1));
  ben.turnTo(epochOf(1));
  return { ana, ben };
}

/** Numbers that look random, the same each time. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 0x7fffffff;
    return state / 0x7fffffff;
  };
}
