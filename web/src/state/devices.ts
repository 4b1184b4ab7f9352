import { Subject, type Observable } from '../observable/observable';
import {
  captureTogether,
  type CapturedPair,
  type CaptureKind,
  type MediaDevicesPort,
} from '../media/capture';
import { captureErrorFrom } from '../media/capture_error';
import { listDevices, NO_DEVICES, type DeviceLists, type ListedDevice } from '../media/device_list';
import type { SoundPort } from '../media/level_meter';
import { permissionFor, type PermissionsPort } from '../media/permission';
import { playTestTone } from '../media/test_tone';
import { CapturedDevice, type DeviceState, type Fallback } from './captured_device';
import { Listening } from './listening';
import type { Preferences } from './preferences';

export type { CaptureFailure } from '../media/capture_error';
export type { CaptureKind } from '../media/capture';
export type { DeviceLists, ListedDevice } from '../media/device_list';
export type { DeviceState, Fallback } from './captured_device';

export type DeviceKind = CaptureKind | 'speaker';

/** The devices in use; undefined leaves it to the browser. */
export type ChosenDevices = Readonly<Record<DeviceKind, string | undefined>>;

/** Whether the test tone is heard. */
export type SpeakerTest = 'idle' | 'playing' | 'failed';

/** What the browser brings. */
export interface DevicesParts {
  /** `navigator.mediaDevices`, which is undefined on an insecure page. */
  readonly mediaDevices: MediaDevicesPort | undefined;
  readonly permissions: PermissionsPort | undefined;
  readonly sound: SoundPort;
  readonly preferences: Preferences;
  readonly isPhone: boolean;
  /** Whether the browser has `HTMLMediaElement.setSinkId`. */
  readonly canChooseSpeaker: boolean;
}

/**
 * This person's microphone, camera and speaker, before and during a call. Nothing is asked of the
 * browser before `start`, `setMicrophoneOn` or `setCameraOn`. No method rejects: failures are states.
 */
export class DevicesModel {
  readonly canChooseSpeaker: boolean;
  readonly #parts: DevicesParts;
  readonly #microphone: CapturedDevice;
  readonly #camera: CapturedDevice;
  readonly #listening: Listening;
  readonly #lists = new Subject<DeviceLists>(NO_DEVICES);
  readonly #chosen: Subject<ChosenDevices>;
  readonly #fallback = new Subject<Fallback | undefined>(undefined);
  readonly #speakerTest = new Subject<SpeakerTest>('idle');
  readonly #stops: (() => void)[] = [];
  #hasStarted = false;
  #isClosed = false;

  constructor(parts: DevicesParts) {
    const { microphone, camera, speaker } = parts.preferences.value;
    this.#parts = parts;
    this.canChooseSpeaker = parts.canChooseSpeaker;
    this.#chosen = new Subject<ChosenDevices>({ microphone, camera, speaker });
    this.#microphone = this.#capturedDevice('microphone', microphone);
    this.#camera = this.#capturedDevice('camera', camera);
    this.#listening = new Listening(parts.sound, this.#microphone.state);
    this.#followChanges();
  }

  get microphone(): Observable<DeviceState> {
    return this.#microphone.state;
  }

  get camera(): Observable<DeviceState> {
    return this.#camera.state;
  }

  get lists(): Observable<DeviceLists> {
    return this.#lists;
  }

  get chosen(): Observable<ChosenDevices> {
    return this.#chosen;
  }

  /** The last change nobody asked for. Each is a new object, to be announced once. */
  get fallback(): Observable<Fallback | undefined> {
    return this.#fallback;
  }

  /** How loud the microphone is, 0..1, ten times a second; 0 while it is off. */
  get level(): Observable<number> {
    return this.#listening.level;
  }

  /** The microphone is on, and yet nothing at all came from it for five seconds. */
  get isSilent(): Observable<boolean> {
    return this.#listening.isSilent;
  }

  get speakerTest(): Observable<SpeakerTest> {
    return this.#speakerTest;
  }

  /** Switches on what was on the last time, with one question to the person where possible. */
  async start(): Promise<void> {
    const { isMicrophoneOn, isCameraOn } = this.#parts.preferences.value;
    const isFirst = !this.#hasStarted;
    this.#hasStarted = true;
    const refresh = this.#refreshLists();
    if (isMicrophoneOn && isCameraOn && isFirst) {
      await this.#startBoth();
    } else {
      await Promise.all([
        isMicrophoneOn ? this.#microphone.turnOn() : undefined,
        isCameraOn ? this.#camera.turnOn() : undefined,
      ]);
    }
    await refresh;
    await this.#refreshLists();
  }

  async setMicrophoneOn(isOn: boolean): Promise<void> {
    this.#parts.preferences.update({ isMicrophoneOn: isOn });
    await this.#set(this.#microphone, isOn);
  }

  async setCameraOn(isOn: boolean): Promise<void> {
    this.#parts.preferences.update({ isCameraOn: isOn });
    await this.#set(this.#camera, isOn);
  }

