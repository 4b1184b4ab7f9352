import type { Clock } from '../../observable/clock';
import type { Bytes } from '../../protocol/bytes';
import type { ReceiveFault } from './frame_faults';
import { FrameOpener } from './frame_opener';
import { FrameSealer } from './frame_sealer';
import { FrameTally, type FrameReport } from './frame_tally';
import { MediaKeys, type Announced, type MediaEpoch, type MediaSecrets } from './media_keys';

/** An encoded frame, as browsers hand it over: of video or of sound. */
export interface EncodedFrame {
  data: ArrayBuffer;
  getMetadata(): { readonly mimeType?: string };
}

/** Where frames come from and go to: one sender's or receiver's. */
export interface FrameStreams {
  readonly readable: ReadableStream<EncodedFrame>;
  readonly writable: WritableStream<EncodedFrame>;
}

/** What a pipe is from the beginning. */
export interface PipeStart {
  readonly pipe: number;
  readonly direction: 'send' | 'receive';
  /** Whose track it is; absent until somebody has signed it. */
  readonly of?: Announced | undefined;
}

/** What others of the same track will be opened after, once somebody has signed or keys are there. */
const STARVES: ReadonlySet<ReceiveFault> = new Set(['unannounced', 'unknown-key', 'wrong-sender']);

interface Pipe {
  readonly direction: PipeStart['direction'];
  of: Announced | undefined;
  /** Frames were dropped that the ones after them need: a key frame must come. */
  isStarved: boolean;
  /** Has a key frame made here, or asks the sender for one. */
  readonly wantKeyframe: () => void;
}

/** The way of all frames through the worker. What can't be sealed or opened goes no further. */
export class FramePipes {
  readonly #clock: Clock;
  readonly #tally = new FrameTally();
  readonly #pipes = new Map<number, Pipe>();
  /** Whose track it is, for pipes that the browser has not brought yet. */
  readonly #early = new Map<number, Announced>();
  #keys: MediaKeys | undefined;
  #sealer: FrameSealer | undefined;
  #opener: FrameOpener | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Makes it ready for keys, once. */
  open(secrets: MediaSecrets): void {
    if (this.#keys === undefined) {
      this.#keys = new MediaKeys(secrets, this.#clock);
      this.#sealer = new FrameSealer(this.#keys);
      this.#opener = new FrameOpener(this.#keys);
    }
  }

  /** See `MediaKeys`; video that waited for these keys begins anew. */
  install(epoch: MediaEpoch): boolean {
    const isTaken = this.#keys?.install(epoch) ?? false;
    const keys = this.#keys;
    if (isTaken && keys !== undefined) {
      this.#tally.keepOnly((identity) => keys.knows(identity));
      for (const pipe of this.#pipes.values()) {
        feed(pipe);
      }
    }
    return isTaken;
  }

  /** See `FrameKeys`. */
  switchTo(epoch: number, isForNewcomers: boolean): void {
    const isSealing = this.#keys?.switchTo(epoch) ?? false;
    if (!isSealing || !isForNewcomers) return;
    for (const { direction, wantKeyframe } of this.#pipes.values()) {
      if (direction === 'send') wantKeyframe();
    }
  }

  stop(): void {
    this.#keys?.stop();
  }

  forget(): void {
    this.#keys?.forget();
  }

  /** Lets frames through a pipe from now on, until its track ends. */
  run(start: PipeStart, { readable, writable }: FrameStreams, wantKeyframe: () => void): void {
    const of = this.#early.get(start.pipe) ?? start.of;
    this.#early.delete(start.pipe);
    const pipe: Pipe = { direction: start.direction, of, isStarved: false, wantKeyframe };
    this.#pipes.set(start.pipe, pipe);
    const step =
      start.direction === 'send'
        ? (frame: EncodedFrame) => this.#sealed(frame, pipe)
        : (frame: EncodedFrame) => this.#opened(frame, pipe);
    const transform = new TransformStream<EncodedFrame, EncodedFrame>({
      transform: async (frame, controller) => {
        const data = await step(frame);
        if (data !== undefined) {
          frame.data = data.buffer;
          controller.enqueue(frame);
        }
      },
    });
    readable
      .pipeThrough(transform)
      .pipeTo(writable)
      // The track has ended, one way or the other.
      .catch(() => undefined)
      .finally(() => this.#pipes.delete(start.pipe));
  }

  /** Says whose track a pipe carries from now on; undefined: nobody's, and nothing passes. */
  use(name: number, of: Announced | undefined): void {
    const pipe = this.#pipes.get(name);
    if (pipe !== undefined) {
      pipe.of = of;
      feed(pipe);
    } else if (of !== undefined) {
      this.#early.set(name, of);
    } else {
      this.#early.delete(name);
    }
  }

  report(): FrameReport {
    return this.#tally.report();
  }

  async #sealed(frame: EncodedFrame, { of }: Pipe): Promise<Bytes | undefined> {
    if (of === undefined) {
      this.#tally.notSent('no-key');
      return undefined;
    }
    const sealed = await attempted(async () => {
      const bytes = new Uint8Array(frame.data);
      return this.#sealer?.seal(bytes, frame.getMetadata().mimeType, of.slot) ?? 'no-key';
    });
    if (typeof sealed === 'string') {
      this.#tally.notSent(sealed);
      return undefined;
    }
    this.#tally.sent(of.slot);
    return sealed;
  }

  async #opened(frame: EncodedFrame, pipe: Pipe): Promise<Bytes | undefined> {
    const { of } = pipe;
    const opened = await attempted(async () => {
      const bytes = new Uint8Array(frame.data);
      return this.#opener?.open(bytes, frame.getMetadata().mimeType, of) ?? 'unknown-key';
    });
    if (of === undefined || typeof opened === 'string') {
      const why = typeof opened === 'string' ? opened : 'unannounced';
      pipe.isStarved ||= STARVES.has(why);
      this.#tally.notReceived(why);
      return undefined;
    }
    this.#tally.received(of, opened.counter);
    return opened.data;
  }
}

/** What can't be done for a reason that is nobody's: the frame goes no further, and the next one may. */
async function attempted<T>(act: () => Promise<T>): Promise<T | 'failed'> {
  try {
    return await act();
  } catch {
    return 'failed';
  }
}

function feed(pipe: Pipe): void {
  if (pipe.isStarved && pipe.of !== undefined) {
    pipe.isStarved = false;
    pipe.wantKeyframe();
  }
}
