import type { FrameStreams } from './frame_pipes';
import type { FrameKeys } from './frame_port';
import type { Announced } from './media_keys';

/**
 * How a browser lets a worker at its frames: by `RTCRtpScriptTransform`, or by the streams that
 * Chromium had before it. There the older one is taken: a connection that it is said to beforehand
 * sends and plays nothing without.
 */
export type TransformPath = 'script' | 'streams';

/** A sender or receiver, as far as it is needed here. */
export type MediaEnd = (RTCRtpSender | RTCRtpReceiver) & {
  createEncodedStreams?(): FrameStreams;
};

/** What of a browser says which path there is. */
export interface TransformScope {
  readonly RTCRtpScriptTransform?: unknown;
  readonly RTCRtpSender?: { readonly prototype: object };
}

/** The path of a browser; undefined: no frame can be encrypted here, so there can be no call. */
export function transformPath(scope: TransformScope): TransformPath | undefined {
  if (scope.RTCRtpSender !== undefined && 'createEncodedStreams' in scope.RTCRtpSender.prototype) {
    return 'streams';
  }
  return scope.RTCRtpScriptTransform === undefined ? undefined : 'script';
}

/** Puts the worker between the encoders, the decoders, and the network. */
export class FrameTransforms {
  readonly #keys: FrameKeys;
  readonly #worker: Worker;
  readonly #path: TransformPath;
  readonly #pipes = new WeakMap<MediaEnd, number>();

  constructor(keys: FrameKeys, worker: Worker, path: TransformPath) {
    this.#keys = keys;
    this.#worker = worker;
    this.#path = path;
  }

  /**
   * Lets nothing but sealed frames out of a sender, before it has sent any.
   *
   * @param of - whose track it is; undefined: nothing leaves.
   */
  send(sender: RTCRtpSender, of: Announced | undefined): void {
    this.#attach(sender, 'send', of);
  }

  /**
   * Lets nothing but opened frames into a decoder.
   *
   * @param of - whose track it is, as its sender has signed; undefined: not known yet, nothing is played.
   */
  receive(receiver: RTCRtpReceiver, of: Announced | undefined): void {
    this.#attach(receiver, 'receive', of);
  }

  #attach(end: MediaEnd, direction: 'send' | 'receive', of: Announced | undefined): void {
    const before = this.#pipes.get(end);
    if (before !== undefined) {
      this.#keys.use(before, of);
      return;
    }
    const start = this.#keys.begin(direction, of);
    this.#pipes.set(end, start.pipe);
    if (this.#path === 'script') {
      end.transform = new RTCRtpScriptTransform(this.#worker, start);
    } else if (end.createEncodedStreams !== undefined) {
      this.#keys.run(start, end.createEncodedStreams());
    }
  }
}
