import {
  concat,
  encodeBase64url,
  encodeUint32,
  encodeUtf8,
  equalBytes,
  lengthPrefixed,
  sha256,
  type Bytes,
} from '../../protocol/bytes';
import { openBytes, sealBytes, SealError } from '../../protocol/sealing';
import {
  ED25519_KEY_BYTES,
  ED25519_SIGNATURE_BYTES,
  type SigningKey,
} from '../../protocol/signing';
import { statement } from '../../protocol/statements';
import { HEAD_BYTES, NO_ACTS } from './commit_data';
import type { GroupSecrets } from './group_secrets';
import { actStatement } from './group_statements';
import type { Verifier } from './verification';
import { parsed, Reader, WireError } from './wire';

/** Sizes of a sealed act. */
export const ACT_SIZES: readonly number[] = [512, 2048, 8192];

/** Most acts of one meeting: what a joiner is given must stay readable in a moment. */
export const MAX_ACTS = 1_024;

const FORM = 1;

const ACT_NUMBERS = { 'ask-to-join': 1, lock: 2, removal: 3, delegation: 4 } as const;

/** What a host does. */
export type Act =
  | { readonly kind: 'ask-to-join' | 'lock'; readonly isOn: boolean }
  /** These leaf keys are put out; from now on joining has to be asked for. */
  | { readonly kind: 'removal'; readonly leafKeys: readonly Bytes[] }
  /** A member becomes co-host, or is one no longer. */
  | { readonly kind: 'delegation'; readonly leafKey: Bytes; readonly isOn: boolean };

/** What follows from all acts. Leaf keys are in base64url. */
export interface ActState {
  readonly head: Bytes;
  readonly count: number;
  readonly hasToAsk: boolean;
  readonly isLocked: boolean;
  readonly removed: ReadonlySet<string>;
  readonly coHosts: ReadonlySet<string>;
}

/** What an act brings about, and what it is. */
export interface NextAct {
  readonly act: Act;
  readonly state: ActState;
}

/** Before the first act. */
export const FIRST_STATE: ActState = {
  head: NO_ACTS,
  count: 0,
  hasToAsk: false,
  isLocked: false,
  removed: new Set(),
  coHosts: new Set(),
};

/** The context of all acts of a meeting. */
export interface ActContext {
  readonly secrets: GroupSecrets;
  /** The host's public key, as the link names it. */
  readonly hostKey: Bytes;
  readonly verifier: Verifier;
}

/** Makes the act that follows a state: signed, sealed under K_meta. */
export async function makeAct(
  secrets: GroupSecrets,
  state: ActState,
  act: Act,
  signer: SigningKey,
  nonce?: Bytes,
): Promise<Bytes> {
  const [type, body] = [ACT_NUMBERS[act.kind], encodeBody(act)];
  const { locator, groupId } = secrets;
  const signed = { locator, groupId, previous: state.head, number: state.count + 1, type, body };
  const plain = concat(
    Uint8Array.of(FORM),
    state.head,
    encodeUint32(signed.number),
    Uint8Array.of(type),
    lengthPrefixed(body),
    signer.publicKey,
    await signer.sign(actStatement(signed)),
  );
  return sealBytes(secrets.metaKey, plain, ACT_SIZES, actData(secrets), nonce);
}

/** The head once a sealed act follows another head. */
export function headAfter(previous: Bytes, sealed: Bytes): Promise<Bytes> {
  return sha256(statement('folkmoot v1 host act head', [previous, sealed]));
}

/** What an act does that follows a state; undefined when it does not follow, or is nobody's to do. */
export async function followAct(
  context: ActContext,
  state: ActState,
  sealed: Bytes,
): Promise<NextAct | undefined> {
  const plain = await openAct(context.secrets, sealed);
  const read = plain === undefined ? undefined : parsed(() => readAct(plain));
  if (read === undefined || state.count >= MAX_ACTS) {
    return undefined;
  }
  const follows = equalBytes(read.previous, state.head) && read.number === state.count + 1;
  if (!follows || !mayAct(context, state, read.act, read.signer)) {
    return undefined;
  }
  const { locator, groupId } = context.secrets;
  const bytes = actStatement({ locator, groupId, ...read });
  if (!(await context.verifier.verify(read.signer, bytes, read.signature))) {
    return undefined;
  }
  const head = await headAfter(state.head, sealed);
  return { act: read.act, state: { ...apply(state, read.act), head, count: read.number } };
}

