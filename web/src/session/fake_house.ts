/** For tests of a call: time is vitest's, the server is here. */
import { vi } from 'vitest';

import { Subject } from '../observable/observable';
import type { Connection, Participant, Source } from './call';
import { CallSession } from './call_session';
import { RequestError, type Fault } from './request_error';
import type { Departure, Offer, RoomPort, RoomState, Size } from './room_port';

/** A room without a server. */
export class FakeRoom implements RoomPort {
  readonly state = new Subject<RoomState>({ kind: 'connecting' });
  readonly participants = new Subject<readonly Participant[]>([]);
  readonly published: [Source, string | undefined, boolean][] = [];
  readonly sizes: [string, Size | undefined][] = [];
  ticket: string | undefined;
  closes = 0;
  publishing: (() => Promise<void>) | undefined;
  closing: Promise<void> = Promise.resolve();

  connect(ticket: string): void {
    this.ticket = ticket;
  }

  async publish(source: Source, { track, isMuted }: Offer): Promise<void> {
    this.published.push([source, track?.id, isMuted]);
    await this.publishing?.();
  }

  setShownSize(publicationId: string, size: Size | undefined): void {
    this.sizes.push([publicationId, size]);
  }

  async close(): Promise<void> {
    this.closes += 1;
    await this.closing;
    this.breaks('lost');
  }

  stands(): void {
    this.state.set({ kind: 'connected' });
  }

  breaks(why: Departure): void {
    if (this.state.value.kind !== 'closed') this.state.set({ kind: 'closed', why });
  }
}

/** A server that admits, or doesn't, and the rooms that were opened at it. */
export class House {
  readonly rooms: FakeRoom[] = [];
  readonly seen: Connection[] = [];
  admissions = 0;
  fault: Fault | undefined;
  readonly call: CallSession;

  constructor() {
    this.call = new CallSession(
      {
        openRoom: () => {
          const room = new FakeRoom();
          this.rooms.push(room);
          return room;
        },
        admit: () => {
          this.admissions += 1;
          return this.fault === undefined
            ? Promise.resolve(`ticket ${String(this.admissions)}`)
            : Promise.reject(new RequestError(this.fault));
        },
        self: { identity: 'ME', name: 'Me' },
        now: () => Date.now(),
        random: () => 1,
      },
      'first ticket',
    );
    this.call.connection.subscribe((connection) => this.seen.push(connection));
  }

  get room(): FakeRoom {
    const room = this.rooms.at(-1);
    if (room === undefined) throw new Error('no room was opened');
    return room;
  }

  get now(): string {
    const connection = this.call.connection.value;
    return connection.kind === 'ended' ? connection.why : connection.kind;
  }
}

/** A track that runs. */
export function track(id: string): MediaStreamTrack {
  return { id, readyState: 'live' } as MediaStreamTrack;
}

/** Lets time go by. */
export async function pass(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
}

/** A call that stands. */
export function connected(): House {
  const house = new House();
  house.room.stands();
  return house;
}
