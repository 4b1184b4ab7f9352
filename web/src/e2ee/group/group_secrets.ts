import { type Bytes } from '../../protocol/bytes';
import { hkdf, LABELS, LOCATOR_BYTES } from '../../protocol/derivation';

/** Length of a group id. */
export const GROUP_ID_BYTES = 32;

/** What a member needs of the meeting's secret. It can be given to a worker. */
export interface GroupSecrets {
  readonly locator: Bytes;
  /** Names one generation of the meeting: a rotated link has another. */
  readonly groupId: Bytes;
  /** K_tag, HMAC-SHA256: who has it may belong to the group. */
  readonly tagKey: CryptoKey;
  /** K_meta, AES-256-GCM: seals host acts. */
  readonly metaKey: CryptoKey;
}

/** Derives what belongs to one generation of a meeting. The first is 0. */
export async function deriveGroupSecrets(secret: Bytes, generation = 0): Promise<GroupSecrets> {
  const [locator, root] = await Promise.all([
    hkdf(secret, LABELS.locator, LOCATOR_BYTES),
    hkdf(secret, LABELS.root, 32),
  ]);
  const [groupId, tag, meta] = await Promise.all([
    hkdf(root, `folkmoot v1 group id ${String(generation)}`, GROUP_ID_BYTES),
    hkdf(root, LABELS.tag, 32),
    hkdf(root, LABELS.meta, 32),
  ]);
  try {
    const hmac = { name: 'HMAC', hash: 'SHA-256' };
    const [tagKey, metaKey] = await Promise.all([
      crypto.subtle.importKey('raw', tag, hmac, false, ['sign']),
      crypto.subtle.importKey('raw', meta, 'AES-GCM', false, ['encrypt', 'decrypt']),
    ]);
    return { locator, groupId, tagKey, metaKey };
  } finally {
    for (const bytes of [root, tag, meta]) {
      bytes.fill(0);
    }
  }
}
