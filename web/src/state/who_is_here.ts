import type { Clock } from '../observable/clock';
import type { Observable } from '../observable/observable';
import type { Call } from '../session/call';
import { ComingsAndGoings, type Announcer } from './announcements';
import type { GroupModel } from './group';
import { MembersModel, type ListedMember, type Passage } from './members';
import type { Person } from './people';
import { Strangers } from './strangers';

interface Parts {
  readonly clock: Clock;
  readonly call: Pick<Call, 'connection' | 'participants'>;
  readonly group: Pick<GroupModel, 'view' | 'ready' | 'leaving'>;
  /** The epoch whose keys seal what is sent from here. */
  readonly sealing: Observable<number | undefined>;
  readonly announcer: Announcer;
  readonly wallNow: () => number;
}

/** Who is in the meeting, who came and went, and who is connected without being in it. */
export class WhoIsHere {
  readonly #parts: Parts;
  readonly #members: MembersModel;
  readonly #strangers: Strangers;
  readonly #comings: ComingsAndGoings;
  readonly #names = new Map<string, string>();

  constructor(parts: Parts) {
    const { clock, group, sealing, announcer, wallNow } = parts;
    const { view, ready, leaving } = group;
    this.#parts = parts;
    this.#members = new MembersModel({ clock, view, ready, leaving, sealing, wallNow });
    this.#strangers = new Strangers(clock);
    this.#comings = new ComingsAndGoings(announcer, clock);
  }

  /** Who holds keys of the meeting, by when they came; empty until this device does. */
  get members(): Observable<readonly ListedMember[]> {
    return this.#members.members;
  }

  get passages(): Observable<readonly Passage[]> {
    return this.#members.passages;
  }

  /** How many are at the server and have no keys: longer than anybody takes who comes in. */
  get strangers(): Observable<number> {
    return this.#strangers.count;
  }

  /** What somebody was called when they were last shown. */
  nameOf(identity: string): string | undefined {
    return this.#names.get(identity);
  }

  /** The screen shows these people now. */
  shown(people: readonly Person[]): void {
    for (const { identity, name } of people) {
      if (name !== undefined) this.#names.set(identity, name);
    }
    const { connection, participants } = this.#parts.call;
    const members = this.members.value;
    const isIn = members.length > 0 && connection.value.kind === 'connected';
    this.#comings.update(people, isIn);
    this.#strangers.update(
      participants.value.filter(({ isLocal }) => !isLocal).map(({ identity }) => identity),
      isIn ? new Set(members.map(({ identity }) => identity)) : undefined,
    );
  }

  close(): void {
    this.#members.close();
    this.#strangers.close();
    this.#comings.close();
  }
}
