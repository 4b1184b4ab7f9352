import { encodeBase64url, parseBase64url, type Bytes } from './bytes';
import { MEETING_SIZES } from './sealing';
import { ED25519_KEY_BYTES } from './signing';
import type { SignedCreation, SignedKnock } from './statements';

/** Length of what names one life of a server's process. */
export const RUN_BYTES = 16;

/** Length of a nonce. */
export const NONCE_BYTES = 32;

// A ticket is a JWT of some hundred characters; what is longer would not fit into a request line.
const MAX_TICKET_CHARS = 4_096;

// Texts of a server are shown; an endless one would fill the page.
const MAX_TEXT_CHARS = 400;

/** Answer to `GET /api/server`. */
export interface ServerAnswer {
  readonly operator: string;
  readonly place: string;
  readonly canCreate: boolean;
  readonly version: string;
}

/** Answer to `POST /api/meetings/<locator>/admissions`. */
export interface AdmissionAnswer {
  /** Opens signalling. */
  readonly ticket: string;
  /** Opens the group channel. */
  readonly groupTicket: string;
  readonly sealed: Bytes;
  readonly hostKey: Bytes;
  readonly expiresAtMs: number;
  readonly node: Node;
}

/** Who a server is, where it signs something. */
export interface Node {
  readonly key: Bytes;
  /** Names one life of its process. */
  readonly run: Bytes;
}

/** A refusal in the server's words. */
export interface Problem {
  /** One stable word. */
  readonly error: string;
  readonly message: string;
}

/** Writes the body of `POST /api/meetings`. */
export function encodeCreation(creation: SignedCreation): string {
  return JSON.stringify({
    origin: creation.origin,
    locator: encodeBase64url(creation.locator),
    admission_key: encodeBase64url(creation.admissionKey),
    host_key: encodeBase64url(creation.hostKey),
    sealed: encodeBase64url(creation.sealed),
    lifetime_s: creation.lifetimeS,
    admission_signature: encodeBase64url(creation.admissionSignature),
    host_signature: encodeBase64url(creation.hostSignature),
  });
}

/** Writes the body of `POST /api/meetings/<locator>/admissions`. */
export function encodeKnock(knock: SignedKnock): string {
  const name =
    knock.sealedName === undefined ? {} : { sealed_name: encodeBase64url(knock.sealedName) };
  return JSON.stringify({
    origin: knock.origin,
    nonce: encodeBase64url(knock.nonce),
    leaf_key: encodeBase64url(knock.leafKey),
    admission_signature: encodeBase64url(knock.admissionSignature),
    leaf_signature: encodeBase64url(knock.leafSignature),
    ...name,
  });
}

/** Reads what a server says of itself; undefined when it isn't that. */
export function parseServer(body: string): ServerAnswer | undefined {
  const answer = parseObject(body);
  const { operator, place, can_create: canCreate, version } = answer;
  return typeof operator === 'string' &&
    typeof place === 'string' &&
    typeof canCreate === 'boolean' &&
    typeof version === 'string'
    ? { operator: cut(operator), place: cut(place), canCreate, version: cut(version) }
    : undefined;
}

/** Reads when a meeting that was made expires. */
export function parseCreated(body: string): number | undefined {
  return parseTime(parseObject(body)['expires_at_ms']);
}

/** Reads a nonce. */
export function parseNonce(body: string): Bytes | undefined {
  return parseBytes(parseObject(body)['nonce'], [NONCE_BYTES]);
}

/** Reads what somebody gets who is let in. */
export function parseAdmission(body: string): AdmissionAnswer | undefined {
  const answer = parseObject(body);
  const { ticket, group_ticket: groupTicket } = answer;
  const sealed = parseBytes(answer['sealed'], MEETING_SIZES);
  const hostKey = parseBytes(answer['host_key'], [ED25519_KEY_BYTES]);
  const expiresAtMs = parseTime(answer['expires_at_ms']);
  if (!isTicket(ticket) || !isTicket(groupTicket)) {
    return undefined;
  }
  const node = parseNode(answer);
  if (!sealed || !hostKey || !node || expiresAtMs === undefined) {
    return undefined;
  }
  return { ticket, groupTicket, sealed, hostKey, expiresAtMs, node };
}

/** Reads a refusal; one that can't be read has no words. */
export function parseProblem(body: string): Problem {
  const { error, message } = parseObject(body);
  return {
    error: typeof error === 'string' ? cut(error) : '',
    message: typeof message === 'string' ? cut(message) : '',
  };
}

function parseObject(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function parseBytes(value: unknown, lengths: readonly number[]): Bytes | undefined {
  const bytes = typeof value === 'string' ? parseBase64url(value) : undefined;
  return bytes !== undefined && lengths.includes(bytes.length) ? bytes : undefined;
}

function parseNode(answer: Record<string, unknown>): Node | undefined {
  const key = parseBytes(answer['node_key'], [ED25519_KEY_BYTES]);
  const run = parseBytes(answer['node_run'], [RUN_BYTES]);
  return key && run && { key, run };
}

function parseTime(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && Number(value) > 0 ? Number(value) : undefined;
}

function isTicket(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_TICKET_CHARS && /^[\w.-]+$/.test(value);
}

function cut(text: string): string {
  return text.trim().slice(0, MAX_TEXT_CHARS);
}
