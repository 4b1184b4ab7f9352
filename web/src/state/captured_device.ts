import { Subject } from '../observable/observable';
import {
  capture,
  captureExactly,
  type CaptureKind,
  type CaptureRequest,
  type MediaDevicesPort,
} from '../media/capture';
import { CaptureError, captureErrorFrom, type CaptureFailure } from '../media/capture_error';
import { plainLabel, type ListedDevice } from '../media/device_list';
import { permissionFor, type PermissionsPort } from '../media/permission';

/**
 * Whether this person's microphone or camera gives anything.
 * A microphone that is off may keep its track, with `enabled` false, so that the first word after it is
 * switched on isn't lost. A camera that is off has none: its light goes out.
 */
export type DeviceState =
  | { readonly kind: 'off'; readonly track?: MediaStreamTrack }
  | { readonly kind: 'asking' }
  | { readonly kind: 'on'; readonly track: MediaStreamTrack }
  | { readonly kind: 'failed'; readonly why: CaptureFailure };

/** A device went away, or one that was chosen didn't work, and another one took its place. */
export interface Fallback {
  readonly kind: CaptureKind | 'speaker';
  /** Labels; empty where the browser gave none. */
  readonly from: string;
  readonly to: string;
  readonly why: 'unplugged' | CaptureFailure;
}

export interface CapturedDeviceParts {
  readonly kind: CaptureKind;
  readonly mediaDevices: MediaDevicesPort | undefined;
  readonly permissions: PermissionsPort | undefined;
  readonly isPhone: boolean;
  readonly deviceId: string | undefined;
  /** Called when another device is in use, or undefined when none is known to be. */
  onDevice(id: string | undefined): void;
  onFallback(fallback: Fallback): void;
}

/**
 * One microphone or camera. What is asked of it happens in turn, so that a camera switched off while
 * the browser still asks the person is off in the end. Nothing here rejects: failures are states.
 */
