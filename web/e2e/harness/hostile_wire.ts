import { expect } from '@playwright/test';

import { parseKeyId, type KeyId } from '../../src/e2ee/frames/key_id';
import { parseHeader } from '../../src/e2ee/frames/sframe_header';
import { kindOf } from '../../src/e2ee/frames/slot';
import type { TappedPacket } from './hostile_tap';

/** What the server's offers and ours agree on; `crates/sfu-core` forwards no others. */
const PAYLOAD_TYPES: Readonly<Record<number, 'audio' | 'video'>> = { 111: 'audio', 96: 'video' };
const TAG_BYTES = 16;

/** The front of a sealed frame, as the server had it. */
export interface SealedFront extends KeyId {
  readonly from: string;
  readonly ssrc: number;
  readonly counter: number;
  /** Its first packet. */
  readonly bytes: Buffer;
}

/** What was on the wire. */
export interface Wire {
  readonly sealed: readonly SealedFront[];
  /** Packets that begin a frame, and begin none that we seal. */
  readonly clear: readonly TappedPacket[];
}

/** Reads the front of each frame that members sent: what is no SFrame of its kind counts as clear. */
export function readWire(packets: readonly TappedPacket[]): Wire {
  const sealed: SealedFront[] = [];
  const clear: TappedPacket[] = [];
  for (const packet of packets) {
    const kind = PAYLOAD_TYPES[packet.pt];
    const front = kind === 'video' ? videoFront(packet.payload) : packet.payload;
    // A packet without anything in it measures the network; others of a frame go on with it.
    if (front === undefined || front.length === 0) {
      continue;
    }
    const read = kind === undefined ? undefined : sealedFront(front, kind);
    if (read === undefined) {
      clear.push(packet);
    } else {
      sealed.push({ ...read, from: packet.from, ssrc: packet.ssrc, bytes: front });
    }
  }
  return { sealed, clear };
}

/** Nonces that two different frames have, as `kid/counter`: there must be none. */
export function reusedNonces(sealed: readonly SealedFront[]): readonly string[] {
  const seen = new Map<string, Buffer>();
  const reused = new Set<string>();
  for (const { slot, leaf, epoch, counter, bytes } of sealed) {
    const nonce = [slot, leaf, epoch, counter].join('/');
    const before = seen.get(nonce);
    // The same packet may be sent again.
    if (before !== undefined && !before.equals(bytes)) {
      reused.add(nonce);
    }
    seen.set(nonce, bytes);
  }
  return [...reused];
}

/** All of it is sealed, nothing with a nonce that another frame has. Returns how many frames there are. */
export function expectSealed(packets: readonly TappedPacket[]): number {
  const { sealed, clear } = readWire(packets);
  expect.soft(clear.length, 'packets that begin no sealed frame').toBe(0);
  expect(sealed.length, 'sealed frames').toBeGreaterThan(100);
  expect.soft(reusedNonces(sealed), 'nonces that two frames have').toEqual([]);
  return sealed.length;
}

function sealedFront(
  frame: Buffer,
  kind: 'audio' | 'video',
): (KeyId & { readonly counter: number }) | undefined {
  // RFC 6386 section 9.1; see `clear_bytes.ts`.
  const clearBytes = kind === 'audio' ? 0 : ((frame[0] ?? 0) & 1) === 0 ? 10 : 1;
  const header = parseHeader(frame, clearBytes);
  const id = header && parseKeyId(header.kid);
  const isWhole = header !== undefined && frame.length >= clearBytes + header.length + TAG_BYTES;
  return id !== undefined && isWhole && kindOf(id.slot) === kind
    ? { ...id, counter: header.counter }
    : undefined;
}

/** What is behind the descriptor (RFC 7741 section 4.2) of a packet that begins a frame. */
function videoFront(payload: Buffer): Buffer | undefined {
  const [first = 0, extensions = 0] = payload;
  if ((first & 0x1f) !== 0x10) {
    return undefined;
  }
  if ((first & 0x80) === 0) {
    return payload.subarray(1);
  }
  const picture = (extensions & 0x80) === 0 ? 0 : ((payload[2] ?? 0) & 0x80) === 0 ? 1 : 2;
  const layer = (extensions & 0x40) === 0 ? 0 : 1;
  return payload.subarray(2 + picture + layer + ((extensions & 0x30) === 0 ? 0 : 1));
}
