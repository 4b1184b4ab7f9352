import { Subject } from '../observable/observable';
import { trackOf } from './call_in_memory';
import type {
  ChosenDevices,
  DeviceLists,
  DevicesModel,
  DeviceState,
  Fallback,
  SpeakerTest,
} from './devices';

/** Devices without a browser, for tests. */
export class DevicesInMemory implements Pick<DevicesModel, keyof DevicesModel> {
  readonly canChooseSpeaker = true;
  readonly microphone = new Subject<DeviceState>({ kind: 'off' });
  readonly camera = new Subject<DeviceState>({ kind: 'off' });
  readonly lists = new Subject<DeviceLists>({ microphones: [], cameras: [], speakers: [] });
  readonly chosen = new Subject<ChosenDevices>({
    microphone: undefined,
    camera: undefined,
    speaker: undefined,
  });
  readonly fallback = new Subject<Fallback | undefined>(undefined);
  readonly level = new Subject(0);
  readonly isSilent = new Subject(false);
  readonly speakerTest = new Subject<SpeakerTest>('idle');
  isClosed = false;
  readonly #microphoneTrack: MediaStreamTrack;
  readonly #cameraTrack: MediaStreamTrack;

  constructor(microphone = trackOf('mic'), camera = trackOf('cam')) {
    this.#microphoneTrack = microphone;
    this.#cameraTrack = camera;
  }

  /** For what asks for the class, which has parts that only it can have. */
  get asModel(): DevicesModel {
    return this as unknown as DevicesModel;
  }

  async start(): Promise<void> {
    await this.setMicrophoneOn(true);
    await this.setCameraOn(true);
  }

  setMicrophoneOn(isOn: boolean): Promise<void> {
    const track = this.#microphoneTrack;
    this.microphone.set({ kind: isOn ? 'on' : 'off', track });
    return Promise.resolve();
  }

  setCameraOn(isOn: boolean): Promise<void> {
    this.camera.set(isOn ? { kind: 'on', track: this.#cameraTrack } : { kind: 'off' });
    return Promise.resolve();
  }

  choose(kind: keyof ChosenDevices, id: string): Promise<void> {
    this.chosen.set({ ...this.chosen.value, [kind]: id });
    return Promise.resolve();
  }

  testSpeaker(): Promise<void> {
    this.speakerTest.set('playing');
    return Promise.resolve();
  }

  resumeSound(): void {
    this.level.set(this.level.value);
  }

  close(): void {
    this.isClosed = true;
  }
}
