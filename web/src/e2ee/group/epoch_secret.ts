import type { Bytes } from '../../protocol/bytes';
import type { GroupKeys, GroupView } from './group_keys';
import type { Change } from './membership_rules';

/** What media of an epoch are keyed with (RFC 9605 section 5.2). */
const MEDIA_LABEL = 'SFrame 1.0 Base Key';
const MEDIA_BYTES = 16;

/** What made an epoch; `entry`: this device has come in, for the first time or anew, or has made the group. */
export type EpochCause = Change['kind'] | 'entry';

/** Another epoch begins for this device. */
export interface NewEpoch {
  readonly view: GroupView;
  readonly cause: EpochCause;
  /** The secret of its media: 16 bytes, for whoever takes it to zero. */
  readonly exported: Bytes;
}

interface Parts {
  readonly keys: GroupKeys;
  readonly onEpoch?: (epoch: NewEpoch) => Promise<void>;
}

/** Tells of an epoch. Nothing may take the device to another one before this is done. */
export async function tellEpoch(
  { keys, onEpoch }: Parts,
  view: GroupView,
  cause: EpochCause,
): Promise<void> {
  if (onEpoch !== undefined) {
    const exported = await keys.exportKey(MEDIA_LABEL, new Uint8Array(), MEDIA_BYTES);
    await onEpoch({ view, cause, exported });
  }
}
