/** The part of `navigator.mediaDevices` that is used here; phones have none of it. */
export type DisplayMediaPort = Partial<Pick<MediaDevices, 'getDisplayMedia'>>;

/** What is shared. Sound is there only if the person and the system gave it. */
export interface ScreenTracks {
  readonly video: MediaStreamTrack;
  readonly audio: MediaStreamTrack | undefined;
}

/**
 * Why nothing is shared: `cancelled` in the browser's dialog, `denied` by the system or a policy,
 * `unsupported` by this browser, or `failed` for another reason.
 */
export type ScreenFailure = 'cancelled' | 'denied' | 'unsupported' | 'failed';

/** A screen could not be captured. */
export class ScreenCaptureError extends Error {
  override readonly name = 'ScreenCaptureError';
  readonly why: ScreenFailure;

  constructor(why: ScreenFailure, options?: ErrorOptions) {
    super(why, options);
    this.why = why;
  }
}

/** Options that browsers know before the type library does (Screen Capture, 5.3). */
interface DisplayOptions extends DisplayMediaStreamOptions {
  readonly selfBrowserSurface: 'exclude';
  readonly surfaceSwitching: 'include';
  readonly systemAudio: 'include';
}

/** Slides and text want sharpness before smoothness, and both fit in 15 frames. */
const OPTIONS: DisplayOptions = {
  video: { frameRate: { ideal: 15, max: 30 } },
  // The meeting itself must not come back as sound; processing for voices would spoil music.
  audio: {
    restrictOwnAudio: true,
    echoCancellation: false,
    noiseSuppression: false,
    autoGainControl: false,
  } as MediaTrackConstraints,
  selfBrowserSurface: 'exclude',
  surfaceSwitching: 'include',
  systemAudio: 'include',
};

/** Asks the person what to share, with the browser's own dialog. */
export class ScreenCapture {
  readonly #port: DisplayMediaPort | undefined;

  /** @param port - `navigator.mediaDevices`. */
  constructor(port: DisplayMediaPort | undefined) {
    this.#port = port;
  }

  get isSupported(): boolean {
    return this.#port?.getDisplayMedia !== undefined;
  }

  /**
   * Resolves when the person has chosen. Has to be called while a click or key is handled.
   *
   * @throws ScreenCaptureError
   */
  async capture(): Promise<ScreenTracks> {
    const stream = await this.#ask();
    const [video] = stream.getVideoTracks();
    const [audio] = stream.getAudioTracks();
    if (video === undefined) {
      audio?.stop();
      throw new ScreenCaptureError('failed');
    }
    video.contentHint = 'detail';
    if (audio !== undefined) {
      audio.contentHint = 'music';
    }
    return { video, audio };
  }

  async #ask(): Promise<MediaStream> {
    if (this.#port?.getDisplayMedia === undefined) {
      throw new ScreenCaptureError('unsupported');
    }
    try {
      return await this.#port.getDisplayMedia(OPTIONS);
    } catch (error) {
      throw new ScreenCaptureError(failureIn(error), { cause: error });
    }
  }
}

/**
 * Closing the dialog and refusing look alike to pages; only the system's refusal can be told, by
 * Chromium's words.
 */
function failureIn(error: unknown): ScreenFailure {
  const name = error instanceof Error || error instanceof DOMException ? error.name : '';
  const message = error instanceof Error || error instanceof DOMException ? error.message : '';
  if (name === 'NotAllowedError' || name === 'AbortError') {
    return /by system|policy/i.test(message) ? 'denied' : 'cancelled';
  }
  return 'failed';
}
