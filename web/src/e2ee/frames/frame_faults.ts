/** Why a frame is not sent. */
export const SEND_FAULTS = ['empty', 'codec', 'malformed', 'no-key', 'exhausted', 'failed'] as const;

/** Why a frame that came is not played. */
export const RECEIVE_FAULTS = [
  /** Nothing in it: a pause that some encoders send. */
  'empty',
  /** Nobody has signed yet whose track it is. */
  'unannounced',
  /** No codec that is carried, or not on this slot. */
  'codec',
  /** Shorter than a frame can be, or with no header that we write. */
  'malformed',
  /** Of an epoch that is not held: too early, too late, or none of ours. */
  'unknown-key',
  /** Another member's, or another slot's, than the track's. */
  'wrong-sender',
  /** It came before, or long after what came since. */
  'replayed',
  /** The tag is wrong. */
  'forged',
  /** The browser could not. */
  'failed',
] as const;

export type SendFault = (typeof SEND_FAULTS)[number];
export type ReceiveFault = (typeof RECEIVE_FAULTS)[number];
