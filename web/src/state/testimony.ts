import type { GroupView, Member } from '../e2ee/group/group_keys';
import { writeRecord, type CallRecord } from '../e2ee/record/record';
import type { Bytes } from '../protocol/bytes';
import type { EndingsParts, RecordWriter } from './call_endings';
import type { Told, Witnessed } from './ending';
import type { EndingFacts } from './ending_name';
import { ServiceWitness } from './service_witness';
import { Stays } from './stays';

interface Parts extends EndingsParts {
  /** Somebody else's statement was taken. */
  readonly onTaken: () => void;
}

/** What this device and the others sign of a call, and what becomes of it. Loaded beside the call. */
export class Testimony {
  readonly #parts: Parts;
  readonly #witness: ServiceWitness;
  readonly #stays: Stays;
  readonly #beganMs: number;
  readonly #stop: () => void;
  #view: GroupView | undefined;

  constructor(parts: Parts) {
    const { call, clock, group, nameOf, onTaken, signer, wallNow } = parts;
    this.#parts = parts;
    this.#beganMs = wallNow();
    this.#stays = new Stays({ view: group.view, wallNow, nameOf });
    this.#stop = group.view.subscribe((view) => {
      // Who is out still knows where they were.
      this.#view = view ?? this.#view;
    });
    this.#witness = new ServiceWitness({
      ...{ clock, wallNow, signer, onTaken, view: group.view },
      ...{ participants: call.participants, connection: call.connection },
      send: (body) => group.say('service', body),
    });
  }

  witnessed(sinceMs: number): Witnessed {
    return this.#witness.witnessed(sinceMs);
  }

  take(from: Member, body: Bytes): Promise<void> {
    return this.#witness.take(from, body);
  }

  /** Notes what there is now. It is signed when it is asked for. */
  recordOf(told: Told): RecordWriter {
    const { drain, signer, wallNow } = this.#parts;
    const record: CallRecord = {
      groupId: this.#view?.groupId,
      beganMs: this.#beganMs,
      endedMs: wallNow(),
      ending: endingOf(told),
      stays: this.#stays.all,
      statements: [...this.#witness.statements],
      // Its word explains this ending, or it stopped another time.
      drain: told.facts.isDrained ? drain.value : undefined,
    };
    return () => writeRecord(record, signer);
  }

  close(): void {
    this.#stop();
    this.#stays.close();
    this.#witness.close();
  }
}

function endingOf(told: Told): CallRecord['ending'] {
  // A call that has stopped may still go on.
  return { name: told.name, isOver: !('keptUntilWallMs' in told), grounds: groundsOf(told.facts) };
}

function groundsOf(facts: EndingFacts): CallRecord['ending']['grounds'] {
  const { own, hostAct, receipt, serverSaid } = facts;
  return {
    ...(own !== undefined && { own }),
    ...(hostAct !== undefined && { host_act: hostAct }),
    ...(receipt !== undefined && { receipt }),
    ...(serverSaid !== undefined && { server_said: serverSaid }),
    has_expired: facts.hasExpired,
    is_drained: facts.isDrained,
    others_lost: facts.othersLost,
    dead_addresses: facts.deadAddresses,
    attestations: facts.attestations,
    failed_returns: facts.failedReturns,
  };
}
