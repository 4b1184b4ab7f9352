import type { GroupView, Member } from '../e2ee/group/group_keys';
import type { MessageType } from '../e2ee/group/group_message';
import { HandClock } from '../observable/hand_clock';
import { Subject } from '../observable/observable';
import type { Bytes } from '../protocol/bytes';
import { Conversation } from './conversation';
import type { TalkAnnouncement } from './talk_announcements';

interface Entry {
  readonly device: TalkingDevice;
  readonly type: MessageType;
  readonly body: Bytes;
}

/** Somebody's device in a meeting, with what it would read out. */
export class TalkingDevice {
  readonly view = new Subject<GroupView | undefined>(undefined);
  readonly told: TalkAnnouncement[] = [];
  readonly member: Member;
  readonly talk: Conversation;
  sequence = 0;

  constructor(identity: string, index: number, clock: HandClock, send: (entry: Entry) => boolean) {
    const leafKey = new Uint8Array(32);
    new TextEncoder().encodeInto(identity, leafKey);
    this.member = { index, identity, leafKey, isHost: false };
    this.talk = new Conversation({
      clock,
      send: (type, body) => send({ device: this, type, body }),
      view: this.view,
      wallNow: () => clock.now(),
      ownName: () => identity.toUpperCase(),
      nameOf: () => undefined,
      say: (what) => this.told.push(what),
      onNamed: () => undefined,
    });
  }
}

/** A meeting of several devices in one order, for tests: nothing is encrypted, and what is sent waits to be delivered. */
export class TalkInMemory {
  readonly clock = new HandClock();
  /** What was sent and is not delivered yet. */
  waiting: Entry[] = [];
  /** Nothing can be sent any more. */
  isFull = false;
  readonly #devices: TalkingDevice[] = [];
  #epoch = 0;
  #place = 100;
  #leaves = 0;

  /** Somebody joins. They get what is delivered from here on. */
  come(identity: string): TalkingDevice {
    const device = new TalkingDevice(identity, this.#leaves, this.clock, (entry) => {
      if (!this.isFull) this.waiting.push(entry);
      return !this.isFull;
    });
    this.#leaves += 1;
    this.comeBack(device);
    return device;
  }

  /** Somebody is no member any more, and knows it. */
  go(device: TalkingDevice): void {
    this.#devices.splice(this.#devices.indexOf(device), 1);
    device.view.set(undefined);
    this.#moved();
  }

  comeBack(device: TalkingDevice): void {
    this.#devices.push(device);
    this.#moved();
  }

  /** Brings everything into the order, and what is said because of it. */
  deliver(): void {
    for (let next = this.waiting.shift(); next !== undefined; next = this.waiting.shift()) {
      this.enter(next.device, next.type, next.body);
    }
  }

  /** The server refuses what was sent first. */
  refuse(): void {
    const next = this.waiting.shift();
    next?.device.talk.take({ kind: 'unsent', type: next.type, body: next.body });
  }

  /** A message comes into the order, whatever is in it. */
  enter(device: TalkingDevice, type: MessageType, body: Bytes): void {
    this.#place += 1;
    device.sequence += 1;
    const [place, { sequence, member }] = [this.#place, device];
    const message = { type, sequence, body, from: member, epoch: this.#epoch, position: place - 1 };
    for (const one of this.#devices) {
      one.talk.take(
        one === device
          ? { kind: 'sent', type, body, sequence, place }
          : { kind: 'heard', place, message: { ...message, kind: 'message', digest: new Uint8Array(32) } },
      );
    }
  }

  #moved(): void {
    this.#epoch += 1;
    const roster = this.#devices.map(({ member }) => member);
    for (const { view, member } of this.#devices) {
      view.set({
        roster,
        self: member,
        epoch: this.#epoch,
        groupId: new Uint8Array(32),
        epochAuthenticator: new Uint8Array(32),
        treeHash: new Uint8Array(32),
        acts: { head: new Uint8Array(32), count: 0, isComplete: true, hasToAsk: false, isLocked: false },
      });
    }
  }
}
