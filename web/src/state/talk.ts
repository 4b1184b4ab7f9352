import { Subject, type Observable } from '../observable/observable';
import type { DeviceState } from './devices';

/** The part of `DevicesModel` that is used here. */
export interface TalkDevices {
  readonly microphone: Observable<DeviceState>;
  setMicrophoneOn(isOn: boolean): Promise<void>;
}

/** Holding a key to talk: the microphone is on for as long, if it was off before. */
export class Talk {
  readonly #devices: TalkDevices;
  readonly #isTalking = new Subject(false);

  constructor(devices: TalkDevices) {
    this.#devices = devices;
  }

  get isTalking(): Observable<boolean> {
    return this.#isTalking;
  }

  /** Does nothing while the microphone is on anyway, or does not work. */
  begin(): void {
    if (!this.#isTalking.value && this.#devices.microphone.value.kind === 'off') {
      this.#isTalking.set(true);
      void this.#devices.setMicrophoneOn(true);
    }
  }

  /** Call it also when the window loses the focus: the key's release is not heard then. */
  end(): void {
    if (this.#isTalking.value) {
      this.#isTalking.set(false);
      void this.#devices.setMicrophoneOn(false);
    }
  }

  /** Leaves the microphone on after the key is released. */
  keepOn(): void {
    this.#isTalking.set(false);
  }
}
