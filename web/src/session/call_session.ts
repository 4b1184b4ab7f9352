import { Subject, type Observable } from '../observable/observable';
import { PublishError, type Call, type Connection, type Ending } from './call';
import type { Participant, Source } from './call';
import { Patience, setbackOf, type Setback } from './patience';
import type { Offer, RoomPort, RoomState, Size } from './room_port';

/** How long leaving may take. */
const LEAVE_TIMEOUT_MS = 1_000;

/** What a call is made of. */
export interface CallParts {
  /** Makes a connection; each is used once. */
  openRoom(): RoomPort;
  /** Knocks again and answers a ticket. @throws RequestError */
  admit(): Promise<string>;
  readonly self: { readonly identity: string; readonly name: string };
  now(): number;
  /** From 0 to 1, for waiting times. */
  random(): number;
}

/**
 * A call that outlives its connections. Each connection helps itself as long as it can; then this
 * knocks again with the same leaf key, opens another one, and publishes there what was published.
 */
export class CallSession implements Call {
  readonly #parts: CallParts;
  readonly #patience: Patience;
  readonly #connection = new Subject<Connection>({ kind: 'joining' });
  readonly #participants: Subject<readonly Participant[]>;
  readonly #offers = new Map<Source, Offer>();
  readonly #queues = new Map<Source, Promise<void>>();
  #room: RoomPort | undefined;
  #stopWatching: (() => void) | undefined;
  #wake: (() => void) | undefined;
  #isHurried = false;