export class CapturedDevice {
  readonly state = new Subject<DeviceState>({ kind: 'off' });
  readonly #parts: CapturedDeviceParts;
  #deviceId: string | undefined;
  #track: MediaStreamTrack | undefined;
  #turn: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(parts: CapturedDeviceParts) {
    this.#parts = parts;
    this.#deviceId = parts.deviceId;
  }

  get request(): CaptureRequest {
    return { deviceId: this.#deviceId, isPhone: this.#parts.isPhone };
  }

  /** @param source - where the track comes from, if not from a question of its own. */
  turnOn(source?: () => Promise<MediaStreamTrack>): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#track !== undefined) {
        this.#track.enabled = true;
        this.state.set(this.state.value.kind === 'on' ? this.state.value : on(this.#track));
        return;
      }
      await this.#captureFrom(source ?? (() => this.captureAlone()));
    });
  }

  turnOff(): Promise<void> {
    return this.#inTurn(() => {
      if (this.#track !== undefined && this.#parts.kind === 'microphone') {
        this.#track.enabled = false;
        this.state.set({ kind: 'off', track: this.#track });
      } else {
        this.#letGo();
        this.state.set({ kind: 'off' });
      }
      return Promise.resolve();
    });
  }

  choose({ id, label }: ListedDevice): Promise<void> {
    return this.#inTurn(async () => {
      if (id === this.#deviceId && this.#track !== undefined) {
        return;
      }
      if (this.#track !== undefined) {
        await this.#swap(id, label);
        return;
      }
      this.#deviceId = id;
      this.#parts.onDevice(id);
      if (this.state.value.kind === 'failed') {
        await this.#captureFrom(() => this.captureAlone());
      }
    });
  }

  /** Lets a device go that is not in the list of present ones any more. */
  checkPresence(presentIds: readonly string[]): Promise<void> {
    return this.#inTurn(async () => {
      const id = this.#track?.getSettings().deviceId;
      if (this.#track !== undefined && id !== undefined && !presentIds.includes(id)) {
        await this.#replaceLost(this.#track);
      }
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#letGo();
  }

  #inTurn(act: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(() => (this.#isClosed ? undefined : act()));
    return this.#turn;
  }

  /** The wanted device, with a question of its own; for `turnOn`. */
  captureAlone(): Promise<MediaStreamTrack> {
    return capture(this.#parts.mediaDevices, this.#parts.kind, this.request);
  }

  async #captureFrom(source: () => Promise<MediaStreamTrack>): Promise<void> {
    this.state.set({ kind: 'asking' });
    try {
      this.#adopt(await source());
    } catch (error) {
      this.state.set({ kind: 'failed', why: await this.#failureIn(error) });
    }
  }

  /** A refusal while the site itself may capture comes from the system. */
  async #failureIn(error: unknown): Promise<CaptureFailure> {
    const { why } = captureErrorFrom(error);
    if (why !== 'denied') {
      return why;
    }
    const permission = await permissionFor(this.#parts.permissions, this.#parts.kind);
    return permission?.state === 'granted' ? 'blocked-by-system' : 'denied';
  }

  #adopt(track: MediaStreamTrack, isOn = true): void {
    if (this.#isClosed) {
      track.stop();
      return;
    }
    this.#track = track;
    track.enabled = isOn;
    track.addEventListener('ended', this.#whenEnded);
    this.#deviceId = track.getSettings().deviceId ?? this.#deviceId;
    this.#parts.onDevice(this.#deviceId);
    this.state.set(isOn ? on(track) : { kind: 'off', track });
  }

  #letGo(): void {
    this.#track?.removeEventListener('ended', this.#whenEnded);
    this.#track?.stop();
    this.#track = undefined;
  }

  /** Changes the device in use, and goes back to the one before when the new one doesn't work. */
  async #swap(id: string, label: string): Promise<void> {
    const before = { label: this.#label(), isOn: this.state.value.kind === 'on' };
    if (this.#parts.kind === 'camera') {
      // Phones open one camera at a time.
      this.#letGo();
    }
    try {
      const { mediaDevices, kind } = this.#parts;
      const track = await captureExactly(mediaDevices, kind, { ...this.request, deviceId: id });
      this.#letGo();
      this.#adopt(track, before.isOn);
    } catch (error) {
      const why = await this.#failureIn(error);
      if (this.#track === undefined) {
        await this.#captureFrom(() => this.captureAlone());
      }
      this.#parts.onDevice(this.#deviceId);
      this.#parts.onFallback({ kind: this.#parts.kind, from: label, to: before.label, why });
    }
  }

  readonly #whenEnded = (): void => {
    void this.#inTurn(async () => {
      if (this.#track?.readyState === 'ended') {
        await this.#replaceLost(this.#track);
      }
    });
  };

  async #replaceLost(track: MediaStreamTrack): Promise<void> {
    const from = plainLabel(track.label);
    const wasOn = this.state.value.kind === 'on';
    this.#letGo();
    this.#deviceId = undefined;
    this.#parts.onDevice(undefined);
    if (!wasOn) {
      this.state.set({ kind: 'off' });
      return;
    }
    await this.#captureFrom(async () => {
      // The track also ends when the person takes the permission back; then nobody is asked again.
      const permission = await permissionFor(this.#parts.permissions, this.#parts.kind);
      if (permission !== undefined && permission.state !== 'granted') {
        throw new CaptureError(permission.state === 'denied' ? 'denied' : 'dismissed');
      }
      return await this.captureAlone();
    });
    if (this.#track !== undefined) {
      this.#parts.onFallback({ kind: this.#parts.kind, from, to: this.#label(), why: 'unplugged' });
    }
  }

  #label(): string {
    return plainLabel(this.#track?.label ?? '');
  }
}

function on(track: MediaStreamTrack): DeviceState {
  return { kind: 'on', track };
}
