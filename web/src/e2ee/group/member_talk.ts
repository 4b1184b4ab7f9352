import { Subject } from '../../observable/observable';
import { equalBytes, type Bytes } from '../../protocol/bytes';
import type { Clock } from '../../observable/clock';
import type { Whereabouts } from './apart';
import { parseLeave } from './commit_data';
import type { GroupDuties } from './group_duties';
import { HealthWatch, type GroupHealth } from './group_health';
import type { AckReading, GroupKeys, GroupView, ReceivedMessage } from './group_keys';
import { parseHeartbeat, type HeartbeatChain } from './heartbeat';
import { HistoryCollector, parseHistory } from './history';

const HEALTH_MS = 2_000;

// Heartbeats of as many epochs as messages are read of.
const KEPT_EPOCHS = 4;

interface Parts {
  readonly keys: GroupKeys;
  readonly clock: Clock;
  readonly duties: GroupDuties;
  readonly heartbeats: HeartbeatChain;
  readonly view: () => GroupView | undefined;
  /** Whether this device has the host's key. */
  readonly isHost: boolean;
  /** Every few seconds. */
  readonly onLook: () => void;
  /** The acts are known now; too late, if they put out somebody who is in this epoch. */
  readonly onLearnt: (isTooLate: boolean) => Promise<void>;
}

