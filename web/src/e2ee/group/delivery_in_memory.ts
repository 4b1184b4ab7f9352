import { encodeBase64url, parseBase64url, type Bytes } from '../../protocol/bytes';
import type { ChannelConnection, ConnectionHandlers } from './channel_client';
import type { Clock } from '../../observable/clock';
import { decodeMls } from './mls_state';

type Fields = Record<string, unknown>;

interface Entry {
  readonly seq: number;
  readonly type: 'commit' | 'message';
  readonly message: string;
}

/** What the server keeps of a group. */
export interface Group {
  readonly groupId: string;
  epoch: number;
  actHead: string;
  groupInfo: string;
  needsHost: boolean;
}

/** One device's connection, from the server's side. */
export class MemoryChannel implements ChannelConnection {
  readonly identity: string;
  isOpen = true;
  /** Frames that were sent to it. */
  told = 0;
  readonly #handlers: ConnectionHandlers;
  readonly #receive: (channel: MemoryChannel, fields: Fields) => void;

  constructor(
    identity: string,
    handlers: ConnectionHandlers,
    receive: (channel: MemoryChannel, fields: Fields) => void,
  ) {
    this.identity = identity;
    this.#handlers = handlers;
    this.#receive = receive;
    queueMicrotask(() => {
      handlers.opened();
    });
  }

  send(text: string): void {
    queueMicrotask(() => {
      if (this.isOpen) this.#receive(this, JSON.parse(text) as Fields);
    });
  }

  tell(fields: Fields): void {
    this.told += 1;
    queueMicrotask(() => {
      if (this.isOpen) this.#handlers.text(JSON.stringify(fields));
    });
  }

  close(): void {
    this.isOpen = false;
  }

  /** The connection breaks. */
  break(code = 1006): void {
    this.isOpen = false;
    queueMicrotask(() => {
      this.#handlers.closed(code);
    });
  }
}

const TURN_MS = 1_500;
const ACKS_MS = 300;
const ACKS_FIRST_MS = 50;
const MAX_OLD_EPOCHS = 32;
const ZEROS = encodeBase64url(new Uint8Array(32));

/** An honest delivery service, as `protocol/group.md` has it, without limits. */
export class DeliveryInMemory {
  readonly #clock: Clock;
  readonly channels = new Set<MemoryChannel>();
  readonly entries: Entry[] = [];
  group: Group | undefined;
  /** Of the meeting, also while there is no group. */
  actHead = ZEROS;
  seq = 1_000;
  /** Frames that have come: tests see by it whether something still moves. */
  traffic = 0;
  /** Entries up to here are not held any more. */
  forgotten = 1_000;
  #waiting: { readonly channel: MemoryChannel; readonly ref: unknown }[] = [];
  #turn: { readonly channel: MemoryChannel; readonly stop: () => void } | undefined;
  #acks = new Map<string, { readonly epoch: number; readonly body: unknown }>();
  #askedIn = new Map<string, number>();
  #isBundling = false;
  #bundledMs = -Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** For `SessionParts.connect`. The token is the identity. */
  connect(identity: string): (handlers: ConnectionHandlers) => ChannelConnection {
    return (handlers) =>
      new MemoryChannel(identity, handlers, (channel, fields) => {
        this.receive(channel, fields);
      });
  }

  /** What a channel sends; a malicious server does as it likes with it. */
  receive(channel: MemoryChannel, fields: Fields): void {
    this.traffic += 1;
    const handle = this.#handlers[String(fields['frame'])];
    handle?.(channel, fields);
  }

  /** Gives an entry to everybody. */
  append(type: Entry['type'], message: string): number {
    this.seq += 1;
    const entry = { seq: this.seq, type, message };
    this.entries.push(entry);
    for (const channel of this.channels) {
      this.deliver(channel, entry);
    }
    return this.seq;
  }

  /** Gives an entry to one channel; a malicious server may give another. */
  deliver(channel: MemoryChannel, entry: Entry): void {
    channel.tell({ frame: 'entry', ...entry });
  }

