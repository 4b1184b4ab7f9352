import { concat, type Bytes } from '../../protocol/bytes';
import { clearLength, codecOf } from './clear_bytes';
import type { ReceiveFault } from './frame_faults';
import { additionalData } from './frame_sealer';
import { parseKeyId, type KeyId } from './key_id';
import { gcmOf, TAG_BYTES } from './key_schedule';
import type { Announced, MediaKeys } from './media_keys';
import { parseHeader } from './sframe_header';

/** A frame that was opened. */
export interface OpenedFrame {
  readonly data: Bytes;
  readonly counter: number;
}

/** A frame's parts; none of it is known to be true yet. */
interface Parts {
  readonly clear: Uint8Array;
  readonly header: Uint8Array;
  readonly sealed: Bytes;
  readonly id: KeyId;
  readonly counter: number;
}

/** Opens what comes from others. What is not a member's own, fresh and whole frame is a reason. */
export class FrameOpener {
  readonly #keys: MediaKeys;

  constructor(keys: MediaKeys) {
    this.#keys = keys;
  }

  /**
   * @param mimeType - of the frame, as the browser says. Who forwards it may have chosen it: a wrong
   *   one moves the bounds, and then the tag is wrong.
   * @param announced - whose track it came on.
   */
  async open(
    frame: Bytes,
    mimeType: string | undefined,
    announced: Announced | undefined,
  ): Promise<OpenedFrame | ReceiveFault> {
    if (frame.length === 0) {
      return 'empty';
    }
    if (announced === undefined) {
      return 'unannounced';
    }
    const codec = codecOf(mimeType, announced.slot);
    if (codec === undefined) {
      return 'codec';
    }
    const parts = partsOf(frame, clearLength(codec, frame));
    return parts === undefined ? 'malformed' : this.#decrypt(parts, announced);
  }

  async #decrypt(parts: Parts, announced: Announced): Promise<OpenedFrame | ReceiveFault> {
    const { clear, header, sealed, id, counter } = parts;
    const opening = await this.#keys.opening(id, announced);
    if (typeof opening === 'string') {
      return opening;
    }
    const { key, window } = opening;
    if (!window.isFresh(counter)) {
      return 'replayed';
    }
    const groupHash = await this.#keys.groupHash;
    const gcm = gcmOf(key, counter, additionalData(header, groupHash, announced.slot, clear));
    let content: ArrayBuffer;
    try {
      content = await crypto.subtle.decrypt(gcm, key.key, sealed);
    } catch {
      return 'forged';
    }
    // Once more: the same frame may have come on another track meanwhile.
    return window.take(counter)
      ? { data: concat(clear, new Uint8Array(content)), counter }
      : 'replayed';
  }
}

function partsOf(frame: Bytes, clearBytes: number | undefined): Parts | undefined {
  if (clearBytes === undefined) {
    return undefined;
  }
  const read = parseHeader(frame, clearBytes);
  const id = read && parseKeyId(read.kid);
  if (read === undefined || id === undefined) {
    return undefined;
  }
  const start = clearBytes + read.length;
  const sealed = frame.subarray(start);
  if (sealed.length < TAG_BYTES) {
    return undefined;
  }
  return {
    clear: frame.subarray(0, clearBytes),
    header: frame.subarray(clearBytes, start),
    sealed,
    id,
    counter: read.counter,
  };
}
