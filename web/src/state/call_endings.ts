import type { Clock } from '../observable/clock';
import type { Observable } from '../observable/observable';
import type { Bytes } from '../protocol/bytes';
import type { SigningKey } from '../protocol/signing';
import type { Call } from '../session/call';
import { EndingWatch, type Interruption, type Told } from './ending';
import type { GroupModel } from './group';
import type { GroupNews } from './group_news';
import { ServiceWitness } from './service_witness';

export interface EndingsParts {
  readonly call: Call;
  readonly group: Pick<GroupModel, 'view' | 'standing'>;
  readonly clock: Clock;
  readonly wallNow: () => number;
  readonly expiresAtMs: number;
  /** This device's leaf key. */
  readonly signer: SigningKey;
  /** Grows when the node has signed that it stops. */
  readonly drains: Observable<number>;
  readonly say: (body: Bytes) => boolean;
  /** The call has stopped, and may go on: nobody is to be seen or heard by surprise when it does. */
  readonly onInterrupted: () => void;
}

/** Why a call stops or is over, with everything that this device and the others know of it. */
export class CallEndings {
  readonly #watch: EndingWatch;
  readonly #witness: ServiceWitness;
  readonly #stops: (() => void)[];

  constructor(parts: EndingsParts) {
    const { call, clock, group, drains } = parts;
    this.#witness = new ServiceWitness({
      ...{ clock, wallNow: parts.wallNow, signer: parts.signer, send: parts.say },
      ...{ view: group.view, participants: call.participants, connection: call.connection },
      onTaken: () => {
        this.#watch.refresh();
      },
    });
    this.#watch = new EndingWatch({
      ...{ clock, connection: call.connection, wallNow: parts.wallNow },
      hasExpired: () => parts.wallNow() >= parts.expiresAtMs,
      witnessed: (sinceMs) => this.#witness.witnessed(sinceMs),
    });
    let isInterrupted = false;
    this.#stops = [
      this.#watch.interruption.subscribe((interruption) => {
        if (interruption !== undefined && !isInterrupted) parts.onInterrupted();
        isInterrupted = interruption !== undefined;
      }),
      group.standing.subscribe((standing) => {
        if (standing.kind === 'out' && standing.why === 'removed') this.#watch.removed();
      }),
      drains.subscribe((count) => {
        if (count > 0) this.#watch.drained();
      }),
    ];
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
      void this.#witness.take(news.message.from, news.message.body);
    }
    return type === 'service';
  };

  leave(): void {
    this.#watch.leave();
  }

  close(): void {
    for (const stop of this.#stops.splice(0)) {
      stop();
    }
    this.#watch.close();
    this.#witness.close();
  }
}
