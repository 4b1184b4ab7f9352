import { concat, encodeUint32, type Bytes } from '../../protocol/bytes';
import { ED25519_SIGNATURE_BYTES } from '../../protocol/signing';
import { encodeUint64, parsed, Reader, WireError } from './wire';

const FORM = 1;

// The same, and the host's key has signed it, too.
const FORM_OF_HOST = 2;
const HASH_BYTES = 32;
const KEY_BYTES = 32;

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
  readonly host?: HostPart | undefined;
}

/** What makes an acknowledgement one that everybody in the meeting can check, whatever tree they have. */
export interface HostPart {
  /** That of the host's device, which `leaf` stands for in its own tree only. */
  readonly leafKey: Bytes;
  /** By the host's key. */
  readonly signature: Bytes;
}

export function encodeAcknowledgement(ack: Acknowledgement): Bytes {
  return concat(
    Uint8Array.of(ack.host === undefined ? FORM : FORM_OF_HOST),
    encodeUint32(ack.leaf),
    encodeUint64(ack.epoch),
    encodeUint64(ack.position),
    ack.treeHash,
    ack.check,
    ack.signature,
    ...(ack.host === undefined ? [] : [ack.host.leafKey, ack.host.signature]),
  );
}

export function parseAcknowledgement(bytes: Uint8Array): Acknowledgement | undefined {
  return parsed(() => {
    const reader = new Reader(bytes);
    const form = reader.uint8();
    if (form !== FORM && form !== FORM_OF_HOST) {
      throw new WireError('An unknown form of acknowledgement.');
    }
    const ack = {
      leaf: reader.uint32(),
      epoch: reader.uint64(),
      position: reader.uint64(),
      treeHash: reader.take(HASH_BYTES),
      check: reader.take(HASH_BYTES),
      signature: reader.take(ED25519_SIGNATURE_BYTES),
      host: form === FORM_OF_HOST ? hostPart(reader) : undefined,
    };
    reader.end();
    return ack;
  });
}

function hostPart(reader: Reader): HostPart {
  return { leafKey: reader.take(KEY_BYTES), signature: reader.take(ED25519_SIGNATURE_BYTES) };
}
