import { encodeBase64url, encodeUtf8, parseBase64url, parseUtf8, type Bytes } from './bytes';
import { HOST_HASH_BYTES, SECRET_BYTES } from './derivation';
import { ED25519_KEY_BYTES } from './signing';

/** What somebody who was invited holds. */
export interface MeetingLink {
  readonly kind: 'meeting';
  readonly secret: Bytes;
  /** First half of SHA-256(host public key). */
  readonly hostHash: Bytes;
  /** Origin of a second server; kept for later. */
  readonly secondServer?: string;
}

/** The spare of a host key. */
export interface HostLink {
  readonly kind: 'host';
  readonly secret: Bytes;
  readonly hostSeed: Bytes;
}

/** What a text turned out to be. */
export type LinkReading =
  | MeetingLink
  | HostLink
  /** Nothing was there. */
  | { readonly kind: 'none' }
  /** The end, or a part, is missing. */
  | { readonly kind: 'cut' }
  /** There is more than a link: a full stop, a sentence around it. */
  | { readonly kind: 'padded' }
  | { readonly kind: 'unknown-version'; readonly version: number }
  | { readonly kind: 'needs-passcode' }
  /** A good link, to another server. */
  | { readonly kind: 'other-server'; readonly origin: string }
  | { readonly kind: 'garbled' };

// More than any link; whatever is longer is a text with a link in it at best.
const MAX_TEXT_CHARS = 4_096;

/**
 * Reads a link from what was pasted, or from `location.hash`: a whole address, or what follows its `#`.
 *
 * @param text - it may be surrounded by white space and by one pair of angle brackets.
 * @param origin - the origin of this page.
 */
export function parseLink(text: string, origin: string): LinkReading {
  const bare = unwrap(text.slice(0, MAX_TEXT_CHARS + 1));
  if (bare === '' || bare === '#') {
    return { kind: 'none' };
  }
  if (bare.length > MAX_TEXT_CHARS) {
    return { kind: 'padded' };
  }
  const hash = bare.indexOf('#');
  if (hash < 0) {
    return isAddress(bare) ? { kind: 'cut' } : parseFragment(bare);
  }
  const address = bare.slice(0, hash);
  const reading = parseFragment(bare.slice(hash + 1));
  return address === '' ? reading : atAddress(address, reading, origin);
}

/** Writes the link that is given to people. */
export function encodeLink(
  origin: string,
  link: { readonly secret: Bytes; readonly hostHash: Bytes; readonly secondServer?: string },
): string {
  const second =
    link.secondServer === undefined ? '' : `.~${encodeBase64url(encodeUtf8(link.secondServer))}`;
  return `${origin}/#v1.${encodeBase64url(link.secret)}.${encodeBase64url(link.hostHash)}${second}`;
}

/** Writes the spare of a host key. */
export function encodeHostLink(origin: string, secret: Bytes, hostSeed: Bytes): string {
  return `${origin}/#v1host.${encodeBase64url(secret)}.${encodeBase64url(hostSeed)}`;
}

function unwrap(text: string): string {
  const trimmed = text.trim();
  const isWrapped = trimmed.startsWith('<') && trimmed.endsWith('>');
  return isWrapped ? trimmed.slice(1, -1).trim() : trimmed;
}

function isAddress(text: string): boolean {
  return /^https?:\/\/\S+$/i.test(text);
}

