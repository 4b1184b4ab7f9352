import type { GroupView, Member } from '../e2ee/group/group_keys';
import { Verifier } from '../e2ee/group/verification';
import {
  encodeRosterClaim,
  isRosterSigned,
  parseRosterClaim,
  signRoster,
  type Roster,
  type RosterSignature,
} from '../e2ee/record/roster_statement';
import type { Clock } from '../observable/clock';
import type { Observable } from '../observable/observable';
import { equalBytes, type Bytes } from '../protocol/bytes';
import type { SigningKey } from '../protocol/signing';
import { signsForAll } from './witnesses';

/** Who comes and goes in a crowd makes epochs that nobody needs a signature of. */
export const SETTLED_MS = 5_000;

interface Parts {
  readonly signer: SigningKey;
  readonly clock: Clock;
  /** Milliseconds since 1970, of this device. */
  readonly wallNow: () => number;
  /** Undefined while this device is no member. */
  readonly view: Observable<GroupView | undefined>;
  readonly send: (body: Bytes) => boolean;
}

/** A roster, and who of the others has signed the same one. All signatures are good. */
export interface CosignedRoster extends Roster {
  readonly signatures: readonly RosterSignature[];
}

/**
 * Signs who is in the group, and keeps that others have signed the same. That is done while there is a call:
 * when it is cut, nobody can be asked any more.
 */
export class RosterWitness {
  readonly #parts: Parts;
  readonly #verifier = new Verifier();
  readonly #stop: () => void;
  #roster: Roster | undefined;
  #signatures: RosterSignature[] = [];
  #cancel: () => void = () => undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#stop = parts.view.subscribe((view) => {
      if (view !== undefined) this.#look(view);
    });
  }

  /** Of the last epoch that this device was in; undefined: it never was in one. */
  get cosigned(): CosignedRoster | undefined {
    return this.#roster && { ...this.#roster, signatures: [...this.#signatures] };
  }

  /** Takes a message `service`. */
  async take(from: Member, body: Bytes): Promise<void> {
    const claim = parseRosterClaim(body, from.leafKey);
    const roster = this.#roster;
    if (claim === undefined || roster?.epoch !== claim.epoch || this.#hasOf(from)) {
      return;
    }
    const isMember = roster.members.some((member) => equalBytes(member, from.leafKey));
    if (!isMember || !(await isRosterSigned(roster, claim, this.#verifier))) {
      return;
    }
    // Meanwhile another epoch may have begun, or the same signature have come twice.
    if (this.#roster === roster && !this.#hasOf(from)) {
      const { signer, atMs, signature } = claim;
      this.#signatures.push({ signer, atMs, signature });
    }
  }

  close(): void {
    this.#stop();
    this.#cancel();
  }

  #hasOf({ leafKey }: Member): boolean {
    return (
      equalBytes(leafKey, this.#parts.signer.publicKey) ||
      this.#signatures.some(({ signer }) => equalBytes(signer, leafKey))
    );
  }

  #look({ groupId, epoch, roster, self }: GroupView): void {
    const before = this.#roster;
    if (before?.epoch === epoch && equalBytes(before.groupId, groupId)) {
      return;
    }
    const now = { groupId, epoch, members: roster.map(({ leafKey }) => leafKey) };
    this.#roster = now;
    this.#signatures = [];
    this.#cancel();
    if (roster.length > 1 && signsForAll(self, roster)) {
      this.#cancel = this.#parts.clock.after(SETTLED_MS, () => void this.#sign(now));
    }
  }

  async #sign(roster: Roster): Promise<void> {
    const { send, signer, wallNow } = this.#parts;
    const claim = await signRoster(roster, wallNow(), signer);
    // What is said in another epoch is about this one no more.
    if (this.#roster === roster) send(encodeRosterClaim(claim));
  }
}
