import { encodeBase64url, encodeUtf8, sha256, type Bytes } from '../../protocol/bytes';
import { canonicalJson, type Json } from '../../protocol/canonical_json';
import type { SigningKey } from '../../protocol/signing';
import { statement } from '../../protocol/statements';
import type { Drain } from './node_word';
import type { Roster, RosterSignature } from './roster_statement';
import type { ServiceStatement } from './service_statement';

/** Somebody's time in the group, as this device saw it by its own clock, in milliseconds since 1970. */
export interface Stay {
  readonly leafKey: Bytes;
  readonly isHost: boolean;
  /** What they were called here; undefined where they said no name. */
  readonly called: string | undefined;
  readonly fromMs: number;
  /** Undefined: to the end of the record. */
  readonly untilMs: number | undefined;
}

/** What one device saw of a call, and how it ended. There is no secret in it. */
export interface CallRecord {
  /** Undefined: this device never was in a group. */
  readonly groupId: Bytes | undefined;
  /** Milliseconds since 1970, by the clock of the device. */
  readonly beganMs: number;
  readonly endedMs: number;
  readonly ending: {
    readonly name: string;
    /** Whether it is for good: a call that has stopped may go on. */
    readonly isOver: boolean;
    /** What the name rests on, each by its name in `protocol/record.md`. */
    readonly grounds: Readonly<Record<string, string | number | boolean>>;
  };
  readonly stays: readonly Stay[];
  readonly statements: readonly ServiceStatement[];
  readonly drain: Drain | undefined;
  /** Of the last epoch, with what others have signed of it; undefined: this device never was in a group. */
  readonly roster: (Roster & { readonly signatures: readonly RosterSignature[] }) | undefined;
}

/** Signs a record, and writes it as the file of `protocol/record.md`. */
export async function writeRecord(record: CallRecord, signer: SigningKey): Promise<string> {
  const content = contentOf(record, signer.publicKey);
  const signature = await signer.sign(await recordStatement(content, signer.publicKey));
  const file = { record: content, signature: encodeBase64url(signature) };
  return `${JSON.stringify(file, undefined, 2)}\n`;
}

/** What a device signs of its record. */
async function recordStatement(content: Json, leafKey: Bytes): Promise<Bytes> {
  const digest = await sha256(encodeUtf8(canonicalJson(content)));
  return statement('folkmoot v1 record', [leafKey, digest]);
}

function contentOf(record: CallRecord, device: Bytes): Json {
  const { groupId, drain, ending, roster } = record;
  return {
    v: 1,
    device: encodeBase64url(device),
    group: groupId === undefined ? null : encodeBase64url(groupId),
    began_ms: record.beganMs,
    ended_ms: record.endedMs,
    ending: { name: ending.name, is_over: ending.isOver, grounds: ending.grounds },
    stays: record.stays.map(stayIn),
    statements: record.statements.map(statementIn),
    drain: drain === undefined ? null : drainIn(drain),
    roster: roster === undefined ? null : rosterIn(roster),
  };
}

function stayIn({ leafKey, isHost, called, fromMs, untilMs }: Stay): Json {
  return {
    device: encodeBase64url(leafKey),
    is_host: isHost,
    called: called ?? null,
    from_ms: fromMs,
    until_ms: untilMs ?? null,
  };
}

function rosterIn({ epoch, members, signatures }: NonNullable<CallRecord['roster']>): Json {
  return {
    epoch,
    members: members.map(encodeBase64url),
    signatures: signatures.map(({ signer, atMs, signature }) => ({
      signer: encodeBase64url(signer),
      at_ms: atMs,
      signature: encodeBase64url(signature),
    })),
  };
}

function statementIn(signed: ServiceStatement): Json {
  return {
    kind: signed.kind,
    about: signed.kind === 'served' ? encodeBase64url(signed.about) : null,
    from_ms: signed.fromMs,
    until_ms: signed.untilMs,
    signer: encodeBase64url(signed.signer),
    signature: encodeBase64url(signed.signature),
  };
}

function drainIn({ nodeKey, run, atMs, signature }: Drain): Json {
  return {
    node_key: encodeBase64url(nodeKey),
    run: encodeBase64url(run),
    at_ms: atMs,
    signature: encodeBase64url(signature),
  };
}
