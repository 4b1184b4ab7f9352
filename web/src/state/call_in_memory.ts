import { Subject } from '../observable/observable';
import type { Call, Connection, Participant, Publication, Source } from '../session/call';
import { PublishError } from '../session/call';
import { NO_SETBACKS } from '../session/patience';

/** A call without a server, for tests. Sends nothing; its list of participants is set by hand. */
export class CallInMemory implements Call {
  readonly connection = new Subject<Connection>({ kind: 'connected' });
  readonly participants: Subject<readonly Participant[]>;
  /** What was asked of it, in order. */
  readonly log: string[] = [];
  readonly shown = new Map<string, { readonly width: number; readonly height: number } | undefined>();
  /** The next `setTrack` is refused. */
  refusesTracks = false;
  #gate: Promise<void> = Promise.resolve();

  constructor(others: readonly Participant[] = []) {
    const self = participantOf('me', { isLocal: true, name: 'Me' });
    this.participants = new Subject<readonly Participant[]>([self, ...others]);
  }

  /** Makes everything wait until the returned function is called. */
  stall(): () => void {
    let go = (): void => undefined;
    this.#gate = new Promise((resolve) => {
      go = resolve;
    });
    return go;
  }

  async setTrack(source: Source, track: MediaStreamTrack | undefined): Promise<void> {
    this.log.push(`${source} ${track === undefined ? 'gone' : track.id}`);
    await this.#gate;
    if (this.refusesTracks) {
      throw new PublishError('refused');
    }
    this.#setLocal(source, track === undefined ? undefined : { isMuted: false, track });
  }

  async setMuted(source: Source, isMuted: boolean): Promise<void> {
    this.log.push(`${source} ${isMuted ? 'muted' : 'unmuted'}`);
    await this.#gate;
    const own = this.participants.value[0]?.publications.find((one) => one.source === source);
    if (own !== undefined) {
      this.#setLocal(source, { isMuted, track: own.track });
    }
  }

  setShownSize(
    publicationId: string,
    size: { readonly width: number; readonly height: number } | undefined,
  ): void {
    this.shown.set(publicationId, size);
  }

  retryNow(): void {
    this.log.push('retry');
  }

  leave(): Promise<void> {
    this.log.push('leave');
    this.connection.set({ kind: 'ended', why: 'left', setbacks: NO_SETBACKS });
    return Promise.resolve();
  }

  /** Replaces everybody else. */
  setOthers(others: readonly Participant[]): void {
    this.participants.set([...this.participants.value.slice(0, 1), ...others]);
  }

  #setLocal(source: Source, change: Pick<Publication, 'isMuted' | 'track'> | undefined): void {
    const [self, ...others] = this.participants.value;
    if (self !== undefined) {
      const rest = self.publications.filter((one) => one.source !== source);
      const own = change === undefined ? [] : [{ id: `own ${source}`, source, ...change }];
      this.participants.set([{ ...self, publications: [...rest, ...own] }, ...others]);
    }
  }
}

/** Somebody in the room, with nothing published unless it is given. */
export function participantOf(identity: string, more: Partial<Participant> = {}): Participant {
  return { identity, isLocal: false, name: identity, publications: [], ...more };
}

/** Something that is published and has arrived. */
export function publicationOf(owner: string, source: Source, isMuted = false): Publication {
  return { id: `${owner} ${source}`, source, isMuted, track: trackOf(`${owner} ${source}`) };
}

/** A track that can be stopped and can end, and nothing else. */
export function trackOf(id: string): MediaStreamTrack {
  const events = new EventTarget();
  const track = {
    id,
    readyState: 'live',
    stop: () => {
      track.readyState = 'ended';
    },
    addEventListener: events.addEventListener.bind(events),
    removeEventListener: events.removeEventListener.bind(events),
    dispatchEvent: events.dispatchEvent.bind(events),
  };
  return track as unknown as MediaStreamTrack;
}