  /** What is handed out with a turn. */
  groupInfoFor(channel: MemoryChannel): string {
    return channel.isOpen ? (this.group?.groupInfo ?? '') : '';
  }

  /** The server restarts: connections break, what is durable stays. */
  restart(): void {
    this.#turn?.stop();
    this.#turn = undefined;
    this.#waiting = [];
    for (const channel of this.channels) {
      channel.break(1012);
    }
    this.channels.clear();
  }

  /** Nobody has been here for ten minutes. */
  idleAway(): void {
    this.restart();
    if (this.group?.needsHost === false) {
      this.actHead = ZEROS;
    }
    this.group = undefined;
    this.seq += 1_000;
    this.forgotten = this.seq;
  }

  readonly #handlers: Readonly<
    Record<string, ((channel: MemoryChannel, fields: Fields) => void) | undefined>
  > = {
    hello: (channel, fields) => {
      this.#hello(channel, fields['after'] as number | null);
    },
    create: (channel, fields) => {
      this.#create(channel, fields);
    },
    turn: (channel, { ref }) => {
      this.#askTurn(channel, ref);
    },
    commit: (channel, fields) => {
      this.#commit(channel, fields);
    },
    group_info: (channel, { ref, group_info }) => {
      if (this.group !== undefined) this.group.groupInfo = String(group_info);
      channel.tell({ frame: 'done', ref, seq: null });
    },
    message: (channel, fields) => {
      this.#message(channel, fields);
    },
    ack: (channel, fields) => {
      this.#ack(channel, fields);
    },
    ping: (channel) => {
      channel.tell({ frame: 'pong' });
    },
  };

