import type { GroupHealth } from '../e2ee/group/group_health';
import type { GroupView, Member } from '../e2ee/group/group_keys';
import type { MessageType } from '../e2ee/group/group_message';
import type { SessionNotice, SessionState } from '../e2ee/group/session_parts';
import type { Bytes } from '../protocol/bytes';
import { Subject } from '../observable/observable';
import type { GroupEars, GroupPort } from './group';
import type { PlacedMessage } from './group_news';

/** A group without keys, for tests: who is in it is set by hand, and nobody else reads what is sent. */
export class GroupInMemory implements GroupPort {
  readonly state = new Subject<SessionState>({ kind: 'connecting' });
  readonly view = new Subject<GroupView | undefined>(undefined);
  readonly health = new Subject<GroupHealth>({ kind: 'well' });
  readonly ready = new Subject<ReadonlySet<string>>(new Set());
  readonly reached = new Subject<ReadonlyMap<string, number>>(new Map());
  readonly leaving = new Subject<ReadonlySet<string>>(new Set());
  /** What was sent or done, in order. */
  readonly log: string[] = [];
  readonly sent: { readonly type: MessageType; readonly body: Bytes }[] = [];
  /** The goodbye gets no answer. */
  isStuck = false;
  #ears: GroupEars | undefined;
  #self = '';
  #place = 100;
  #sequence = 0;

  /** Opens it, as `CallParts.openGroup` and `GroupModel` ask for. */
  readonly open = (ears: GroupEars): GroupPort => {
    this.#ears = ears;
    return this;
  };

  /** These identities are members, this device among them as `self`. */
  setMembers(identities: readonly string[], self: string): void {
    this.#self = self;
    const roster = identities.map((identity, index) => memberOf(identity, index));
    const own = roster.find(({ identity }) => identity === self);
    if (own === undefined) throw new Error(`${self} is not among them`);
    const epoch = (this.view.value?.epoch ?? 0) + 1;
    this.view.set({
      groupId: new Uint8Array(32),
      epoch,
      roster,
      self: own,
      epochAuthenticator: new Uint8Array(32).fill(epoch),
      treeHash: new Uint8Array(32).fill(epoch),
      acts: {
        head: new Uint8Array(32),
        count: 0,
        isComplete: true,
        hasToAsk: false,
        isLocked: false,
      },
    });
    this.state.set({ kind: 'member' });
  }

  /** Somebody's message comes. */
  hear(identity: string, type: MessageType, body: Bytes): void {
    const from = this.view.value?.roster.find((member) => member.identity === identity);
    if (from === undefined) throw new Error(`${identity} is no member`);
    this.#place += 1;
    this.#sequence += 1;
    const message: PlacedMessage = {
      kind: 'message',
      type,
      from,
      epoch: this.view.value?.epoch ?? 0,
      sequence: this.#sequence,
      position: this.#place - 1,
      place: this.#place,
      digest: new Uint8Array(32),
      body,
    };
    this.#ears?.onMessage(message);
  }

  /** What was sent first, and has not come to stand yet, does; or the server refuses it. */
  land(isRefused = false): void {
    const next = this.sent.shift();
    if (next === undefined) throw new Error('nothing was sent');
    if (isRefused) {
      this.#ears?.onOutcome({ kind: 'unsent', ...next });
    } else {
      this.#place += 1;
      this.#sequence += 1;
      const { sequence, place } = { sequence: this.#sequence, place: this.#place };
      this.#ears?.onOutcome({ kind: 'sent', sequence, place, ...next });
    }
  }

  note(notice: SessionNotice): void {
    this.#ears?.onNotice(notice);
  }

  start(): void {
    this.log.push('start');
    if (this.state.value.kind === 'connecting') this.state.set({ kind: 'joining' });
  }

  send(type: MessageType, body: Bytes): boolean {
    this.sent.push({ type, body });
    return true;
  }

  leave(): Promise<void> {
    this.log.push(`leave ${this.#self}`);
    if (!this.isStuck) this.state.set({ kind: 'ended', why: 'left' });
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.log.push('close');
    return Promise.resolve();
  }
}

function memberOf(identity: string, index: number): Member {
  const leafKey = new Uint8Array(32);
  new TextEncoder().encodeInto(identity, leafKey);
  return { index, identity, leafKey, isHost: false };
}
