/** Sound and pictures, encrypted with the group's keys in a worker of this browser. */
import { FrameEncryption, type Breach } from '../e2ee/frames/frame_encryption';
import { FrameKeys } from '../e2ee/frames/frame_port';
import type { FrameReport } from '../e2ee/frames/frame_tally';
import { FrameTransforms, transformPath, type TransformPath } from '../e2ee/frames/frame_transforms';
import { MediaTurns } from '../e2ee/frames/media_turns';
import { SlotBook } from '../e2ee/frames/slot_book';
import { WorkerHealth } from '../e2ee/frames/worker_health';
import type { NewEpoch } from '../e2ee/group/epoch_secret';
import type { ReceivedMessage } from '../e2ee/group/group_keys';
import { SYSTEM_CLOCK } from '../observable/clock';
import type { Observable } from '../observable/observable';
import type { Bytes } from '../protocol/bytes';
import { UnsupportedError } from '../protocol/signing';
import type { Call } from '../session/call';
import type { MediaPort } from '../state/delivery';
import type { GroupPort } from '../state/group';
import { SlotAnnouncer } from '../state/slot_announcer';
import type { OpenedMeeting } from './meeting';
import { startFrameWorker } from './workers';

/** Media of one call: nothing is sent or played before the group has keys. */
export class MediaHere implements MediaPort {
  readonly #identity: string;
  readonly #worker: Worker;
  readonly #health: WorkerHealth;
  readonly #transforms: FrameTransforms;
  readonly #turns: MediaTurns;
  readonly #slots = new SlotBook();
  readonly #stops: (() => void)[] = [];
  readonly #keys: FrameKeys;
  readonly #counters = new Set<(message: ReceivedMessage) => void>();
  #send: GroupPort['send'] = () => false;
  #announcer: SlotAnnouncer | undefined;

  /**
   * @param onFault - the worker has a fault, or did not load.
   * @throws UnsupportedError - no frame can be encrypted in this browser.
   */
  constructor({ door, groupSecrets, mixKey, hostKey }: OpenedMeeting, onFault: (error: Error) => void) {
    const { identity } = door.leafKey;
    this.#identity = identity;
    // First: nothing is started where there can be no call.
    const path = pathHere();
    this.#worker = startFrameWorker();
    this.#health = new WorkerHealth(this.#worker, SYSTEM_CLOCK, onFault);
    const { groupId } = groupSecrets;
    this.#keys = new FrameKeys(this.#worker, { groupId, mixKey, identity });
    this.#transforms = new FrameTransforms(this.#keys, this.#worker, path);
    this.#turns = new MediaTurns(identity, hostKey !== undefined, this.#keys, SYSTEM_CLOCK);
  }

  /** What encrypts the next connection. */
  encryption(onBreach: (what: Breach) => void): FrameEncryption {
    return new FrameEncryption({
      ...{ transforms: this.#transforms, identity: this.#identity, onBreach },
      slots: this.#slots.lookup,
    });
  }

  /** The group is in another epoch. Resolves when frames of it are opened here. */
  readonly enter = async ({ view, cause, exported }: NewEpoch): Promise<void> => {
    this.#slots.keepOnly(new Set(view.roster.map(({ identity }) => identity)));
    // Without its worker nothing is sent or played; the group goes on.
    await this.#health.unlessBroken(this.#turns.enter({ view, cause, exported }));
    if (cause === 'join' || cause === 'rejoin') this.#announcer?.repeat();
  };

  /** Takes a message about media; false: it is about something else. */
  take(message: ReceivedMessage): boolean {
    if (message.type === 'slot') {
      this.#slots.take(message);
    } else if (message.type === 'counters') {
      for (const listener of this.#counters) listener(message);
    } else {
      return false;
    }
    return true;
  }

  get sealing(): Observable<number | undefined> {
    return this.#turns.sealing;
  }

  get isBroken(): Observable<boolean> {
    return this.#health.isBroken;
  }

  report(): Promise<FrameReport> {
    return this.#health.watch(this.#keys.report());
  }

  sendCounters(body: Bytes): void {
    this.#send('counters', body);
  }

  onCounters(listener: (message: ReceivedMessage) => void): () => void {
    this.#counters.add(listener);
    return () => this.#counters.delete(listener);
  }

  /** From now on the others are told what is published, and media change with what they sign. */
  follow(group: Pick<GroupPort, 'ready' | 'reached' | 'send' | 'state' | 'view'>, call: Call): void {
    this.#send = (type, body) => group.send(type, body);
    const announcer = new SlotAnnouncer((body) => group.send('slot', body), SYSTEM_CLOCK);
    this.#announcer = announcer;
    this.#stops.push(
      () => {
        announcer.close();
      },
      call.participants.subscribe((participants) => {
        announcer.published(participants.find(({ isLocal }) => isLocal)?.publications ?? []);
      }),
      group.state.subscribe(({ kind }) => {
        // Put out: what the others go on with is not this device's any more, nor are the last keys of use.
        if (kind === 'removed' || kind === 'ended') this.#turns.close();
      }),
      group.view.subscribe((view) => {
        if (view !== undefined) this.#turns.know(view);
      }),
      group.ready.subscribe((ready) => {
        const epoch = group.view.value?.epoch;
        if (epoch === undefined) return;
        for (const identity of ready) this.#turns.hear(identity, epoch);
      }),
      group.reached.subscribe((reached) => {
        for (const [identity, epoch] of reached) this.#turns.reach(identity, epoch);
      }),
    );
  }

  /** Forgets every key: nothing is sent or played any more. */
  close(): void {
    for (const stop of this.#stops.splice(0)) {
      stop();
    }
    this.#turns.close();
    this.#health.close();
    this.#worker.terminate();
  }
}

/** @throws UnsupportedError - no frame can be encrypted here, so there can be no call. */
function pathHere(): TransformPath {
  const path = transformPath(globalThis);
  if (path === undefined) {
    throw new UnsupportedError('This browser lets nobody at the frames of a call.');
  }
  return path;
}
