import { encodeUtf8, parseUtf8 } from '../../protocol/bytes';
import { makeLeafKey, type LeafKey } from '../leaf_key';
import { DeliveryInMemory } from './delivery_in_memory';
import type { GroupKeys, ReceivedMessage } from './group_keys';
import { GroupSession } from './group_session';
import { HandClock } from '../../observable/hand_clock';
import { TestMeeting } from './members_in_memory';
import { MlsGroup } from './mls_group';
import type { SessionNotice, SessionParts } from './session_parts';

/** One person with a session, and what was told them. */
export interface Attendee {
  readonly session: GroupSession;
  readonly keys: MlsGroup;
  readonly leafKey: LeafKey;
  readonly notices: SessionNotice[];
  readonly heard: ReceivedMessage[];
}

/** A meeting with a server in memory, in which time passes by hand. */
export class TestRoom {
  readonly clock = new HandClock();
  readonly attendees: Attendee[] = [];
  readonly meeting: TestMeeting;
  server: DeliveryInMemory;
  #calls = 0;

  constructor(meeting: TestMeeting, server?: (clock: HandClock) => DeliveryInMemory) {
    this.meeting = meeting;
    this.server = server?.(this.clock) ?? new DeliveryInMemory(this.clock);
  }

  static async open(server?: (clock: HandClock) => DeliveryInMemory): Promise<TestRoom> {
    return new TestRoom(await TestMeeting.make(), server);
  }

  /** Somebody who has the link comes; they are a member after a while. */
  async come(more: Partial<SessionParts> = {}, key?: LeafKey): Promise<Attendee> {
    const leafKey = key ?? (await makeLeafKey());
    const material = await this.meeting.material(leafKey);
    const keys = await MlsGroup.open(material, () => this.clock.now());
    const [notices, heard]: [SessionNotice[], ReceivedMessage[]] = [[], []];
    const session = new GroupSession({
      keys: this.#counted(keys),
      groupId: this.meeting.secrets.groupId,
      connect: (handlers) => this.server.connect(leafKey.identity)(handlers),
      admit: () => Promise.resolve(leafKey.identity),
      clock: this.clock,
      random: () => 0.5,
      onMessage: (message) => heard.push(message),
      onNotice: (notice) => notices.push(notice),
      ...more,
    });
    const attendee = { session, keys, leafKey, notices, heard };
    this.attendees.push(attendee);
    session.start();
    return attendee;
  }

  /** So many people come, one after the other. */
  static async of(count: number, server?: (clock: HandClock) => DeliveryInMemory): Promise<TestRoom> {
    const room = await TestRoom.open(server);
    for (let at = 0; at < count; at += 1) {
      await room.come();
      await room.pass(500);
    }
    return room;
  }

  /** Lets time pass. What is due is done at its time, and to its end. */
  async pass(ms: number): Promise<void> {
    let left = ms;
    await this.settle();
    while (left > 0) {
      left = this.clock.step(left);
      await this.settle();
    }
  }

  /** Waits until nothing moves but time. WebCrypto works beside, so it needs some turns. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 4; ) {
      const before = this.#activity();
      await Promise.all(this.attendees.map(({ session }) => session.idle()));
      await Promise.all(this.attendees.map(({ keys }) => keys.view().catch(() => undefined)));
      await new Promise((resolve) => setTimeout(resolve, 1));
      quiet = before === this.#activity() ? quiet + 1 : 0;
    }
  }

  /** Each one's epoch and secrets, as a short text; the same text is the same group. */
  async standings(): Promise<string[]> {
    return Promise.all(
      this.attendees.map(async ({ session, keys }) => {
        const view = await keys.view();
        const mark = view && [...view.epochAuthenticator.slice(0, 6)].join('.');
        return `${session.state.value.kind} ${String(view?.epoch)} ${String(mark)}`;
      }),
    );
  }

  say(at: number, text: string): boolean {
    return this.person(at).session.send('chat', encodeUtf8(text));
  }

  /** What somebody has heard in chat. */
  chatOf(at: number): (string | undefined)[] {
    return this.person(at)
      .heard.filter(({ type }) => type === 'chat')
      .map(({ body }) => parseUtf8(body));
  }

  person(at: number): Attendee {
    const attendee = this.attendees[at];
    if (attendee === undefined) throw new Error(`nobody at ${String(at)}`);
    return attendee;
  }

  /** How many different groups its people are in. */
  async groups(): Promise<number> {
    return new Set(await this.standings()).size;
  }

  /** The same, and every call counts as something that moves. */
  #counted(keys: MlsGroup): GroupKeys {
    return new Proxy<GroupKeys>(keys, {
      get: (_target, name) => {
        const method: unknown = Reflect.get(keys, name);
        return async (...given: unknown[]): Promise<unknown> => {
          this.#calls += 1;
          try {
            const call = method as (...given: unknown[]) => Promise<unknown>;
            return await call.apply(keys, given);
          } finally {
            this.#calls += 1;
          }
        };
      },
    });
  }

  #activity(): string {
    const told = this.attendees.map(({ heard, notices, session }) => [
      heard.length,
      notices.length,
      session.state.value.kind,
      session.ready.value.size,
      session.view.value?.epoch,
    ]);
    return JSON.stringify([told, this.server.seq, this.server.traffic, this.#calls]);
  }
}
