import { concat, encodeUint32, type Bytes } from '../../protocol/bytes';
import { ED25519_SIGNATURE_BYTES } from '../../protocol/signing';
import { encodeUint64, parsed, Reader, WireError } from './wire';

const FORM = 1;
const HASH_BYTES = 32;

/** The label of the exporter (RFC 9420 section 8.5) whose output proves to be in an epoch. */
export const CHECK_LABEL = 'folkmoot v1 acknowledgement';

/** An acknowledgement as it travels: the server bundles it and can't make one. */
export interface Acknowledgement {
  readonly leaf: number;
  readonly epoch: number;
  readonly position: number;
  readonly treeHash: Bytes;
  readonly check: Bytes;
  readonly signature: Bytes;
}

export function encodeAcknowledgement(ack: Acknowledgement): Bytes {
  return concat(
    Uint8Array.of(FORM),
    encodeUint32(ack.leaf),
    encodeUint64(ack.epoch),
    encodeUint64(ack.position),
    ack.treeHash,
    ack.check,
    ack.signature,
  );
}

export function parseAcknowledgement(bytes: Uint8Array): Acknowledgement | undefined {
  return parsed(() => {
    const reader = new Reader(bytes);
    if (reader.uint8() !== FORM) {
      throw new WireError('An unknown form of acknowledgement.');
    }
    const ack = {
      leaf: reader.uint32(),
      epoch: reader.uint64(),
      position: reader.uint64(),
      treeHash: reader.take(HASH_BYTES),
      check: reader.take(HASH_BYTES),
      signature: reader.take(ED25519_SIGNATURE_BYTES),
    };
    reader.end();
    return ack;
  });
}
