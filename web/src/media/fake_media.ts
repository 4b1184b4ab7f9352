/** A browser's devices in memory, for the tests of what captures and lists them. */
import type { MediaDevicesPort } from './capture';
import type { PermissionsPort } from './permission';

export class FakeTrack extends EventTarget {
  enabled = true;
  muted = false;
  readyState: MediaStreamTrackState = 'live';
  readonly kind: 'audio' | 'video';
  readonly label: string;
  readonly #deviceId: string;

  constructor(kind: 'audio' | 'video', deviceId: string, label: string) {
    super();
    this.kind = kind;
    this.label = label;
    this.#deviceId = deviceId;
  }

  getSettings(): MediaTrackSettings {
    return { deviceId: this.#deviceId };
  }

  /** As in browsers, stopping a track oneself tells nobody. */
  stop(): void {
    this.readyState = 'ended';
  }

  /** The device was pulled out, or the permission taken back. */
  end(): void {
    this.readyState = 'ended';
    this.dispatchEvent(new Event('ended'));
  }

  asTrack(): MediaStreamTrack {
    return this as unknown as MediaStreamTrack;
  }
}

type Kind = 'audioinput' | 'videoinput' | 'audiooutput';

export class FakeMediaDevices extends EventTarget {
  present: { readonly kind: Kind; readonly deviceId: string; readonly label: string }[] = [
    { kind: 'audioinput', deviceId: 'mic-a', label: 'Desk microphone' },
    { kind: 'audioinput', deviceId: 'mic-b', label: 'Headset (046d:0a1f)' },
    { kind: 'videoinput', deviceId: 'cam-a', label: 'Front camera' },
    { kind: 'videoinput', deviceId: 'cam-b', label: 'Document camera' },
    { kind: 'audiooutput', deviceId: 'spk-a', label: 'Loudspeaker' },
    { kind: 'audiooutput', deviceId: 'spk-b', label: 'Headset' },
  ];
  /** Every question that was asked, in order. */
  readonly asked: MediaStreamConstraints[] = [];
  /** Every track that was handed out, in order. */
  readonly tracks: FakeTrack[] = [];
  /** What is refused: called for each question, its error is the answer. */
  refuse: (constraints: MediaStreamConstraints) => Error | undefined = () => undefined;
  /** Answers wait for it. */
  answer: Promise<void> = Promise.resolve();

  async getUserMedia(constraints: MediaStreamConstraints): Promise<MediaStream> {
    this.asked.push(constraints);
    await this.answer;
    const refusal = this.refuse(constraints);
    if (refusal !== undefined) {
      throw refusal;
    }
    const audio = this.#open('audio', constraints.audio);
    const video = this.#open('video', constraints.video);
    this.tracks.push(...audio, ...video);
    return {
      getAudioTracks: () => audio,
      getVideoTracks: () => video,
    } as unknown as MediaStream;
  }

  enumerateDevices(): Promise<MediaDeviceInfo[]> {
    return Promise.resolve(this.present as unknown as MediaDeviceInfo[]);
  }

  /** Pulls a device out: its tracks end and everybody hears that something changed. */
  unplug(deviceId: string): void {
    this.present = this.present.filter((device) => device.deviceId !== deviceId);
    for (const track of this.tracks) {
      if (track.getSettings().deviceId === deviceId && track.readyState === 'live') {
        track.end();
      }
    }
    this.dispatchEvent(new Event('devicechange'));
  }

  asPort(): MediaDevicesPort {
    return this;
  }

  #open(kind: 'audio' | 'video', wanted: boolean | MediaTrackConstraints | undefined): FakeTrack[] {
    if (wanted === undefined || wanted === false) {
      return [];
    }
    const devices = this.present.filter((device) => device.kind === `${kind}input`);
    const exact = typeof wanted === 'object' ? exactIdIn(wanted) : undefined;
    const device = exact === undefined ? devices[0] : devices.find((one) => one.deviceId === exact);
    if (device === undefined) {
      throw browserError(exact === undefined ? 'NotFoundError' : 'OverconstrainedError');
    }
    return [new FakeTrack(kind, device.deviceId, device.label)];
  }
}

/** What the site's settings say of each kind of device; `set` changes it as a person would. */
export class FakePermissions {
  readonly #statuses = new Map<string, EventTarget & { state: PermissionState }>();

  constructor(states: Readonly<Record<string, PermissionState>>) {
    for (const [name, state] of Object.entries(states)) {
      this.#statuses.set(name, Object.assign(new EventTarget(), { state }));
    }
  }

  set(name: string, state: PermissionState): void {
    const status = this.#statuses.get(name);
    if (status !== undefined) {
      status.state = state;
      status.dispatchEvent(new Event('change'));
    }
  }

  asPort(): PermissionsPort {
    const query = ({ name }: { readonly name: string }): Promise<unknown> => {
      const status = this.#statuses.get(name);
      return status === undefined
        ? Promise.reject(new TypeError(`${name} is no permission`))
        : Promise.resolve(status);
    };
    return { query } as unknown as PermissionsPort;
  }
}

/** An error as `getUserMedia` rejects with. */
export function browserError(name: string, message = ''): Error {
  return Object.assign(new Error(message), { name });
}

function exactIdIn({ deviceId }: MediaTrackConstraints): string | undefined {
  return typeof deviceId === 'object' && 'exact' in deviceId && typeof deviceId.exact === 'string'
    ? deviceId.exact
    : undefined;
}