function atAddress(address: string, reading: LinkReading, origin: string): LinkReading {
  if (/\s|^[<("'[]/.test(address)) {
    return reading.kind === 'garbled' ? reading : { kind: 'padded' };
  }
  const isBare = !/^[a-z][a-z0-9+.-]*:\/\//i.test(address);
  const linked = originOf(isBare ? `${schemeOf(origin)}//${address}` : address);
  if (linked === undefined) {
    return { kind: 'garbled' };
  }
  if (linked !== origin && !['none', 'cut', 'padded', 'garbled'].includes(reading.kind)) {
    return { kind: 'other-server', origin: linked };
  }
  return reading.kind === 'none' ? { kind: 'cut' } : reading;
}

function schemeOf(origin: string): string {
  return origin.startsWith('http://') ? 'http:' : 'https:';
}

function originOf(address: string): string | undefined {
  if (!URL.canParse(address)) {
    return undefined;
  }
  const url = new URL(address);
  return url.protocol === 'https:' || url.protocol === 'http:' ? url.origin : undefined;
}

function parseFragment(fragment: string): LinkReading {
  if (fragment === '') {
    return { kind: 'none' };
  }
  const head = /^v(0|[1-9]\d{0,5})?(host)?(?:\.(.*))?$/s.exec(fragment);
  if (head === null) {
    return { kind: 'garbled' };
  }
  const [, version, host, body] = head;
  if (version !== undefined && version !== '1') {
    return { kind: 'unknown-version', version: Number(version) };
  }
  if (version === undefined || body === undefined) {
    return body === undefined ? { kind: 'cut' } : { kind: 'garbled' };
  }
  return host === undefined ? parseMeeting(body) : parseHost(body);
}

function parseMeeting(body: string): LinkReading {
  const parts = takeParts(body, [SECRET_BYTES, HOST_HASH_BYTES]);
  if (!Array.isArray(parts)) {
    return parts;
  }
  const [secret, hostHash, rest] = parts;
  if (rest === '') {
    return { kind: 'meeting', secret, hostHash };
  }
  const options = /^(\.p)?(?:\.~([A-Za-z0-9_-]*))?$/.exec(rest);
  if (options === null) {
    return { kind: 'padded' };
  }
  if (options[1] !== undefined) {
    return { kind: 'needs-passcode' };
  }
  const secondServer = parseSecondServer(options[2] ?? '');
  return secondServer === undefined
    ? { kind: 'cut' }
    : { kind: 'meeting', secret, hostHash, secondServer };
}

function parseHost(body: string): LinkReading {
  const parts = takeParts(body, [SECRET_BYTES, ED25519_KEY_BYTES]);
  if (!Array.isArray(parts)) {
    return parts;
  }
  const [secret, hostSeed, rest] = parts;
  return rest === '' ? { kind: 'host', secret, hostSeed } : { kind: 'padded' };
}

/** Two fixed parts and what follows, or what is wrong with them. */
function takeParts(
  body: string,
  [firstBytes, secondBytes]: readonly [number, number],
): [Bytes, Bytes, string] | LinkReading {
  const first = takePart(body, firstBytes);
  if ('kind' in first) {
    return first;
  }
  if (!first.rest.startsWith('.')) {
    return { kind: first.rest === '' ? 'cut' : 'garbled' };
  }
  const second = takePart(first.rest.slice(1), secondBytes);
  return 'kind' in second ? second : [first.bytes, second.bytes, second.rest];
}

function takePart(
  text: string,
  length: number,
): { readonly bytes: Bytes; readonly rest: string } | LinkReading {
  const chars = Math.ceil((length * 8) / 6);
  const written = /^[A-Za-z0-9_-]*/.exec(text)?.[0] ?? '';
  if (written.length < chars) {
    // Letters after what isn't one are no end that got lost.
    const isCut = /^[^A-Za-z0-9_-]*$|^\s/.test(text.slice(written.length));
    return { kind: isCut ? 'cut' : 'garbled' };
  }
  const bytes = parseBase64url(text.slice(0, chars));
  return bytes === undefined ? { kind: 'garbled' } : { bytes, rest: text.slice(chars) };
}

function parseSecondServer(encoded: string): string | undefined {
  const bytes = parseBase64url(encoded);
  const text = bytes === undefined ? undefined : parseUtf8(bytes);
  const isOrigin = text?.startsWith('https://') === true && originOf(text) === text;
  return isOrigin ? text : undefined;
}
