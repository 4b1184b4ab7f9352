import type { Member } from '../e2ee/group/group_keys';
import { writeRecord, type CallRecord } from '../e2ee/record/record';
import type { Bytes } from '../protocol/bytes';
import type { EndingsParts, RecordToSave } from './call_endings';
import type { Told, Witnessed } from './ending';
import type { EndingFacts } from './ending_name';
import { RosterWitness } from './roster_witness';
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
  readonly #rosters: RosterWitness;
  readonly #stays: Stays;
  readonly #beganMs: number;

  constructor(parts: Parts) {
    const { call, clock, group, nameOf, onTaken, signer, wallNow } = parts;
    this.#parts = parts;
    this.#beganMs = wallNow();
    this.#stays = new Stays({ view: group.view, wallNow, nameOf });
    const send = (body: Bytes): boolean => group.say('service', body);
    this.#rosters = new RosterWitness({ clock, wallNow, signer, send, view: group.view });
    this.#witness = new ServiceWitness({
      ...{ clock, wallNow, signer, onTaken, send, view: group.view },
      ...{ participants: call.participants, connection: call.connection },
    });
  }

  witnessed(sinceMs: number): Witnessed {
    return this.#witness.witnessed(sinceMs);
  }

  async take(from: Member, body: Bytes): Promise<void> {
    await Promise.all([this.#witness.take(from, body), this.#rosters.take(from, body)]);
  }

  /** Notes what there is now. It is signed when it is asked for. */
  recordOf(told: Told): RecordToSave {
    const { drain, signer, wallNow } = this.#parts;
    const roster = this.#rosters.cosigned;
    const record: CallRecord = {
      roster,
      groupId: roster?.groupId,
      beganMs: this.#beganMs,
      endedMs: wallNow(),
      ending: endingOf(told),
      stays: this.#stays.all,
      statements: [...this.#witness.statements],
      // Its word explains this ending, or it stopped another time.
      drain: told.facts.isDrained ? drain.value : undefined,
    };
    return {
      others: Math.max(0, (roster?.members.length ?? 0) - 1),
      cosigners: roster?.signatures.length ?? 0,
      write: () => writeRecord(record, signer),
    };
  }

  close(): void {
    this.#rosters.close();
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
