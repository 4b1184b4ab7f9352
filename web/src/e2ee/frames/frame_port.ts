import type { Port } from '../group/mls_worker_port';
import { FramePipes, type FrameStreams, type PipeStart } from './frame_pipes';
import type { FrameReport } from './frame_tally';
import type { Announced, MediaEpoch, MediaSecrets } from './media_keys';

/** What goes to the worker. */
export type ToFrameWorker =
  | { readonly kind: 'open'; readonly secrets: MediaSecrets }
  | { readonly kind: 'install'; readonly id: number; readonly epoch: MediaEpoch }
  | { readonly kind: 'switch'; readonly epoch: number; readonly isForNewcomers: boolean }
  | { readonly kind: 'stop' }
  | { readonly kind: 'forget' }
  /** Streams of a browser that has no script transforms. */
  | { readonly kind: 'run'; readonly start: PipeStart; readonly streams: FrameStreams }
  | { readonly kind: 'use'; readonly pipe: number; readonly of: Announced | undefined }
  | { readonly kind: 'report'; readonly id: number };

/** What comes from the worker. */
export type FromFrameWorker =
  | { readonly kind: 'answer'; readonly id: number; readonly value: boolean | FrameReport }
  /** Video that needs a key frame, where the browser can't be told so from inside. */
  | { readonly kind: 'keyframe'; readonly pipe: number };

/** What a script transform gives its worker (W3C WebRTC Encoded Transform). */
interface TransformEvent {
  readonly transformer: FrameStreams & {
    readonly options: PipeStart;
    sendKeyFrameRequest?(): Promise<unknown>;
    generateKeyFrame?(): Promise<unknown>;
  };
}

/** The worker's own scope: where messages come, and transforms. */
export interface WorkerScope extends Port {
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: 'rtctransform', listener: (event: TransformEvent) => void): void;
}

/** A port that can give things away. */
export interface GivingPort extends Port {
  postMessage(message: unknown, given?: Transferable[]): void;
}

/** Serves the page, at the worker's end. */
export function serveFrames(scope: WorkerScope, pipes: FramePipes): void {
  const answer = (id: number, value: boolean | FrameReport): void => {
    scope.postMessage({ kind: 'answer', id, value } satisfies FromFrameWorker);
  };
  const wantKeyframe = (pipe: number): void => {
    scope.postMessage({ kind: 'keyframe', pipe } satisfies FromFrameWorker);
  };
  scope.addEventListener('rtctransform', ({ transformer }) => {
    const start = transformer.options;
    pipes.run(start, transformer, () => {
      const isSent = start.direction === 'send';
      const asked = isSent ? transformer.generateKeyFrame?.() : transformer.sendKeyFrameRequest?.();
      if (asked === undefined) wantKeyframe(start.pipe);
      // Sound, or a track that has ended.
      asked?.catch(() => undefined);
    });
  });
  scope.addEventListener('message', ({ data }) => {
    const message = data as ToFrameWorker;
    switch (message.kind) {
      case 'open':
        pipes.open(message.secrets);
        break;
      case 'install':
        answer(message.id, pipes.install(message.epoch));
        break;
      case 'report':
        answer(message.id, pipes.report());
        break;
      case 'run':
        pipes.run(message.start, message.streams, () => {
          wantKeyframe(message.start.pipe);
        });
        break;
      default:
        obey(pipes, message);
    }
  });
}

function obey(
  pipes: FramePipes,
  message: Extract<ToFrameWorker, { kind: 'switch' | 'stop' | 'forget' | 'use' }>,
): void {
  switch (message.kind) {
    case 'switch':
      pipes.switchTo(message.epoch, message.isForNewcomers);
      break;
    case 'stop':
      pipes.stop();
      break;
    case 'forget':
      pipes.forget();
      break;
    case 'use':
      pipes.use(message.pipe, message.of);
      break;
  }
}

/** The page's end: media keys, and whose track is whose. It lives as long as the call. */
export class FrameKeys {
  readonly #port: GivingPort;
  readonly #asked = new Map<number, (value: boolean | FrameReport) => void>();
  #onKeyframe: (pipe: number) => void = () => undefined;
  #lastId = 0;
  #lastPipe = 0;

  constructor(port: GivingPort, secrets: MediaSecrets) {
    this.#port = port;
    port.addEventListener('message', ({ data }) => {
      const message = data as FromFrameWorker;
      if (message.kind === 'answer') {
        this.#asked.get(message.id)?.(message.value);
        this.#asked.delete(message.id);
      } else {
        this.#onKeyframe(message.pipe);
      }
    });
    this.#post({ kind: 'open', secrets });
  }

  /**
   * Gives away the secret of an epoch, which is gone here from now on. Resolves when frames of that
   * epoch are opened; false if it is not later than all before.
   */
  async install(epoch: MediaEpoch): Promise<boolean> {
    const given = [epoch.exported.buffer];
    return (await this.#ask((id) => ({ kind: 'install', id, epoch }), given)) as boolean;
  }

  /** @param listener - the video of a pipe needs a key frame, and the worker can't ask for one. */
  onKeyframe(listener: (pipe: number) => void): void {
    this.#onKeyframe = listener;
  }

  /**
   * Seals in an epoch that was installed.
   *
   * @param isForNewcomers - somebody can't open what came before: pictures begin anew.
   */
  switchTo(epoch: number, isForNewcomers: boolean): void {
    this.#post({ kind: 'switch', epoch, isForNewcomers });
  }

  /** Seals nothing until the next switch. */
  stop(): void {
    this.#post({ kind: 'stop' });
  }

  /** Forgets all keys: the group was made anew, or left. */
  forget(): void {
    this.#post({ kind: 'forget' });
  }

  async report(): Promise<FrameReport> {
    return (await this.#ask((id) => ({ kind: 'report', id }))) as FrameReport;
  }

  /** A new pipe, for a sender or a receiver that gets its transform now. */
  begin(direction: 'send' | 'receive', of?: Announced): PipeStart {
    return { pipe: ++this.#lastPipe, direction, of };
  }

  /** Gives away the streams of a pipe. */
  run(start: PipeStart, streams: FrameStreams): void {
    this.#post({ kind: 'run', start, streams }, [streams.readable, streams.writable]);
  }

  /** Says whose track a pipe carries; undefined: nobody's, and nothing passes. */
  use(pipe: number, of: Announced | undefined): void {
    this.#post({ kind: 'use', pipe, of });
  }

  #ask(
    ask: (id: number) => ToFrameWorker,
    given?: Transferable[],
  ): Promise<boolean | FrameReport> {
    return new Promise((resolve) => {
      const id = ++this.#lastId;
      this.#asked.set(id, resolve);
      this.#post(ask(id), given);
    });
  }

  #post(message: ToFrameWorker, given?: Transferable[]): void {
    this.#port.postMessage(message, given);
  }
}
