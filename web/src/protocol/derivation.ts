import { concat, encodeBase32, encodeBase64url, encodeUtf8, sha256, type Bytes } from './bytes';
import { importSeed, publicKeyOfSeed, signingKey, type SigningKey } from './signing';

/** Length of a meeting's secret. */
export const SECRET_BYTES = 32;

/** Length of a locator. */
export const LOCATOR_BYTES = 16;

/** Length of the part of the host key's hash that a link carries. */
export const HOST_HASH_BYTES = 16;

/** Length of an identity, in characters. */
export const IDENTITY_CHARS = 26;

/** What is derived, as `protocol/README.md` names it. */
export const LABELS = {
  locator: 'folkmoot v1 locator',
  root: 'folkmoot v1 root',
  admission: 'folkmoot v1 admission key',
  meta: 'folkmoot v1 meta key',
  tag: 'folkmoot v1 member tag key',
  mix: 'folkmoot v1 media mix key',
} as const;

/** What a device needs of a meeting's secret to be let in and to read what is sealed. */
export interface MeetingKeys {
  readonly locator: Bytes;
  /** The locator in base64url: the meeting's address, and the name of its room. */
  readonly room: string;
  readonly admissionKey: SigningKey;
  /** K_meta, AES-256-GCM. */
  readonly metaKey: CryptoKey;
}

/** HKDF (RFC 5869) with SHA-256 and an empty salt. */
export async function hkdf(secret: Bytes, label: string, length: number): Promise<Bytes> {
  const key = await crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveBits']);
  const parameters = {
    name: 'HKDF',
    hash: 'SHA-256',
    salt: new Uint8Array(),
    info: encodeUtf8(label),
  };
  return new Uint8Array(await crypto.subtle.deriveBits(parameters, key, length * 8));
}

/**
 * Derives what belongs to a meeting's secret.
 *
 * @throws UnsupportedError - this browser has no Ed25519.
 */
export async function deriveKeys(secret: Bytes): Promise<MeetingKeys> {
  const locator = await hkdf(secret, LABELS.locator, LOCATOR_BYTES);
  const root = await hkdf(secret, LABELS.root, 32);
  const [seed, meta] = await Promise.all([
    hkdf(root, LABELS.admission, 32),
    hkdf(root, LABELS.meta, 32),
  ]);
  try {
    const [privateKey, publicKey, metaKey] = await Promise.all([
      importSeed(seed),
      publicKeyOfSeed(seed),
      crypto.subtle.importKey('raw', meta, 'AES-GCM', false, ['encrypt', 'decrypt']),
    ]);
    const admissionKey = signingKey(privateKey, publicKey);
    return { locator, room: encodeBase64url(locator), admissionKey, metaKey };
  } finally {
    for (const bytes of [root, seed, meta]) {
      bytes.fill(0);
    }
  }
}

/** The identity that belongs to a leaf public key. */
export async function identityOf(leafKey: Bytes): Promise<string> {
  return encodeBase32(await sha256(leafKey)).slice(0, IDENTITY_CHARS);
}

/** What a link carries of a host public key. */
export async function hostHashOf(hostKey: Bytes): Promise<Bytes> {
  return (await sha256(hostKey)).slice(0, HOST_HASH_BYTES);
}

/** Begins additional data and statements: a label, then bytes. */
export function labelled(label: string, ...parts: readonly Uint8Array[]): Bytes {
  return concat(encodeUtf8(label), ...parts);
}
