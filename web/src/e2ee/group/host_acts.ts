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

const ACT_NUMBERS = {
  'ask-to-join': 1,
  lock: 2,
  removal: 3,
  delegation: 4,
  reopening: 5,
} as const;

/** What a host does. */
export type Act =
  | { readonly kind: 'ask-to-join' | 'lock'; readonly isOn: boolean }
  /** These leaf keys are put out; from now on joining has to be asked for. */
  | { readonly kind: 'removal'; readonly leafKeys: readonly Bytes[] }
  /** A member becomes co-host, or is one no longer. */
  | { readonly kind: 'delegation'; readonly leafKey: Bytes; readonly isOn: boolean }
  /** A group is made anew whose acts nobody knows any more: joining has to be asked for. */
  | { readonly kind: 'reopening' };

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

/** Whether acts keep anybody out: then a group is not made anew without its host. */
export function isBinding({ hasToAsk, isLocked, removed }: ActState): boolean {
  return hasToAsk || isLocked || removed.size > 0;
}

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
  if (!follows || read.act.kind === 'reopening') {
    return undefined;
  }
  return nextAct(context, state, read, sealed);
}

/** Makes the act with which a host begins a chain anew, after a head whose acts nobody knows. */
export function makeReopening(
  secrets: GroupSecrets,
  previous: Bytes,
  host: SigningKey,
  nonce?: Bytes,
): Promise<Bytes> {
  return makeAct(secrets, { ...FIRST_STATE, head: previous }, { kind: 'reopening' }, host, nonce);
}

/** What a reopening does, and after which head; undefined when it is none. */
export async function followReopening(
  context: ActContext,
  sealed: Bytes,
): Promise<{ readonly previous: Bytes; readonly state: ActState } | undefined> {
  const plain = await openAct(context.secrets, sealed);
  const read = plain === undefined ? undefined : parsed(() => readAct(plain));
  if (read?.act.kind !== 'reopening' || read.number !== 1) {
    return undefined;
  }
  const { previous } = read;
  const next = await nextAct(context, { ...FIRST_STATE, head: previous }, read, sealed);
  return next && { previous, state: next.state };
}

async function nextAct(
  context: ActContext,
  state: ActState,
  read: ReadAct,
  sealed: Bytes,
): Promise<NextAct | undefined> {
  const { locator, groupId } = context.secrets;
  const bytes = actStatement({ locator, groupId, ...read });
  const isGenuine =
    mayAct(context, state, read.act, read.signer) &&
    (await context.verifier.verify(read.signer, bytes, read.signature));
  if (!isGenuine) {
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
  return (await followAll(context, sealed))?.at(-1);
}

/** What follows from a chain after each of its acts, the state before the first one included. */
export async function followAll(
  context: ActContext,
  sealed: readonly Bytes[],
): Promise<ActState[] | undefined> {
  const states = [FIRST_STATE];
  for (const [at, act] of sealed.entries()) {
    const begun = at === 0 ? await followReopening(context, act) : undefined;
    const next = begun ?? (await followAct(context, states.at(-1) ?? FIRST_STATE, act));
    if (next === undefined) {
      return undefined;
    }
    states.push(next.state);
  }
  return states;
}

/** Whether a key speaks for the host: it is the host's, or a co-host's. */
export function speaksForHost(hostKey: Bytes, state: ActState, key: Bytes): boolean {
  return equalBytes(key, hostKey) || state.coHosts.has(encodeBase64url(key));
}

function mayAct({ hostKey }: ActContext, state: ActState, act: Act, signer: Bytes): boolean {
  // Only the host makes co-hosts: otherwise one of them could not be unmade. And who may have been
  // unmade by acts that are forgotten does not begin anew.
  return act.kind === 'delegation' || act.kind === 'reopening'
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
    case 'reopening':
      return { ...state, hasToAsk: true };
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

interface ReadAct {
  readonly previous: Bytes;
  readonly number: number;
  readonly type: number;
  readonly body: Bytes;
  readonly act: Act;
  readonly signer: Bytes;
  readonly signature: Bytes;
}

function readAct(plain: Bytes): ReadAct {
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
    case 'reopening':
      return new Uint8Array();
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
    case ACT_NUMBERS.reopening:
      return { kind: 'reopening' };
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