  /** Changes a device, also one in use; one that doesn't work leaves the one before in place. */
  async choose(kind: DeviceKind, id: string): Promise<void> {
    this.#parts.preferences.update({ [kind]: id });
    if (kind === 'speaker') {
      this.#note('speaker', id);
      return;
    }
    const { microphones, cameras } = this.#lists.value;
    const device = (kind === 'microphone' ? microphones : cameras).find((one) => one.id === id);
    const chosen = device ?? { id, label: '' };
    await (kind === 'microphone' ? this.#microphone : this.#camera).choose(chosen);
    await this.#refreshLists();
  }

  /** Browsers hold sound back until someone touches the page; call this when someone does. */
  resumeSound(): void {
    this.#listening.resume();
  }

  /** Plays a short tone on the chosen speaker. */
  async testSpeaker(): Promise<void> {
    if (this.#speakerTest.value === 'playing') {
      return;
    }
    this.#speakerTest.set('playing');
    try {
      await playTestTone(this.#parts.sound, this.#chosen.value.speaker);
      this.#speakerTest.set('idle');
    } catch {
      this.#speakerTest.set('failed');
    }
  }

  /** Lets all devices go. */
  close(): void {
    this.#isClosed = true;
    this.#stops.forEach((stop) => {
      stop();
    });
    this.#listening.close();
    this.#microphone.close();
    this.#camera.close();
  }

  #capturedDevice(kind: CaptureKind, deviceId: string | undefined): CapturedDevice {
    const { mediaDevices, permissions, isPhone } = this.#parts;
    return new CapturedDevice({
      kind,
      mediaDevices,
      permissions,
      isPhone,
      deviceId,
      onDevice: (id) => {
        this.#note(kind, id);
      },
      onFallback: (fallback) => {
        this.#fallback.set(fallback);
      },
    });
  }

  async #set(device: CapturedDevice, isOn: boolean): Promise<void> {
    await (isOn ? device.turnOn() : device.turnOff());
    await this.#refreshLists();
  }

  /** Each asks for itself where asking together came to nothing. */
  async #startBoth(): Promise<void> {
    const asked = this.#askForBoth();
    asked.catch(() => undefined);
    await Promise.all([
      this.#microphone.turnOn(
        async () => (await asked)?.microphone ?? (await this.#microphone.captureAlone()),
      ),
      this.#camera.turnOn(async () => (await asked)?.camera ?? (await this.#camera.captureAlone())),
    ]);
  }

  async #isRefused(kind: CaptureKind): Promise<boolean> {
    return (await permissionFor(this.#parts.permissions, kind))?.state === 'denied';
  }

  /**
   * One question for both, unless the site's settings refuse one of them anyway.
   * Rejects when the person said no; undefined when one device spoilt it for the other.
   */
  async #askForBoth(): Promise<CapturedPair | undefined> {
    if ((await this.#isRefused('microphone')) || (await this.#isRefused('camera'))) {
      return undefined;
    }
    const requests = { microphone: this.#microphone.request, camera: this.#camera.request };
    try {
      const pair = await captureTogether(this.#parts.mediaDevices, requests);
      if (this.#isClosed) {
        pair.microphone.stop();
        pair.camera.stop();
      }
      return pair;
    } catch (error) {
      const failure = captureErrorFrom(error);
      if (['denied', 'dismissed', 'insecure'].includes(failure.why)) {
        throw failure;
      }
      return undefined;
    }
  }

  #followChanges(): void {
    const { mediaDevices } = this.#parts;
    const whenChanged = (): void => {
      void this.#refreshLists().then(() => this.#dropVanished());
    };
    mediaDevices?.addEventListener('devicechange', whenChanged);
    this.#stops.push(() => mediaDevices?.removeEventListener('devicechange', whenChanged));
    void this.#followPermission('microphone', this.#microphone);
    void this.#followPermission('camera', this.#camera);
  }

  /** Someone who undoes a refusal in the browser's settings needs to press nothing here. */
  async #followPermission(kind: CaptureKind, device: CapturedDevice): Promise<void> {
    const status = await permissionFor(this.#parts.permissions, kind);
    if (status === undefined || this.#isClosed) {
      return;
    }
    const whenChanged = (): void => {
      if (status.state === 'granted' && device.state.value.kind === 'failed') {
        void this.#set(device, true);
      }
    };
    status.addEventListener('change', whenChanged);
    this.#stops.push(() => {
      status.removeEventListener('change', whenChanged);
    });
  }

  async #refreshLists(): Promise<void> {
    const lists = await listDevices(this.#parts.mediaDevices);
    if (!this.#isClosed) {
      this.#lists.set(lists);
    }
  }

  async #dropVanished(): Promise<void> {
    const { microphones, cameras, speakers } = this.#lists.value;
    await this.#microphone.checkPresence(idsOf(microphones));
    await this.#camera.checkPresence(idsOf(cameras));
    const { speaker } = this.#chosen.value;
    if (speaker !== undefined && !idsOf(speakers).includes(speaker)) {
      this.#note('speaker', undefined);
      this.#fallback.set({ kind: 'speaker', from: '', to: speakers[0]?.label ?? '', why: 'unplugged' });
    }
  }

  #note(kind: DeviceKind, id: string | undefined): void {
    if (this.#chosen.value[kind] !== id) {
      this.#chosen.set({ ...this.#chosen.value, [kind]: id });
    }
  }
}

function idsOf(devices: readonly ListedDevice[]): readonly string[] {
  return devices.map(({ id }) => id);
}
