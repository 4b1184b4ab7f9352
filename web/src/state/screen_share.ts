import { Subject, type Observable } from '../observable/observable';
import {
  ScreenCaptureError,
  type ScreenCapture,
  type ScreenFailure,
  type ScreenTracks,
} from '../media/screen_capture';
import type { Call } from '../session/call';
import { SourcePublishing } from './publishing';

/** The part of `ScreenCapture` that is used here. */
export type ScreenPort = Pick<ScreenCapture, 'isSupported' | 'capture'>;

/** What one shares oneself. */
export type Sharing =
  | { readonly kind: 'off' }
  | { readonly kind: 'asking' }
  | { readonly kind: 'on'; readonly hasSound: boolean }
  | { readonly kind: 'failed'; readonly why: Exclude<ScreenFailure, 'cancelled'> | 'not-sent' };

const OFF: Sharing = { kind: 'off' };

/** Shares one screen, window or tab, until somebody stops it: here, or in the browser's own bar. */
export class ScreenShareModel {
  readonly #screen: ScreenPort;
  readonly #video: SourcePublishing;
  readonly #audio: SourcePublishing;
  readonly #sharing = new Subject<Sharing>(OFF);
  #tracks: ScreenTracks | undefined;
  #isClosed = false;

  constructor(screen: ScreenPort, call: Call) {
    this.#screen = screen;
    this.#video = new SourcePublishing(call, 'screen');
    this.#audio = new SourcePublishing(call, 'screen-audio');
  }

  get sharing(): Observable<Sharing> {
    return this.#sharing;
  }

  get isSupported(): boolean {
    return this.#screen.isSupported;
  }

  /** Starts, or stops what is shared. Has to be called while a click or key is handled. */
  async toggle(): Promise<void> {
    await (this.#sharing.value.kind === 'on' ? this.stop() : this.#start());
  }

  /** Stops sharing; nothing is captured any more when it returns. */
  async stop(): Promise<void> {
    this.#letGo();
    this.#sharing.set(OFF);
    await Promise.all([
      this.#video.want({ track: undefined, isMuted: true }),
      this.#audio.want({ track: undefined, isMuted: true }),
    ]);
  }

  /** Forgets that it failed. */
  dismiss(): void {
    if (this.#sharing.value.kind === 'failed') {
      this.#sharing.set(OFF);
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#letGo();
  }

  async #start(): Promise<void> {
    if (this.#sharing.value.kind === 'asking') {
      return;
    }
    this.#sharing.set({ kind: 'asking' });
    try {
      await this.#send(await this.#screen.capture());
    } catch (error) {
      const why = error instanceof ScreenCaptureError ? error.why : 'failed';
      this.#sharing.set(why === 'cancelled' ? OFF : { kind: 'failed', why });
    }
  }

  async #send(tracks: ScreenTracks): Promise<void> {
    this.#tracks = tracks;
    if (this.#isClosed) {
      this.#letGo();
      return;
    }
    tracks.video.addEventListener('ended', this.#whenEnded);
    this.#sharing.set({ kind: 'on', hasSound: tracks.audio !== undefined });
    await this.#video.want({ track: tracks.video, isMuted: false });
    if (this.#tracks !== tracks) {
      return;
    }
    if (this.#video.hasFailed.value) {
      await this.stop();
      this.#sharing.set({ kind: 'failed', why: 'not-sent' });
      return;
    }
    if (tracks.audio !== undefined) {
      await this.#audio.want({ track: tracks.audio, isMuted: false });
      this.#noteSound(tracks);
    }
  }

  /** A picture without its sound is still worth sharing, but not called a share with sound. */
  #noteSound(tracks: ScreenTracks): void {
    if (this.#tracks === tracks && this.#audio.hasFailed.value) {
      this.#sharing.set({ kind: 'on', hasSound: false });
    }
  }

  readonly #whenEnded = (): void => {
    void this.stop();
  };

  #letGo(): void {
    this.#tracks?.video.removeEventListener('ended', this.#whenEnded);
    this.#tracks?.video.stop();
    this.#tracks?.audio?.stop();
    this.#tracks = undefined;
  }
}
