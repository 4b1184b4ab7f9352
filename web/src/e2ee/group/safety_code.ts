import { concat, encodeBase64url, encodeUint32, sha256, type Bytes } from '../../protocol/bytes';
import { hkdf } from '../../protocol/derivation';
import { statement } from '../../protocol/statements';
import type { GroupView } from './group_keys';
import { encodeUint64 } from './wire';

const GROUPS = 8;
const BYTES_PER_GROUP = 5;

/** What people compare: who is in the group, and that all hold the same secrets. */
export interface SafetyCode {
  /** Eight groups of five digits. */
  readonly groups: readonly string[];
  /** What a QR code holds. */
  readonly qr: string;
}

/** The safety code of an epoch. It is another one in each. */
export async function safetyCodeOf(
  view: Pick<GroupView, 'groupId' | 'epoch' | 'epochAuthenticator' | 'roster'>,
): Promise<SafetyCode> {
  const roster = view.roster.flatMap(({ index, leafKey }) => [encodeUint32(index), leafKey]);
  const fingerprint = await sha256(
    statement('folkmoot v1 safety code', [
      view.groupId,
      encodeUint64(view.epoch),
      view.epochAuthenticator,
      await sha256(concat(...roster)),
    ]),
  );
  const digits = await hkdf(fingerprint, 'folkmoot v1 safety code digits', GROUPS * BYTES_PER_GROUP);
  const groups = Array.from({ length: GROUPS }, (_, at) =>
    groupOf(digits.slice(at * BYTES_PER_GROUP, (at + 1) * BYTES_PER_GROUP)),
  );
  return { groups, qr: `folkmoot-safety:v1:${encodeBase64url(fingerprint)}` };
}

/** Who was there when people last compared their codes. */
export interface Compared {
  readonly identities: ReadonlySet<string>;
}

/** What has changed since. */
export interface SinceCompared {
  readonly isSame: boolean;
  readonly came: readonly string[];
  readonly went: readonly string[];
}

export function comparedNow(view: Pick<GroupView, 'roster'>): Compared {
  return { identities: new Set(view.roster.map(({ identity }) => identity)) };
}

export function sinceCompared(
  { identities }: Compared,
  { roster }: Pick<GroupView, 'roster'>,
): SinceCompared {
  const now = new Set(roster.map(({ identity }) => identity));
  const came = [...now].filter((identity) => !identities.has(identity));
  const went = [...identities].filter((identity) => !now.has(identity));
  return { isSame: came.length === 0 && went.length === 0, came, went };
}

function groupOf(bytes: Bytes): string {
  // 40 bits: what the remainder prefers is less than one in ten million.
  const value = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
  return String(value % 100_000).padStart(5, '0');
}
