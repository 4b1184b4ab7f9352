import type { Member } from '../e2ee/group/group_keys';
import type { Bytes } from '../protocol/bytes';
import type { EndingsParts } from './call_endings';
import type { Witnessed } from './ending';
import { ServiceWitness } from './service_witness';

interface Parts extends EndingsParts {
  /** Somebody else's statement was taken. */
  readonly onTaken: () => void;
}

/** What this device and the others sign of a call, and what becomes of it. Loaded beside the call. */
export class Testimony {
  readonly #witness: ServiceWitness;

  constructor(parts: Parts) {
    const { call, clock, group, onTaken, signer, wallNow } = parts;
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

  close(): void {
    this.#witness.close();
  }
}
