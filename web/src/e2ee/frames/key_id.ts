import type { Slot } from './slot';

// RFC 9605 section 5.2: context ‖ leaf ‖ epoch, with E = 8 and S = 10.
const EPOCHS = 1 << 8;
const LEAVES = 1 << 10;
const SLOTS = 4;

/** Whose key it is, and for what. */
export interface KeyId {
  readonly slot: Slot;
  /** Index of the sender's leaf, below 1,024. */
  readonly leaf: number;
  /** The last eight bits of the MLS epoch. */
  readonly epoch: number;
}

/** What of an epoch a key id tells. */
export function epochBits(epoch: number): number {
  return epoch % EPOCHS;
}

/** Whether a leaf can be named in a key id. */
export function isLeaf(leaf: number): boolean {
  return Number.isInteger(leaf) && leaf >= 0 && leaf < LEAVES;
}

/** The KID of RFC 9605: below 2^20. */
export function encodeKeyId({ slot, leaf, epoch }: KeyId): number {
  return (slot * LEAVES + leaf) * EPOCHS + epoch;
}

/** Undefined: a KID that nobody here makes. */
export function parseKeyId(kid: number): KeyId | undefined {
  const slot = Math.floor(kid / (LEAVES * EPOCHS));
  if (slot >= SLOTS) {
    return undefined;
  }
  const leaf = Math.floor(kid / EPOCHS) % LEAVES;
  return { slot: slot as Slot, leaf, epoch: kid % EPOCHS };
}
