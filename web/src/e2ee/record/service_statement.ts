import { concat, equalBytes, type Bytes } from '../../protocol/bytes';
import { ED25519_KEY_BYTES, ED25519_SIGNATURE_BYTES, type SigningKey } from '../../protocol/signing';
import { statement } from '../../protocol/statements';
import type { Verifier } from '../group/verification';
import { encodeUint64, parsed, Reader, WireError } from '../group/wire';

/** What members sign about their service. */
const SERVICE_LABEL = 'folkmoot v1 service statement';

const FORM = 1;
const KINDS = { served: 1, lost: 2 } as const;
const NOBODY: Bytes = new Uint8Array(ED25519_KEY_BYTES);

/**
 * What somebody says of a stretch of time, by the clock of their own device. `served`: I had service, and did
 * not see `about`, who had not said goodbye. `lost`: I had no service.
 */
export type ServiceClaim = { readonly fromMs: number; readonly untilMs: number } & (
  | { readonly kind: 'served'; readonly about: Bytes }
  | { readonly kind: 'lost' }
);

/** A claim that its signer's leaf key has signed. */
export type ServiceStatement = ServiceClaim & {
  readonly signer: Bytes;
  readonly signature: Bytes;
};

/** Signs a claim. */
export async function signService(
  groupId: Bytes,
  claim: ServiceClaim,
  signer: SigningKey,
): Promise<ServiceStatement> {
  const signature = await signer.sign(serviceBytes(groupId, claim, signer.publicKey));
  return { ...claim, signer: signer.publicKey, signature };
}

/** Whether somebody has signed this. */
export function isServiceSigned(
  groupId: Bytes,
  signed: ServiceStatement,
  verifier: Verifier,
): Promise<boolean> {
  return verifier.verify(signed.signer, serviceBytes(groupId, signed, signed.signer), signed.signature);
}

/** The body of a message `service`; its signer is who sends it. */
export function encodeService(signed: ServiceStatement): Bytes {
  return concat(
    Uint8Array.of(FORM, KINDS[signed.kind]),
    aboutOf(signed),
    encodeUint64(signed.fromMs),
    encodeUint64(signed.untilMs),
    signed.signature,
  );
}

/** Reads the body of a message; undefined when it is malformed. */
export function parseService(bytes: Uint8Array, signer: Bytes): ServiceStatement | undefined {
  return parsed(() => {
    const reader = new Reader(bytes);
    if (reader.uint8() !== FORM) {
      throw new WireError('An unknown form of statement.');
    }
    const kind = reader.uint8();
    const about = reader.take(ED25519_KEY_BYTES);
    const fromMs = reader.uint64();
    const times = { fromMs, untilMs: reader.uint64() };
    const signature = reader.take(ED25519_SIGNATURE_BYTES);
    reader.end();
    const isAboutNobody = equalBytes(about, NOBODY);
    if (times.untilMs < fromMs || (kind !== KINDS.served && kind !== KINDS.lost)) {
      throw new WireError('A statement of nothing.');
    }
    if (isAboutNobody !== (kind === KINDS.lost)) {
      throw new WireError('A statement about the wrong one.');
    }
    return kind === KINDS.served
      ? { kind: 'served', about, ...times, signer, signature }
      : { kind: 'lost', ...times, signer, signature };
  });
}

function aboutOf(claim: ServiceClaim): Bytes {
  return claim.kind === 'served' ? claim.about : NOBODY;
}

function serviceBytes(groupId: Bytes, claim: ServiceClaim, signer: Bytes): Bytes {
  return statement(SERVICE_LABEL, [
    groupId,
    signer,
    Uint8Array.of(KINDS[claim.kind]),
    aboutOf(claim),
    encodeUint64(claim.fromMs),
    encodeUint64(claim.untilMs),
  ]);
}
