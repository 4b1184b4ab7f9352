import { existsSync, openSync, readSync, closeSync, fstatSync } from 'node:fs';

/** One encoding that the server forwards. */
export interface TappedTrack {
  readonly from: string;
  readonly track: string;
  readonly media: 'audio' | 'video';
  readonly layer: number;
  readonly ssrc: number;
}

/** A packet of media as a member sent it, SRTP taken off. */
export interface TappedPacket {
  readonly from: string;
  readonly ssrc: number;
  readonly pt: number;
  readonly seq: number;
  readonly ts: number;
  readonly marker: boolean;
  readonly payload: Buffer;
}

type Head =
  | ({ readonly kind: 'track' } & TappedTrack)
  | ({ readonly kind: 'rtp' } & Omit<TappedPacket, 'payload'>)
  | { readonly kind: 'data'; readonly from: string; readonly channel: string }
  | { readonly kind: 'rules' }
  | { readonly kind: 'full' };

/** Reads what the hostile server wrote down: the records of `crates/sfu-core/src/hostile/tap.rs`. */
export class Tap {
  readonly path: string;
  readonly tracks: TappedTrack[] = [];
  readonly packets: TappedPacket[] = [];
  readonly data: Buffer[] = [];
  /** The rules that are in force. */
  rules = '';
  #offset = 0;

  constructor(path: string) {
    this.path = path;
  }

  /** Takes what was written since. */
  read(): this {
    const bytes = existsSync(this.path) ? readFrom(this.path, this.#offset) : Buffer.alloc(0);
    let at = 0;
    while (at + 4 <= bytes.length) {
      const end = at + 4 + bytes.readUInt32BE(at);
      if (end > bytes.length) {
        break;
      }
      const headEnd = at + 6 + bytes.readUInt16BE(at + 4);
      const head = JSON.parse(bytes.toString('utf8', at + 6, headEnd)) as Head;
      this.#take(head, bytes.subarray(headEnd, end));
      at = end;
    }
    this.#offset += at;
    return this;
  }

  /** Lets go of all so far: what counts is what comes from now on. */
  forget(): void {
    this.read();
    this.tracks.length = 0;
    this.packets.length = 0;
    this.data.length = 0;
  }

  #take(head: Head, payload: Buffer): void {
    switch (head.kind) {
      case 'track':
        this.tracks.push(head);
        return;
      case 'rtp':
        this.packets.push({ ...head, payload });
        return;
      case 'data':
        this.data.push(payload);
        return;
      case 'rules':
        this.rules = payload.toString('utf8');
        return;
      case 'full':
        throw new Error('The tap is full: nobody knows what came after.');
    }
  }
}

function readFrom(path: string, offset: number): Buffer {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(Math.max(0, fstatSync(file).size - offset));
    return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, offset));
  } finally {
    closeSync(file);
  }
}
