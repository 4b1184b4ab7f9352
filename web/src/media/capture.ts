import { CaptureError, captureErrorFrom } from './capture_error';

/** What this device can be captured with. */
export type CaptureKind = 'microphone' | 'camera';

/** The part of `navigator.mediaDevices` that is used here. */
export type MediaDevicesPort = Pick<
  MediaDevices,
  'getUserMedia' | 'enumerateDevices' | 'addEventListener' | 'removeEventListener'
>;

/** Which device is wanted. */
export interface CaptureRequest {
  /** Undefined leaves it to the browser; on a phone that is the camera on the screen's side. */
  readonly deviceId?: string | undefined;
  readonly isPhone: boolean;
}

/** One track of each kind, from one question to the person. */
export type CapturedPair = Readonly<Record<CaptureKind, MediaStreamTrack>>;

/**
 * Captures one device. A device that was asked for and is gone is replaced by the default one.
 *
 * @throws CaptureError
 */
export async function capture(
  devices: MediaDevicesPort | undefined,
  kind: CaptureKind,
  request: CaptureRequest,
): Promise<MediaStreamTrack> {
  try {
    return await captureExactly(devices, kind, request);
  } catch (error) {
    const failure = captureErrorFrom(error);
    if (failure.why !== 'missing' || request.deviceId === undefined) {
      throw failure;
    }
  }
  return await captureExactly(devices, kind, { ...request, deviceId: undefined });
}

/**
 * Captures this very device, or the default one where none is named.
 *
 * @throws CaptureError
 */
export async function captureExactly(
  devices: MediaDevicesPort | undefined,
  kind: CaptureKind,
  request: CaptureRequest,
): Promise<MediaStreamTrack> {
  const stream = await ask(devices, { [CONSTRAINT_OF[kind]]: constraintsFor(kind, request) });
  return trackOf(stream, kind);
}

/**
 * Captures both in one go, so that the browser asks one question and not two.
 *
 * @throws CaptureError - for the pair: one alone may still work.
 */
export async function captureTogether(
  devices: MediaDevicesPort | undefined,
  requests: Readonly<Record<CaptureKind, CaptureRequest>>,
): Promise<CapturedPair> {
  const stream = await ask(devices, {
    audio: constraintsFor('microphone', requests.microphone),
    video: constraintsFor('camera', requests.camera),
  });
  return { microphone: trackOf(stream, 'microphone'), camera: trackOf(stream, 'camera') };
}

const CONSTRAINT_OF = { microphone: 'audio', camera: 'video' } as const;

async function ask(
  devices: MediaDevicesPort | undefined,
  constraints: MediaStreamConstraints,
): Promise<MediaStream> {
  if (devices === undefined) {
    throw new CaptureError('insecure');
  }
  try {
    return await devices.getUserMedia(constraints);
  } catch (error) {
    throw captureErrorFrom(error);
  }
}

function constraintsFor(kind: CaptureKind, request: CaptureRequest): MediaTrackConstraints {
  const { deviceId, isPhone } = request;
  const device = deviceId === undefined ? {} : { deviceId: { exact: deviceId } };
  if (kind === 'microphone') {
    return { ...device, echoCancellation: true, noiseSuppression: true, autoGainControl: true };
  }
  const side = isPhone && deviceId === undefined ? { facingMode: 'user' } : {};
  return {
    ...device,
    ...side,
    width: { ideal: 1280 },
    height: { ideal: 720 },
    frameRate: { ideal: 30 },
  };
}

function trackOf(stream: MediaStream, kind: CaptureKind): MediaStreamTrack {
  const [track] = kind === 'microphone' ? stream.getAudioTracks() : stream.getVideoTracks();
  if (track === undefined) {
    throw new CaptureError('missing');
  }
  return track;
}
