import { Subject, type Observable } from '../observable/observable';
import type { Call, Source } from '../session/call';
import type { DeviceState } from './devices';

/** What is to be sent from a source. */
interface Wanted {
  readonly track: MediaStreamTrack | undefined;
  readonly isMuted: boolean;
}

const NOTHING: Wanted = { track: undefined, isMuted: true };

/**
 * Keeps what one source sends equal to what is wanted. One step at a time: the newest wish counts, and
 * what was wished for in between is never sent.
 */
export class SourcePublishing {
  readonly #call: Call;
  readonly #source: Source;
  readonly #hasFailed = new Subject(false);
  #wanted = NOTHING;
  #sent = NOTHING;
  #isRunning = false;

  constructor(call: Call, source: Source) {
    this.#call = call;
    this.#source = source;
  }

  /** Whether the last wish could not be fulfilled: others don't get what this device gives. */
  get hasFailed(): Observable<boolean> {
    return this.#hasFailed;
  }

  /** The track that is wanted now. */
  get track(): MediaStreamTrack | undefined {
    return this.#wanted.track;
  }

  /** Resolves when it is sent so, or was found impossible. Never rejects. */
  async want(wanted: Wanted): Promise<void> {
    this.#wanted = wanted;
    await this.retry();
  }

  /** Tries again what failed. */
  async retry(): Promise<void> {
    if (this.#isRunning) {
      return;
    }
    this.#isRunning = true;
    try {
      while (!isSame(this.#wanted, this.#sent)) {
        await this.#step(this.#wanted);
      }
      this.#hasFailed.set(false);
    } catch {
      this.#hasFailed.set(this.#call.connection.value.kind !== 'ended');
    } finally {
      this.#isRunning = false;
    }
  }

  async #step(wanted: Wanted): Promise<void> {
    if (wanted.track !== this.#sent.track) {
      await this.#call.setTrack(this.#source, wanted.track);
      // What a new publication starts with is the call's business: it is told again below.
      this.#sent = { track: wanted.track, isMuted: !wanted.isMuted };
    }
    if (wanted.track !== undefined) {
      await this.#call.setMuted(this.#source, wanted.isMuted);
    }
    this.#sent = wanted;
  }
}

/** The microphone: stays published while it is off, so that it is back with the first word. */
export function wantedFromMicrophone(
  state: DeviceState,
  current: MediaStreamTrack | undefined,
): Wanted | undefined {
  switch (state.kind) {
    case 'on':
      return { track: state.track, isMuted: false };
    case 'off':
      // Somebody who comes in muted sends nothing before they speak for the first time.
      return current === undefined ? NOTHING : { track: state.track ?? current, isMuted: true };
    case 'failed':
      return NOTHING;
    case 'asking':
      return undefined;
  }
}

/** The camera: nothing is published from one that is off. */
export function wantedFromCamera(state: DeviceState): Wanted | undefined {
  if (state.kind === 'asking') {
    return undefined;
  }
  return state.kind === 'on' ? { track: state.track, isMuted: false } : NOTHING;
}

function isSame(one: Wanted, other: Wanted): boolean {
  return one.track === other.track && (one.isMuted === other.isMuted || one.track === undefined);
}
