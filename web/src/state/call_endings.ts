import type { Drain } from '../e2ee/record/node_word';
import type { Clock } from '../observable/clock';
import type { Observable } from '../observable/observable';
import type { SigningKey } from '../protocol/signing';
import type { Call } from '../session/call';
import type { DevicesModel } from './devices';
import { EndingWatch, type Interruption, type Told } from './ending';
import type { GroupModel } from './group';
import type { GroupNews } from './group_news';
import type { MeetingFacts } from './meeting';
import type { ScreenShareModel } from './screen_share';
import type { Testimony } from './testimony';

export interface EndingsParts {
  readonly call: Call;
  readonly group: Pick<GroupModel, 'view' | 'standing' | 'say'>;
  readonly devices: Pick<DevicesModel, 'setMicrophoneOn' | 'setCameraOn'>;
  readonly screenShare: Pick<ScreenShareModel, 'stop' | 'close'>;
  readonly meeting: MeetingFacts;
  readonly clock: Clock;
  /** Milliseconds since 1970, of this device. */
  readonly wallNow: () => number;
  /** This device's leaf key. */
  readonly signer: SigningKey;
  /** The node's checked word that it stops. */
  readonly drain: Observable<Drain | undefined>;
  /** What somebody was called when they were last shown. */
  readonly nameOf: (identity: string) => string | undefined;
  readonly onFault: (error: unknown) => void;
}

/** What this device saw, noted when a call was over or stopped. */
export interface RecordToSave {
  /** How many others were in the group at last. */
  readonly others: number;
  /** How many of them have signed that these were its members. */
  readonly cosigners: number;
  /** Signs it, and writes the file. */
  write(): Promise<string>;
}

/** Why a call stops or is over, with everything that this device and the others know of it. */
export class CallEndings {
  readonly #parts: EndingsParts;
  readonly #watch: EndingWatch;
  readonly #stops: (() => void)[];
  #testimony: Testimony | undefined;
  #isClosed = false;

  constructor(parts: EndingsParts) {
    const { call, clock, drain, group, meeting, wallNow } = parts;
    this.#parts = parts;
    this.#watch = new EndingWatch({
      ...{ clock, wallNow, connection: call.connection },
      hasExpired: () => wallNow() >= meeting.expiresAtMs,
      witnessed: (sinceMs) =>
        this.#testimony?.witnessed(sinceMs) ?? { attestations: 0, othersLost: 0 },
    });
    this.#stops = [
      this.#stopSending(),
      group.standing.subscribe((standing) => {
        if (standing.kind === 'out' && standing.why === 'removed') this.#watch.removed();
      }),
      drain.subscribe((said) => {
        if (said !== undefined) this.#watch.drained();
      }),
    ];
    this.#load().catch(parts.onFault);
  }

  get interruption(): Observable<Interruption | undefined> {
    return this.#watch.interruption;
  }

  get ended(): Observable<Told | undefined> {
    return this.#watch.ended;
  }

  /** Takes what members sign of their service; false: it is about something else. */
  readonly take = (news: GroupNews): boolean => {
    const type = news.kind === 'heard' ? news.message.type : news.type;
    if (news.kind === 'heard' && type === 'service') {
      void this.#testimony?.take(news.message.from, news.message.body);
    }
    return type === 'service';
  };

  /** Notes what this device has seen up to now, to be written when asked; undefined: not even loaded. */
  recordOf(told: Told): RecordToSave | undefined {
    return this.#testimony?.recordOf(told);
  }

  leave(): void {
    this.#watch.leave();
  }

  close(): void {
    this.#isClosed = true;
    for (const stop of this.#stops.splice(0)) {
      stop();
    }
    this.#watch.close();
    this.#testimony?.close();
  }

  /** Beside the call: what others sign counts only once a call has been there for a while. */
  async #load(): Promise<void> {
    const loaded = await import('./testimony');
    if (this.#isClosed) return;
    this.#testimony = new loaded.Testimony({
      ...this.#parts,
      onTaken: () => {
        this.#watch.refresh();
      },
    });
  }

  /** Whoever waits elsewhere on the page for the call is not on air by surprise when it goes on. */
  #stopSending(): () => void {
    const { devices, screenShare } = this.#parts;
    let wasInterrupted = false;
    const stops = [
      this.#watch.interruption.subscribe((now) => {
        const isInterrupted = now !== undefined;
        if (isInterrupted && !wasInterrupted) {
          void screenShare.stop();
          void devices.setMicrophoneOn(false);
          void devices.setCameraOn(false);
        }
        wasInterrupted = isInterrupted;
      }),
      this.#watch.ended.subscribe((told) => {
        if (told !== undefined) screenShare.close();
      }),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }
}
