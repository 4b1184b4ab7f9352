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
type MediaEnd = (RTCRtpSender | RTCRtpReceiver) & {
  /** Of browsers with the path `streams`. */
  createEncodedStreams(): FrameStreams;
};

/** The types know the first argument only. */
interface NewerSender {
  setParameters(
    parameters: RTCRtpSendParameters,
    options: { readonly encodingOptions: readonly { readonly keyFrame: boolean }[] },
  ): Promise<void>;
}

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
  readonly #senders = new Map<number, WeakRef<RTCRtpSender>>();
  readonly #receivers = new Map<number, WeakRef<RTCRtpReceiver>>();
  #onStarved: (receiver: RTCRtpReceiver) => void = () => undefined;

  constructor(keys: FrameKeys, worker: Worker, path: TransformPath) {
    this.#keys = keys;
    this.#worker = worker;
    this.#path = path;
    keys.onKeyframe((pipe) => {
      makeKeyframe(this.#senders.get(pipe)?.deref());
      const receiver = this.#receivers.get(pipe)?.deref();
      if (receiver !== undefined) this.#onStarved(receiver);
    });
  }

  /**
   * Tells whoever calls last of receivers whose pictures need a key frame, where the browser can't be
   * told from the worker: a decoder asks for one by itself after 3 s without a picture.
   */
  onStarved(listener: (receiver: RTCRtpReceiver) => void): void {
    this.#onStarved = listener;
  }

  /**
   * Lets nothing but sealed frames out of a sender, before it has sent any.
   *
   * @param of - whose track it is; undefined: nothing leaves.
   * @throws DOMException - the browser can't; the sender has no track any more.
   */
  send(sender: RTCRtpSender, of: Announced | undefined): void {
    try {
      const pipe = this.#attach(sender as MediaEnd, 'send', of);
      this.#senders.set(pipe, new WeakRef(sender));
    } catch (error) {
      // It may be kept and negotiated all the same; then there is nothing that it sends.
      void sender.replaceTrack(null);
      throw error;
    }
  }

  /**
   * Lets nothing but opened frames into a decoder.
   *
   * @param of - whose track it is, as its sender has signed; undefined: not known yet, nothing is played.
   * @throws DOMException - the browser can't; the track has ended.
   */
  receive(receiver: RTCRtpReceiver, of: Announced | undefined): void {
    try {
      const pipe = this.#attach(receiver as MediaEnd, 'receive', of);
      this.#receivers.set(pipe, new WeakRef(receiver));
    } catch (error) {
      receiver.track.stop();
      throw error;
    }
  }

  #attach(end: MediaEnd, direction: 'send' | 'receive', of: Announced | undefined): number {
    const before = this.#pipes.get(end);
    if (before !== undefined) {
      this.#keys.use(before, of);
      return before;
    }
    const start = this.#keys.begin(direction, of);
    if (this.#path === 'script') {
      end.transform = new RTCRtpScriptTransform(this.#worker, start);
    } else {
      this.#keys.run(start, end.createEncodedStreams());
    }
    this.#pipes.set(end, start.pipe);
    return start.pipe;
  }
}

/**
 * Has a sender's encoders begin anew.
 *
 * WebRTC Extensions, section "RTCEncodingOptions"; a browser that does not know them ignores them.
 */
function makeKeyframe(sender: RTCRtpSender | undefined): void {
  if (sender?.track?.kind !== 'video') return;
  const parameters = sender.getParameters();
  const encodingOptions = parameters.encodings.map(() => ({ keyFrame: true }));
  (sender as NewerSender).setParameters(parameters, { encodingOptions }).catch(() => undefined);
}
