import {
  encodeFrame,
  parseFrame,
  type GroupStand,
  type MemberFrame,
  type RefusedWhy,
  type ServerFrame,
} from './channel_frames';
import type { Clock } from '../../observable/clock';
import type { Bytes } from '../../protocol/bytes';

/** One connection to the channel. */
export interface ChannelConnection {
  send(text: string): void;
  close(): void;
}

export interface ConnectionHandlers {
  readonly opened: () => void;
  readonly text: (text: string) => void;
  readonly closed: (code: number) => void;
}

/** What came of something that was asked. */
export type Answer =
  | { readonly kind: 'done'; readonly seq: number | undefined }
  | { readonly kind: 'turn'; readonly groupInfo: Bytes; readonly actHead: Bytes }
  | {
      readonly kind: 'refused';
      readonly why: RefusedWhy;
      readonly group: GroupStand | undefined;
      readonly actHead: Bytes;
      readonly retryAfterMs: number;
    }
  /** The connection broke before there was an answer. */
  | { readonly kind: 'lost' };

/** What can be asked: frames with a `ref`, without it. */
export type Question = MemberFrame extends infer F
  ? F extends { readonly ref: number }
    ? Omit<F, 'ref'>
    : never
  : never;

/** Why a channel is not opened again. */
export type ChannelEnd = 'malformed' | 'replaced' | 'over' | 'too-large';

export interface ChannelParts {
  readonly connect: (handlers: ConnectionHandlers) => ChannelConnection;
  /** A ticket for the channel, by being admitted anew. */
  readonly admit: () => Promise<string>;
  readonly clock: Clock;
  readonly random: () => number;
  /** What is no answer. */
  readonly onFrame: (frame: ServerFrame) => void;
  readonly onEnd: (end: ChannelEnd) => void;
  readonly after: () => number | null;
}

const PING_MS = 10_000;
const FIRST_PAUSE_MS = 300;
const MAX_PAUSE_MS = 10_000;
const NOT_ADMITTED = 4002;

const ENDS = new Map<number, ChannelEnd>([
  [1009, 'too-large'],
  [4000, 'malformed'],
  [4001, 'replaced'],
  [4004, 'over'],
]);

/** Keeps a channel open, and finds the answer to each question. */
export class ChannelClient {
  readonly #parts: ChannelParts;
  readonly #asked = new Map<number, (answer: Answer) => void>();
  #connection: ChannelConnection | undefined;
  #token: string | undefined;
  #ref = 0;
  #failures = 0;
  #isOpen = false;
  #isClosed = false;
  #stopTimer: (() => void) | undefined;

  constructor(parts: ChannelParts) {
    this.#parts = parts;
  }

  /** Whether `welcome` has come and the connection stands. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  async start(): Promise<void> {
    let token: string;
    try {
      token = this.#token ?? (await this.#parts.admit());
    } catch {
      this.#again();
      return;
    }
    if (this.#isClosed) {
      return;
    }
    let connection: ChannelConnection | undefined = undefined;
    const isCurrent = (): boolean => this.#connection === connection;
    connection = this.#parts.connect({
      opened: () => {
        this.#write({ frame: 'hello', token, after: this.#parts.after() });
      },
      text: (text) => {
        if (isCurrent()) this.#read(text);
      },
      closed: (code) => {
        if (isCurrent()) this.#closed(code);
      },
    });
    this.#connection = connection;
  }

  /** Asks, and waits for the answer. */
  ask(question: Question): Promise<Answer> {
    if (!this.#isOpen) {
      return Promise.resolve({ kind: 'lost' });
    }
    const ref = ++this.#ref;
    return new Promise((resolve) => {
      this.#asked.set(ref, resolve);
      this.#write({ ...question, ref });
    });
  }

  /** Sends what has no answer, if there is a connection. */
  tell(frame: Extract<MemberFrame, { frame: 'ack' | 'ping' }>): void {
    if (this.#isOpen) {
      this.#write(frame);
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#down();
    this.#connection?.close();
    this.#connection = undefined;
  }

  #write(frame: MemberFrame): void {
    this.#connection?.send(encodeFrame(frame));
  }

  #read(text: string): void {
    const frame = parseFrame(text);
    if (frame === undefined || this.#isAnswer(frame)) {
      return;
    }
    if (frame.frame === 'token') {
      this.#token = frame.token;
      return;
    }
    if (frame.frame === 'welcome') {
      this.#up();
    }
    this.#parts.onFrame(frame);
  }

  #isAnswer(frame: ServerFrame): boolean {
    switch (frame.frame) {
      case 'done':
        return this.#answer(frame.ref, { kind: 'done', seq: frame.seq });
      case 'refused': {
        const { why, group, actHead, retryAfterMs = 0 } = frame;
        return this.#answer(frame.ref, { kind: 'refused', why, group, actHead, retryAfterMs });
      }
      case 'turn': {
        const { groupInfo, actHead } = frame;
        return this.#answer(frame.ref, { kind: 'turn', groupInfo, actHead });
      }
      default:
        return false;
    }
  }

  #answer(ref: number, answer: Answer): boolean {
    const resolve = this.#asked.get(ref);
    this.#asked.delete(ref);
    resolve?.(answer);
    return resolve !== undefined;
  }

  #up(): void {
    this.#isOpen = true;
    this.#failures = 0;
    this.#ping();
  }

  #ping(): void {
    this.#stopTimer = this.#parts.clock.after(PING_MS, () => {
      this.tell({ frame: 'ping' });
      this.#ping();
    });
  }

  #closed(code: number): void {
    this.#connection = undefined;
    this.#down();
    const end = ENDS.get(code);
    if (end !== undefined) {
      this.#isClosed = true;
      this.#parts.onEnd(end);
      return;
    }
    if (code === NOT_ADMITTED) {
      this.#token = undefined;
    }
    this.#again();
  }

  #down(): void {
    this.#isOpen = false;
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    for (const ref of [...this.#asked.keys()]) {
      this.#answer(ref, { kind: 'lost' });
    }
  }

  #again(): void {
    if (this.#isClosed) {
      return;
    }
    const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** this.#failures, MAX_PAUSE_MS);
    this.#failures += 1;
    this.#stopTimer = this.#parts.clock.after(pauseMs * (0.5 + this.#parts.random() / 2), () => {
      void this.start();
    });
  }
}