  /**
   * @param parts - what the call is made of.
   * @param ticket - of the admission that came before.
   */
  constructor(parts: CallParts, ticket: string) {
    this.#parts = parts;
    this.#patience = new Patience(parts);
    this.#participants = new Subject<readonly Participant[]>([
      { ...parts.self, isLocal: true, publications: [] },
    ]);
    // Only a browser without WebRTC gets there.
    this.#keepUp(ticket).catch(() => this.#end('lost'));
  }

  get connection(): Observable<Connection> {
    return this.#connection;
  }

  get participants(): Observable<readonly Participant[]> {
    return this.#participants;
  }

  async setTrack(source: Source, track: MediaStreamTrack | undefined): Promise<void> {
    if (this.#isOver()) {
      return;
    }
    this.#offers.set(source, { track, isMuted: this.#offers.get(source)?.isMuted ?? false });
    await this.#enqueue(source);
  }

  async setMuted(source: Source, isMuted: boolean): Promise<void> {
    if (this.#isOver()) {
      return;
    }
    const track = this.#offers.get(source)?.track;
    this.#offers.set(source, { track, isMuted });
    if (track !== undefined) {
      await this.#enqueue(source);
    }
  }

  setShownSize(publicationId: string, size: Size | undefined): void {
    this.#room?.setShownSize(publicationId, size);
  }

  retryNow(): void {
    if (this.#connection.value.kind !== 'trouble') {
      return;
    }
    if (this.#wake !== undefined) {
      this.#wake();
    } else if (this.#room?.state.value.kind === 'reconnecting') {
      this.#isHurried = true;
      void this.#room.close();
    }
  }

  async leave(): Promise<void> {
    if (!this.#isOver()) {
      await this.#end('left');
    }
  }

  async #keepUp(ticket: string): Promise<void> {
    let setback = await this.#visit(ticket);
    while (!this.#isOver()) {
      const ending = this.#patience.after(setback);
      if (ending !== undefined) {
        await this.#end(ending);
        return;
      }
      this.#connection.set(this.#patience.trouble());
      await this.#pause(setback);
      if (!this.#isOver()) {
        setback = await this.#knockAgain();
      }
    }
  }

  async #knockAgain(): Promise<Setback> {
    let ticket: string;
    try {
      ticket = await this.#parts.admit();
    } catch (error) {
      return setbackOf(error);
    }
    this.#patience.admitted();
    return this.#isOver() ? { kind: 'lost' } : this.#visit(ticket);
  }

  /** Lives through one connection, to its end. */
  async #visit(ticket: string): Promise<Setback> {
    const room = this.#parts.openRoom();
    this.#room = room;
    const setback = await new Promise<Setback>((resolve) => {
      const stop = room.state.subscribe((state) => {
        if (state.kind === 'closed') {
          queueMicrotask(() => {
            stop();
          });
          resolve({ kind: state.why });
        } else {
          this.#follow(room, state);
        }
      });
      room.connect(ticket);
    });
    this.#stopWatching?.();
    this.#stopWatching = undefined;
    this.#room = undefined;
    return setback;
  }

  #follow(room: RoomPort, state: Exclude<RoomState, { kind: 'closed' }>): void {
    if (this.#isOver() || state.kind === 'connecting') {
      return;
    }
    if (state.kind === 'reconnecting') {
      this.#patience.transportTries(state.attempt);
      this.#connection.set(this.#patience.trouble());
      return;
    }
    this.#patience.connected();
    const isNew = this.#stopWatching === undefined;
    // The roster first: who sees the connection sees who is there, too.
    this.#stopWatching ??= room.participants.subscribe((participants) => {
      this.#participants.set(participants);
    });
    this.#connection.set({ kind: 'connected' });
    if (isNew) {
      this.#publishAll();
    }
  }

  #publishAll(): void {
    for (const [source, offer] of this.#offers) {
      if (offer.track !== undefined) {
        // Whoever set the track is told; this one is told by the publication that is missing.
        this.#enqueue(source).catch(() => undefined);
      }
    }
  }

  #enqueue(source: Source): Promise<void> {
    const before = this.#queues.get(source) ?? Promise.resolve();
    const turn = before.catch(() => undefined).then(() => this.#publish(source));
    this.#queues.set(source, turn);
    return turn;
  }

  async #publish(source: Source): Promise<void> {
    let refusals = 0;
    while (refusals < 2) {
      const room = await this.#connectedRoom();
      try {
        await orClosed(room, room.publish(source, this.#offer(source)));
        return;
      } catch {
        // A failure in a connection that broke says nothing; the next one gets its chance.
        refusals += room.state.value.kind === 'connected' ? 1 : 0;
      }
    }
    throw new PublishError(`The server did not take the ${source}.`);
  }

  #offer(source: Source): Offer {
    const { track, isMuted } = this.#offers.get(source) ?? { track: undefined, isMuted: false };
    // What has ended in the meantime would be published as silence or black.
    return { track: track?.readyState === 'ended' ? undefined : track, isMuted };
  }

  #connectedRoom(): Promise<RoomPort> {
    return new Promise((resolve, reject) => {
      const stop = this.#connection.subscribe((connection) => {
        if (connection.kind === 'connected' && this.#room !== undefined) {
          resolve(this.#room);
        } else if (connection.kind === 'ended') {
          reject(new PublishError('The call is over.'));
        } else {
          return;
        }
        queueMicrotask(() => {
          stop();
        });
      });
    });
  }

  #pause(setback: Setback): Promise<void> {
    if (this.#isHurried) {
      this.#isHurried = false;
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve();
      };
      const timer = setTimeout(wake, this.#patience.pauseMs(setback));
      this.#wake = wake;
    });
  }

  async #end(why: Ending): Promise<void> {
    const room = this.#room;
    this.#stopWatching?.();
    this.#connection.set({ kind: 'ended', why, setbacks: this.#patience.setbacks });
    this.#offers.clear();
    this.#wake?.();
    if (room !== undefined) {
      await Promise.race([room.close(), timeout(LEAVE_TIMEOUT_MS)]);
    }
  }

  #isOver(): boolean {
    return this.#connection.value.kind === 'ended';
  }
}

/** Waits for work in a room, but not longer than there is the room. */
async function orClosed(room: RoomPort, work: Promise<void>): Promise<void> {
  let stop = (): void => undefined;
  const closed = new Promise<void>((_, reject) => {
    stop = room.state.subscribe((state) => {
      if (state.kind === 'closed') {
        reject(new Error('closed'));
      }
    });
  });
  try {
    await Promise.race([work, closed]);
  } finally {
    stop();
  }
}

function timeout(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