  #hello(channel: MemoryChannel, after: number | null): void {
    for (const older of this.channels) {
      if (older.identity === channel.identity) {
        this.channels.delete(older);
        older.break(4001);
      }
    }
    channel.tell({ frame: 'welcome', seq: this.seq, group: this.stand(), act_head: this.actHead });
    if (after !== null && (after < this.forgotten || after > this.seq)) {
      channel.tell({ frame: 'gap', seq: this.seq });
    } else if (after !== null) {
      for (const entry of this.entries.filter(({ seq }) => seq > after)) {
        this.deliver(channel, entry);
      }
    }
    this.channels.add(channel);
  }

  stand(): Fields | null {
    const group = this.group;
    return group === undefined
      ? null
      : { group_id: group.groupId, epoch: group.epoch, act_head: group.actHead };
  }

  #create(channel: MemoryChannel, fields: Fields): void {
    const { ref, group_id, group_info, act_head, host_signature, needs_host } = fields;
    if (this.group !== undefined) {
      this.#refuse(channel, ref, 'exists');
      return;
    }
    const isHosts = host_signature !== null;
    if (!isHosts && (this.actHead !== ZEROS || act_head !== ZEROS)) {
      this.#refuse(channel, ref, 'act_head');
      return;
    }
    this.actHead = String(act_head);
    this.group = {
      groupId: String(group_id),
      epoch: 0,
      actHead: this.actHead,
      groupInfo: String(group_info),
      needsHost: isHosts && needs_host !== false,
    };
    channel.tell({ frame: 'done', ref, seq: this.seq });
  }

  #askTurn(channel: MemoryChannel, ref: unknown): void {
    if (this.group === undefined) {
      this.#refuse(channel, ref, 'no_group');
      return;
    }
    if (this.#askedIn.get(channel.identity) === this.group.epoch) {
      for (const member of this.channels) {
        member.tell({ frame: 'wanted', epoch: this.group.epoch });
      }
    }
    this.#askedIn.set(channel.identity, this.group.epoch);
    this.#waiting.push({ channel, ref });
    this.#nextTurn();
  }

  #nextTurn(): void {
    const next = this.#turn === undefined ? this.#waiting.shift() : undefined;
    if (next === undefined) {
      return;
    }
    const { channel, ref } = next;
    const stop = this.#clock.after(TURN_MS, () => {
      this.#endTurn();
    });
    this.#turn = { channel, stop };
    const given = { group_info: this.groupInfoFor(channel), act_head: this.actHead };
    channel.tell({ frame: 'turn', ref, ...given, ms: TURN_MS });
  }

  #endTurn(): void {
    this.#turn?.stop();
    this.#turn = undefined;
    this.#nextTurn();
  }

  #commit(channel: MemoryChannel, fields: Fields): void {
    const { ref, message, group_info, act_head, host_signature } = fields;
    const why = this.#whyNotCommitted(channel, String(message), fields);
    if (why !== undefined || this.group === undefined) {
      this.#refuse(channel, ref, why ?? 'no_group');
      return;
    }
    this.group.epoch += 1;
    this.group.actHead = this.actHead = String(act_head);
    if (host_signature !== null) this.group.needsHost = fields['needs_host'] !== false;
    this.group.groupInfo = String(group_info);
    this.#acks = new Map();
    const seq = this.append('commit', String(message));
    channel.tell({ frame: 'done', ref, seq });
    if (this.#turn?.channel === channel || host_signature !== null) {
      this.#endTurn();
    }
  }

  #whyNotCommitted(channel: MemoryChannel, message: string, fields: Fields): string | undefined {
    const { group } = this;
    if (group === undefined) {
      return 'no_group';
    }
    if (!isOf(group, message)) {
      return 'stale';
    }
    const isHosts = fields['host_signature'] !== null;
    if (this.#turn !== undefined && this.#turn.channel !== channel && !isHosts) {
      return 'not_your_turn';
    }
    return fields['act_head'] === group.actHead || isHosts ? undefined : 'act_head';
  }

  #message(channel: MemoryChannel, { ref, message }: Fields): void {
    const decoded = decodeMls(bytesOf(String(message)));
    const epoch =
      decoded?.wireformat === 'mls_private_message' ? Number(decoded.privateMessage.epoch) : -1;
    const now = this.group?.epoch ?? -2;
    if (epoch > now || epoch < now - MAX_OLD_EPOCHS) {
      this.#refuse(channel, ref, 'stale');
      return;
    }
    channel.tell({ frame: 'done', ref, seq: this.append('message', String(message)) });
  }

  #ack(channel: MemoryChannel, { epoch, body }: Fields): void {
    const now = this.group?.epoch ?? -1;
    if (!(Number(epoch) <= now && Number(epoch) >= now - MAX_OLD_EPOCHS)) {
      return;
    }
    this.#acks.set(channel.identity, { epoch: Number(epoch), body });
    if (this.#isBundling) {
      return;
    }
    this.#isBundling = true;
    const sinceMs = this.#clock.now() - this.#bundledMs;
    this.#clock.after(Math.max(ACKS_FIRST_MS, ACKS_MS - sinceMs), () => {
      this.#isBundling = false;
      this.#bundledMs = this.#clock.now();
      const acks = [...this.#acks.values()];
      this.#acks = new Map();
      for (const one of new Set(acks.map((ack) => ack.epoch))) {
        const bodies = acks.filter((ack) => ack.epoch === one).map((ack) => ack.body);
        for (const member of this.channels) member.tell({ frame: 'acks', epoch: one, bodies });
      }
    });
  }

  #refuse(channel: MemoryChannel, ref: unknown, why: string): void {
    channel.tell({ frame: 'refused', ref, why, group: this.stand(), act_head: this.actHead });
  }
}

function isOf({ epoch, groupId }: Group, message: string): boolean {
  // The server reads no more than the header, so a commit need not be one.
  const bytes = bytesOf(message);
  const decoded = decodeMls(bytes);
  const named =
    decoded?.wireformat === 'mls_public_message'
      ? [Number(decoded.publicMessage.content.epoch), decoded.publicMessage.content.groupId]
      : [new DataView(bytes.buffer).getUint32(41), bytes.slice(5, 37)];
  return named[0] === epoch && encodeBase64url(named[1] as Uint8Array) === groupId;
}

function bytesOf(text: string): Bytes {
  return parseBase64url(text) ?? new Uint8Array();
}
