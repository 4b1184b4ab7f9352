import { Subject, type Observable } from '../../observable/observable';
import type { Bytes } from '../../protocol/bytes';
import { ChannelClient } from './channel_client';
import type { GroupStand, ServerFrame } from './channel_frames';
import { encodeLeave } from './commit_data';
import { Company } from './company';
import { CommitDesk, type CommitOutcome } from './commit_desk';
import { tellEpoch, type EpochCause } from './epoch_secret';
import { GroupDuties } from './group_duties';
import type { GroupHealth } from './group_health';
import type { GroupView, Processed, ReceivedMessage } from './group_keys';
import type { MessageType } from './group_message';
import { HeartbeatChain } from './heartbeat';
import { JoinFlow } from './join_flow';
import { MemberTalk } from './member_talk';
import { MessageDesk } from './message_desk';
import { OrderPosition } from './order_position';
import { OwnAcknowledgements } from './own_acknowledgements';
import { untilMember, type SessionNotice, type SessionParts, type SessionState } from './session_parts';

// The server takes messages of the epoch and of 32 before it: farther behind, no substitute gets there.
const MAX_BEHIND = 32;

/** A device in the group of a meeting: connects, joins, keeps up, and comes back. */
export class GroupSession {
  readonly #parts: SessionParts;
  readonly #state = new Subject<SessionState>({ kind: 'connecting' });
  readonly #view = new Subject<GroupView | undefined>(undefined);
  readonly #channel: ChannelClient;
  readonly #commits: CommitDesk;
  readonly #messages: MessageDesk;
  readonly #joining: JoinFlow;
  readonly #duties: GroupDuties;
  readonly #talk: MemberTalk;
  readonly #heartbeats = new HeartbeatChain();
  readonly #order = new OrderPosition(() => {
    this.#messages.again();
  });
  readonly #company: Company;
  #queue: Promise<void> = Promise.resolve();
  readonly #acknowledgements: OwnAcknowledgements;
  #channelEpoch = 0;
  #ownSubstitute: Bytes | undefined;

  constructor(parts: SessionParts) {
    this.#parts = parts;
    this.#channel = this.#makeChannel();
    this.#commits = new CommitDesk({
      ...parts,
      hostSigner: parts.hostSigner,
      channel: this.#channel,
      synced: () => this.#order.synced(),
      joined: () => untilMember(this.#state),
    });
    this.#acknowledgements = this.#makeAcknowledgements();
    this.#messages = this.#makeMessages();
    this.#joining = this.#makeJoining();
    this.#duties = this.#makeDuties();
    this.#talk = this.#makeTalk();
    this.#company = new Company({
      clock: parts.clock,
      view: () => this.#view.value,
      whereabouts: () => (this.#state.value.kind === 'member' ? this.#talk.whereabouts : undefined),
      onStray: (how) => {
        this.#join(how);
      },
    });
  }

  get state(): Observable<SessionState> {
    return this.#state;
  }

  /** Undefined until this device is a member. */
  get view(): Observable<GroupView | undefined> {
    return this.#view;
  }

  get health(): Observable<GroupHealth> {
    return this.#talk.health;
  }

  get ready(): Observable<ReadonlySet<string>> {
    return this.#talk.ready;
  }

  get reached(): Observable<ReadonlyMap<string, number>> {
    return this.#talk.reached;
  }

  get leaving(): Observable<ReadonlySet<string>> {
    return this.#talk.leaving;
  }

  /** Resolves when everything that has come is handled. */
  idle(): Promise<void> {
    return this.#queue;
  }

  start(): void {
    this.#talk.start();
    void this.#channel.start();
  }

  /** Sends a message; false when too many wait already. */
  send(type: MessageType, body: Bytes): boolean {
    return this.#messages.send(type, body);
  }

  /** New keys for the own path. */
  refresh(): Promise<CommitOutcome> {
    return this.#commits.ask(() => this.#parts.keys.prepareRefresh());
  }

  /** Carries out a host's act that `make` gives for the acts that are: it goes first. */
  act(
    make: () => Promise<{ readonly sealed: Bytes; readonly isRemoval: boolean }>,
  ): Promise<CommitOutcome> {
    const { keys } = this.#parts;
    return this.#commits.ask(async () => {
      const { sealed, isRemoval } = await make();
      return isRemoval ? keys.prepareRemovalBy(sealed) : keys.prepareRefresh(sealed);
    }, true);
  }

  /** Says goodbye; the others remove the leaf. */
  async leave(): Promise<void> {
    this.#messages.send('leave', encodeLeave(await this.#parts.keys.leave()));
  }

  /** Ends without a word, and forgets every secret. */
  async close(): Promise<void> {
    if (!this.#isOver) this.#end({ kind: 'ended', why: 'closed' });
    await this.#parts.keys.close();
  }

  get #isOver(): boolean {
    return ['removed', 'ended'].includes(this.#state.value.kind);
  }

  /** By how many epochs the order is ahead of this device: entries that were void. */
  get #behind(): number {
    const view = this.#view.value;
    return view === undefined ? 0 : this.#channelEpoch - view.epoch;
  }

  readonly #enqueue = (act: () => Promise<void>): void => {
    this.#queue = this.#queue.then(act).catch((error: unknown) => {
      this.#parts.onNotice({ kind: 'fault', error });
    });
  };

  async #handle(frame: ServerFrame): Promise<void> {
    switch (frame.frame) {
      case 'welcome':
        return this.#welcome(frame.seq, frame.group, frame.actHead);
      case 'entry':
        return this.#entry(frame.seq, frame.message, frame.type === 'commit');
      case 'acks':
        return this.#talk.acknowledged(frame.bodies);
      case 'wanted':
        return this.#duties.groupInfoWanted(frame.epoch);
      case 'gap':
        this.#order.skipTo(frame.seq);
        this.#join('gap');
        return;
      default:
        if (frame.frame === 'drain') this.#parts.onNotice({ ...frame, kind: 'drain' });
    }
  }

  async #welcome(seq: number, group: GroupStand | undefined, actHead: Bytes): Promise<void> {
    this.#joining.told(actHead);
    if (this.#view.value === undefined || group === undefined) this.#join();
    else await this.#parts.keys.returned();
    this.#order.welcomed(seq, group !== undefined);
  }

  async #entry(seq: number, message: Bytes, isCommit: boolean): Promise<void> {
    if (this.#isOver || !this.#order.take(seq)) return;
    this.#channelEpoch += isCommit ? 1 : 0;
    const { isLate } = this.#order;
    const processed = await this.#parts.keys.process(message, seq, isLate);
    await this.#processed(processed);
    if (isCommit && processed.kind !== 'commit') this.#isVoid();
    this.#order.reached();
  }

  async #processed(processed: Processed): Promise<void> {
    switch (processed.kind) {
      case 'commit':
        return this.#committed(processed);
      case 'refused':
        this.#note('refused-commit', processed.why);
        return;
      case 'removed':
        this.#removed(processed.why);
        return;
      case 'message':
        return this.#message(processed);
      case 'own-message':
        this.#messages.landed(processed.sequence, processed.isTooOld, this.#order.last ?? 0);
        return this.#substitute(this.#ownSubstitute);
      case 'unreadable':
        if (processed.why === 'ahead') this.#talk.ahead();
        this.#note('unreadable-entry', processed.why);
    }
  }

  async #committed({ change, isOwn }: Extract<Processed, { kind: 'commit' }>): Promise<void> {
    const isEntry = change.kind === 'join' || change.kind === 'rejoin';
    const hasCome = isOwn && isEntry;
    await this.#moved(hasCome ? 'entry' : change.kind);
    this.#commits.committed(isOwn && !isEntry);
    if (hasCome) {
      this.#entered();
    } else if (isEntry) {
      this.#duties.owesHistory();
    }
    if (this.#behind > 0) this.#duties.isBehind();
  }

  async #moved(cause: EpochCause): Promise<void> {
    const view = await this.#parts.keys.view();
    if (view === undefined) return;
    const before = this.#view.value;
    this.#view.set(view);
    this.#talk.moved(view, before, this.#order.last ?? 0);
    this.#duties.rosterChanged(view);
    await tellEpoch(this.#parts, view, cause);
    this.#acknowledgements.send();
  }

  #entered(): void {
    const view = this.#view.value;
    if (view === undefined || this.#isOver) return;
    this.#channelEpoch = view.epoch;
    this.#joining.stop();
    this.#talk.entered();
    this.#state.set({ kind: 'member' });
    this.#duties.start();
    void this.#messages.work();
    this.#company.watch(view);
  }

  #removed(why: 'act' | 'left' | 'lost'): void {
    if (why !== 'lost') {
      this.#end(why === 'act' ? { kind: 'removed' } : { kind: 'ended', why });
      return;
    }
    // This device was away for too long. It comes back as somebody who joins.
    this.#view.set(undefined);
    this.#duties.stop();
    this.#join();
  }

  /** A commit that the server took and the members don't: the order is an epoch ahead. */
  #isVoid(): void {
    if (this.#state.value.kind !== 'member') return;
    // A commit of this device's own that was overtaken by it will not come.
    this.#commits.committed(false);
    if (this.#behind > MAX_BEHIND) {
      this.#join('behind');
    } else if (this.#behind > 0) {
      this.#duties.isBehind();
    }
  }

  #note(kind: 'refused-commit' | 'unreadable-entry', why: string): void {
    if (this.#state.value.kind === 'member') this.#parts.onNotice({ kind, why });
  }

  async #message(message: ReceivedMessage): Promise<void> {
    if (message.type === 'substitute') {
      return this.#substitute(message.body);
    }
    if (!(await this.#talk.take(message))) {
      this.#parts.onMessage({ ...message, place: this.#order.last ?? 0 });
    }
  }

  /** Fills the place of a void entry. */
  async #substitute(commit: Bytes | undefined): Promise<void> {
    this.#ownSubstitute = undefined;
    if (commit !== undefined && this.#behind > 0) {
      const processed = await this.#parts.keys.processSubstitute(commit);
      if (processed.kind === 'commit') {
        await this.#committed(processed);
        if (processed.isOwn) await this.#duties.uploadGroupInfo();
        if (this.#view.value !== undefined) this.#company.watch(this.#view.value);
      }
    }
  }

  readonly #landed = (type: MessageType, digest: Bytes, body: Bytes): void => {
    if (type === 'heartbeat') {
      this.#talk.ownHeartbeat(body, digest);
    } else if (type === 'substitute') {
      this.#ownSubstitute = body;
    } else if (type === 'leave') {
      this.#end({ kind: 'ended', why: 'left' });
    }
  };

  #join(why?: Extract<SessionNotice, { kind: 'joining-anew' }>['why']): void {
    if (this.#isOver) return;
    if (why !== undefined) this.#parts.onNotice({ kind: 'joining-anew', why });
    this.#state.set({ kind: 'joining' });
    this.#joining.start();
  }

  #end(state: SessionState): void {
    this.#state.set(state);
    this.#joining.stop();
    this.#duties.stop();
    this.#talk.stop();
    this.#company.stop();
    this.#channel.close();
  }

  #makeChannel(): ChannelClient {
    return new ChannelClient({
      ...this.#parts,
      after: () => this.#order.last,
      onFrame: (frame) => {
        this.#enqueue(() => this.#handle(frame));
      },
      onEnd: (why) => {
        this.#end({ kind: 'ended', why });
      },
    });
  }

  #makeMessages(): MessageDesk {
    return new MessageDesk({
      ...this.#parts,
      channel: this.#channel,
      isMember: () => this.#state.value.kind === 'member',
      onLanded: this.#landed,
      onNoGroup: () => {
        this.#join('no-group');
      },
    });
  }

  #makeJoining(): JoinFlow {
    return new JoinFlow({
      ...this.#parts,
      channel: this.#channel,
      synced: () => this.#order.synced(),
      onCreated: () => {
        this.#enqueue(async () => {
          await this.#moved('entry');
          this.#entered();
        });
      },
    });
  }

  #makeDuties(): GroupDuties {
    return new GroupDuties({
      ...this.#parts,
      channel: this.#channel,
      commits: this.#commits,
      messages: this.#messages,
      heartbeats: this.#heartbeats,
      view: () => this.#view.value,
      behind: () => this.#behind,
      acknowledgements: this.#acknowledgements,
    });
  }

  #makeTalk(): MemberTalk {
    const { keys, hostSigner } = this.#parts;
    return new MemberTalk({
      ...this.#parts,
      isHost: hostSigner !== undefined,
      duties: this.#duties,
      heartbeats: this.#heartbeats,
      view: () => this.#view.value,
      onLook: () => {
        this.#company.look();
      },
      onLearnt: async (isTooLate) => {
        this.#view.set(await keys.view());
        if (isTooLate) this.#join('acts');
      },
    });
  }

  #makeAcknowledgements(): OwnAcknowledgements {
    return new OwnAcknowledgements({
      ...this.#parts,
      channel: this.#channel,
      enqueue: this.#enqueue,
      isMember: () => this.#view.value !== undefined && !this.#isOver,
      isNew: () => this.#talk.isNew,
    });
  }
}