/** What members tell each other about the group itself: heartbeats, acknowledgements, acts, goodbyes. */
export class MemberTalk {
  readonly health = new Subject<GroupHealth>({ kind: 'well' });
  /** Identities that have signed to be in this epoch, with these secrets. */
  readonly ready = new Subject<ReadonlySet<string>>(new Set());
  /** The latest epoch that each of the others has signed to be in, whatever its tree. */
  readonly reached = new Subject<ReadonlyMap<string, number>>(new Map());
  /** Identities that have signed to leave, and still hold the keys. */
  readonly leaving = new Subject<ReadonlySet<string>>(new Set());
  readonly #parts: Parts;
  readonly #watch: HealthWatch;
  readonly #treeHashes = new Map<number, Bytes>();
  readonly #histories = new Map<string, HistoryCollector>();
  readonly #hosts = new Set<string>();
  #isNew = true;
  #beganAt = 0;
  #stopWatching: (() => void) | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#watch = new HealthWatch(parts.clock.now());
  }

  start(): void {
    this.#watchHealth();
  }

  stop(): void {
    this.#stopWatching?.();
  }

  /** Nobody has acknowledged this device since it joined. */
  get isNew(): boolean {
    return this.#isNew;
  }

  /** Undefined: this device is no member. */
  get whereabouts(): Whereabouts | undefined {
    const view = this.#parts.view();
    if (view === undefined) {
      return undefined;
    }
    const self = view.self.identity;
    const known = new Set([...view.roster.map(({ identity }) => identity), ...this.#hosts]);
    const seen = this.#watch.elsewhere(this.ready.value, this.#parts.clock.now());
    const elsewhere = new Set([...seen].filter((one) => known.has(one) && one !== self));
    const here = new Set([...this.ready.value].filter((one) => !elsewhere.has(one)));
    const hosts = this.#parts.isHost ? new Set([...this.#hosts, self]) : this.#hosts;
    return { self, isNew: this.#isNew, here, elsewhere, hosts };
  }

  /** This device has joined, or joined anew. */
  entered(): void {
    this.#isNew = true;
    this.reached.set(new Map());
    this.#watch.restart(this.#parts.clock.now());
  }

  /** Another epoch, which began with an entry of the order. */
  moved(view: GroupView, before: GroupView | undefined, position: number): void {
    this.#beganAt = position;
    this.#treeHashes.set(view.epoch, view.treeHash);
    this.#treeHashes.delete(view.epoch - KEPT_EPOCHS);
    this.#watch.moved();
    const here = new Set(view.roster.map(({ identity }) => identity));
    for (const { identity } of before?.roster ?? []) {
      if (!here.has(identity)) {
        this.#watch.forget(identity);
      }
    }
    this.ready.set(new Set());
    this.reached.set(new Map([...this.reached.value].filter(([one]) => here.has(one))));
    if (this.leaving.value.size > 0) {
      this.leaving.set(new Set([...this.leaving.value].filter((one) => here.has(one))));
    }
  }

  /** Something came of an epoch that this device is not in. */
  ahead(): void {
    this.#watch.ahead(this.#parts.clock.now());
  }

  /** Takes a message about the group itself; false when it is about something else. */
  async take(message: ReceivedMessage): Promise<boolean> {
    this.#compare({ ...message, identity: message.from.identity });
    switch (message.type) {
      case 'heartbeat':
        this.#heartbeat(message);
        return true;
      case 'leave':
        this.#leave(message);
        return true;
      case 'history':
        await this.#history(message);
        return true;
      default:
        return false;
    }
  }

  /** One's own heartbeat stands in the order. */
  ownHeartbeat(body: Bytes, digest: Bytes): void {
    const heartbeat = parseHeartbeat(body);
    const view = this.#parts.view();
    if (heartbeat !== undefined && view !== undefined) {
      this.#parts.heartbeats.follow(heartbeat, digest);
      this.#watch.heard(view.self.identity, view.epoch, true, this.#parts.clock.now());
    }
  }

  /** Acknowledgements that the server has bundled. */
  async acknowledged(bodies: readonly Bytes[]): Promise<void> {
    const ready = new Set(this.ready.value);
    const reached = new Map(this.reached.value);
    for (const body of bodies) {
      const reading = await this.#parts.keys.readAcknowledgement(body);
      this.#read(reading, ready);
      if (reading !== undefined && !reading.isSelf) {
        const { identity, epoch } = reading;
        reached.set(identity, Math.max(epoch, reached.get(identity) ?? epoch));
      }
    }
    this.reached.set(reached);
    // Once for all of them: there are as many as members, and each is looked at by whoever listens.
    const before = this.ready.value;
    if (ready.size !== before.size || [...ready].some((one) => !before.has(one))) {
      this.ready.set(ready);
    }
    this.#showHealth();
  }

  #read(reading: AckReading | undefined, ready: Set<string>): void {
    const view = this.#parts.view();
    if (reading === undefined || view === undefined || reading.isSelf) {
      return;
    }
    if (reading.isByHost) this.#hosts.add(reading.identity);
    this.#watch.acknowledged(reading, view.epoch, this.#parts.clock.now());
    this.#compare(reading);
    if (reading.agrees) {
      ready.add(reading.identity);
      this.#acknowledgedHere();
    } else if (reading.epoch === view.epoch) {
      ready.delete(reading.identity);
    }
  }

  #acknowledgedHere(): void {
    if (this.#isNew) {
      this.#isNew = false;
      if (this.#parts.isHost) this.#parts.duties.acknowledge();
    }
  }

  /** Whoever has read past the entry that began this epoch is in it, or was given another order. */
  #compare({ identity, epoch, position }: Pick<AckReading, 'identity' | 'epoch' | 'position'>): void {
    const view = this.#parts.view();
    if (view !== undefined && epoch < view.epoch && position > this.#beganAt) {
      this.#watch.contradicted(identity, view.epoch);
    }
  }

  #heartbeat({ from, epoch, body, digest }: ReceivedMessage): void {
    const heartbeat = parseHeartbeat(body);
    const treeHash = this.#treeHashes.get(epoch);
    if (heartbeat === undefined || treeHash === undefined) {
      return;
    }
    const follows = this.#parts.heartbeats.follow(heartbeat, digest);
    const view = this.#parts.view();
    const hasHead = view?.epoch !== epoch || equalBytes(heartbeat.actHead, view.acts.head);
    const isOfNow = hasHead && equalBytes(heartbeat.treeHash, treeHash);
    // What it says may be of the epoch before, if that ended just before it was sealed.
    const before = this.#treeHashes.get(epoch - 1);
    const isOfBefore = before !== undefined && equalBytes(heartbeat.treeHash, before);
    const agrees = follows && (isOfNow || isOfBefore);
    this.#watch.heard(from.identity, epoch, agrees, this.#parts.clock.now());
    this.#parts.duties.heartbeatHeard();
    this.#showHealth();
  }

  #leave({ from, body }: ReceivedMessage): void {
    const leave = parseLeave(body);
    if (leave !== undefined && equalBytes(leave.leafKey, from.leafKey)) {
      this.leaving.set(new Set([...this.leaving.value, from.identity]));
      this.#parts.duties.wantsToLeave(from.identity, leave);
    }
  }

  async #history({ from, body }: ReceivedMessage): Promise<void> {
    const part = parseHistory(body);
    if (part === undefined) {
      return;
    }
    const collector = this.#histories.get(from.identity) ?? new HistoryCollector();
    this.#histories.set(from.identity, collector);
    const acts = collector.take(part);
    if (acts === undefined) {
      return;
    }
    this.#histories.delete(from.identity);
    const isKnown = this.#parts.view()?.acts.isComplete !== false;
    const learnt = isKnown ? await this.#judged(acts) : await this.#parts.keys.learn(acts);
    if (learnt === 'unfit') {
      return;
    }
    this.#parts.duties.historyHeard();
    if (!isKnown) {
      this.#histories.clear();
      await this.#parts.onLearnt(learnt === 'too-late');
    }
  }

  /** A history silences others only if it is the one that they would send. */
  async #judged(acts: readonly Bytes[]): Promise<'learnt' | 'unfit'> {
    const own = (await this.#parts.keys.history()) ?? [];
    const isSame = (act: Bytes, at: number): boolean => {
      const other = acts[at];
      return other !== undefined && equalBytes(act, other);
    };
    return own.length === acts.length && own.every(isSame) ? 'learnt' : 'unfit';
  }

  #watchHealth(): void {
    this.#stopWatching = this.#parts.clock.after(HEALTH_MS, () => {
      this.#watchHealth();
      this.#showHealth();
      this.#parts.onLook();
    });
  }

  #showHealth(): void {
    const isAlone = (this.#parts.view()?.roster.length ?? 1) < 2;
    const health = this.#watch.health(this.#parts.clock.now(), isAlone);
    if (JSON.stringify(health) !== JSON.stringify(this.health.value)) {
      this.health.set(health);
    }
  }
}
