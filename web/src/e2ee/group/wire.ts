import { type Bytes } from '../../protocol/bytes';

/** Bytes that are not what `protocol/group.md` says. */
export class WireError extends Error {
  override readonly name = 'WireError';
}

/** A number as eight bytes, big-endian. */
export function encodeUint64(value: number): Bytes {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
  return bytes;
}

/** Reads bytes from the front; whoever reads says when they must be at their end. */
export class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /**
   * The next bytes, as a copy.
   *
   * @throws WireError - there are fewer.
   */
  take(length: number): Bytes {
    const end = this.#at + length;
    if (end > this.#bytes.length) {
      throw new WireError('Fewer bytes than there must be.');
    }
    const taken = Uint8Array.from(this.#bytes.subarray(this.#at, end));
    this.#at = end;
    return taken;
  }

  uint8(): number {
    return new DataView(this.take(1).buffer).getUint8(0);
  }

  uint16(): number {
    return new DataView(this.take(2).buffer).getUint16(0);
  }

  uint32(): number {
    return new DataView(this.take(4).buffer).getUint32(0);
  }

  uint64(): number {
    const value = new DataView(this.take(8).buffer).getBigUint64(0);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
      throw new WireError('A number beyond what is counted here.');
    }
    return Number(value);
  }

  /** What `LP` has written. */
  prefixed(): Bytes {
    return this.take(this.uint16());
  }

  /** What is left. */
  rest(): Bytes {
    return this.take(this.#bytes.length - this.#at);
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** @throws WireError - something follows. */
  end(): void {
    if (!this.isAtEnd) {
      throw new WireError('More bytes than there must be.');
    }
  }
}

/** What a reading gives, or undefined where the bytes are not what they should be. */
export function parsed<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof WireError) {
      return undefined;
    }
    throw error;
  }
}
