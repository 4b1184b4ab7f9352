import { encodeUint32, encodeUtf8, lengthPrefixed, sha256, type Bytes } from './bytes';
import { labelled } from './derivation';

/** What the makers of a meeting sign: with the admission key, and with the host key. */
export interface Creation {
  readonly origin: string;
  readonly locator: Bytes;
  readonly admissionKey: Bytes;
  readonly hostKey: Bytes;
  readonly sealed: Bytes;
  readonly lifetimeS: number;
}

/** What somebody who asks to be let in signs: with the admission key, and with their leaf key. */
export interface Knock {
  readonly origin: string;
  readonly locator: Bytes;
  readonly nonce: Bytes;
  readonly leafKey: Bytes;
  readonly identity: string;
}

/** A creation that both keys have signed. */
export interface SignedCreation extends Creation {
  readonly admissionSignature: Bytes;
  readonly hostSignature: Bytes;
}

/** A knock that both keys have signed; who has a name already sends it along, sealed. */
export interface SignedKnock extends Knock {
  readonly admissionSignature: Bytes;
  readonly leafSignature: Bytes;
  readonly sealedName: Bytes | undefined;
}

/** The bytes to sign for a creation. */
export async function creationStatement(creation: Creation): Promise<Bytes> {
  return statement('folkmoot v1 creation', [
    encodeUtf8(creation.origin),
    creation.locator,
    creation.admissionKey,
    creation.hostKey,
    await sha256(creation.sealed),
    encodeUint32(creation.lifetimeS),
  ]);
}

/** The bytes to sign for an admission. */
export function admissionStatement(knock: Knock): Bytes {
  return statement('folkmoot v1 admission', [
    encodeUtf8(knock.origin),
    knock.locator,
    knock.nonce,
    knock.leafKey,
    encodeUtf8(knock.identity),
  ]);
}

/** The bytes to sign: a label, one zero byte, and each field with its length. */
export function statement(label: string, fields: readonly Bytes[]): Bytes {
  return labelled(label, Uint8Array.of(0), ...fields.map(lengthPrefixed));
}
