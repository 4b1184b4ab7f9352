import { concat, type Bytes } from '../../protocol/bytes';
import { clearLength, codecOf } from './clear_bytes';
import type { SendFault } from './frame_faults';
import { gcmOf } from './key_schedule';
import type { MediaKeys } from './media_keys';
import { encodeHeader } from './sframe_header';
import type { Slot } from './slot';

/** What a frame's tag speaks for beside its content: header ‖ group ‖ slot ‖ clear bytes. */
export function additionalData(
  header: Uint8Array,
  groupHash: Bytes,
  slot: Slot,
  clear: Uint8Array,
): Bytes {
  return concat(header, groupHash, Uint8Array.of(slot), clear);
}

/** Seals what a device sends. A frame that can't be sealed is a reason, never a frame. */
export class FrameSealer {
  readonly #keys: MediaKeys;
  /**
   * The next counter of each slot. It goes on through all epochs: whatever is installed when, no
   * counter comes twice with one key.
   */
  readonly #next: number[];

  /** @param first - the counter to begin with. */
  constructor(keys: MediaKeys, first = 0) {
    this.#keys = keys;
    this.#next = [first, first, first, first];
  }

  /** @param mimeType - of the frame, as the browser says. */
  async seal(
    frame: Bytes,
    mimeType: string | undefined,
    slot: Slot,
  ): Promise<Bytes | SendFault> {
    if (frame.length === 0) {
      return 'empty';
    }
    const codec = codecOf(mimeType, slot);
    if (codec === undefined) {
      return 'codec';
    }
    const clearBytes = clearLength(codec, frame);
    if (clearBytes === undefined) {
      return 'malformed';
    }
    const sealing = await this.#keys.sealing(slot);
    if (sealing === undefined) {
      return 'no-key';
    }
    const groupHash = await this.#keys.groupHash;
    // From here to the encryption nothing else runs: a counter that is taken is used.
    const counter = this.#next[slot] ?? Infinity;
    if (!Number.isSafeInteger(counter)) {
      return 'exhausted';
    }
    this.#next[slot] = counter + 1;
    const header = encodeHeader({ kid: sealing.kid, counter });
    const clear = frame.subarray(0, clearBytes);
    const gcm = gcmOf(sealing.key, counter, additionalData(header, groupHash, slot, clear));
    const sealed = await crypto.subtle.encrypt(gcm, sealing.key.key, frame.subarray(clearBytes));
    return concat(clear, header, new Uint8Array(sealed));
  }
}