/** What follows from a whole chain; undefined when one act does not follow. */
export async function followChain(
  context: ActContext,
  sealed: readonly Bytes[],
): Promise<ActState | undefined> {
  let state = FIRST_STATE;
  for (const act of sealed) {
    const next = await followAct(context, state, act);
    if (next === undefined) {
      return undefined;
    }
    ({ state } = next);
  }
  return state;
}

/** Whether a key speaks for the host: it is the host's, or a co-host's. */
export function speaksForHost(hostKey: Bytes, state: ActState, key: Bytes): boolean {
  return equalBytes(key, hostKey) || state.coHosts.has(encodeBase64url(key));
}

function mayAct({ hostKey }: ActContext, state: ActState, act: Act, signer: Bytes): boolean {
  // Only the host makes co-hosts: otherwise one of them could not be unmade.
  return act.kind === 'delegation'
    ? equalBytes(signer, hostKey)
    : speaksForHost(hostKey, state, signer);
}

function apply(state: ActState, act: Act): ActState {
  switch (act.kind) {
    case 'ask-to-join':
      return { ...state, hasToAsk: act.isOn };
    case 'lock':
      return { ...state, isLocked: act.isOn };
    case 'removal': {
      const keys = act.leafKeys.map(encodeBase64url);
      const coHosts = new Set([...state.coHosts].filter((key) => !keys.includes(key)));
      // Whoever was put out still has the link.
      return { ...state, hasToAsk: true, removed: new Set([...state.removed, ...keys]), coHosts };
    }
    case 'delegation': {
      const coHosts = new Set(state.coHosts);
      const key = encodeBase64url(act.leafKey);
      if (act.isOn) {
        coHosts.add(key);
      } else {
        coHosts.delete(key);
      }
      return { ...state, coHosts };
    }
  }
}

async function openAct(secrets: GroupSecrets, sealed: Bytes): Promise<Bytes | undefined> {
  try {
    return await openBytes(secrets.metaKey, sealed, ACT_SIZES, actData(secrets));
  } catch (error) {
    if (error instanceof SealError) {
      return undefined;
    }
    throw error;
  }
}

function actData({ locator, groupId }: GroupSecrets): Bytes {
  return concat(encodeUtf8('folkmoot v1 sealed act'), locator, groupId);
}

function readAct(plain: Bytes): {
  previous: Bytes;
  number: number;
  type: number;
  body: Bytes;
  act: Act;
  signer: Bytes;
  signature: Bytes;
} {
  const reader = new Reader(plain);
  if (reader.uint8() !== FORM) {
    throw new WireError('An unknown form of act.');
  }
  const previous = reader.take(HEAD_BYTES);
  const number = reader.uint32();
  const type = reader.uint8();
  const body = reader.prefixed();
  const signer = reader.take(ED25519_KEY_BYTES);
  const signature = reader.take(ED25519_SIGNATURE_BYTES);
  reader.end();
  return { previous, number, type, body, act: parseBody(type, body), signer, signature };
}

function encodeBody(act: Act): Bytes {
  switch (act.kind) {
    case 'ask-to-join':
    case 'lock':
      return Uint8Array.of(act.isOn ? 1 : 0);
    case 'removal':
      return concat(...act.leafKeys);
    case 'delegation':
      return concat(act.leafKey, Uint8Array.of(act.isOn ? 1 : 0));
  }
}

function parseBody(type: number, body: Bytes): Act {
  const reader = new Reader(body);
  const act = readBody(type, reader);
  reader.end();
  return act;
}

function readBody(type: number, reader: Reader): Act {
  switch (type) {
    case ACT_NUMBERS['ask-to-join']:
      return { kind: 'ask-to-join', isOn: readFlag(reader) };
    case ACT_NUMBERS.lock:
      return { kind: 'lock', isOn: readFlag(reader) };
    case ACT_NUMBERS.removal:
      return { kind: 'removal', leafKeys: readKeys(reader) };
    case ACT_NUMBERS.delegation: {
      const leafKey = reader.take(ED25519_KEY_BYTES);
      return { kind: 'delegation', leafKey, isOn: readFlag(reader) };
    }
    default:
      // An act that this release doesn't know may put somebody out: it can't be passed over.
      throw new WireError('An unknown act.');
  }
}

function readFlag(reader: Reader): boolean {
  const value = reader.uint8();
  if (value > 1) {
    throw new WireError('Neither on nor off.');
  }
  return value === 1;
}

function readKeys(reader: Reader): Bytes[] {
  const keys: Bytes[] = [];
  while (!reader.isAtEnd) {
    keys.push(reader.take(ED25519_KEY_BYTES));
  }
  if (keys.length === 0) {
    throw new WireError('A removal of nobody.');
  }
  return keys;
}
