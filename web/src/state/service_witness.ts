import type { GroupView, Member } from '../e2ee/group/group_keys';
import { Verifier } from '../e2ee/group/verification';
import {
  encodeService,
  isServiceSigned,
  parseService,
  signService,
  type ServiceClaim,
  type ServiceStatement,
} from '../e2ee/record/service_statement';
import type { Clock } from '../observable/clock';
import type { Observable } from '../observable/observable';
import { encodeBase64url, equalBytes, type Bytes } from '../protocol/bytes';
import type { SigningKey } from '../protocol/signing';
import type { Connection, Participant } from '../session/call';
import { KEPT_MS } from '../session/patience';
import type { Witnessed } from './ending';
import { signsForAll } from './witnesses';

/** Who is gone for so long without a goodbye has not just changed their network. */
export const GONE_AFTER_MS = 10_000;

/** A shorter loss of one's own is worth no statement. */
export const LOST_AFTER_MS = 5_000;

// Who is back needs a moment to read what is said in this epoch.
const RETOLD_MS = 1_000;

// Clocks of devices differ.
const TOLERANCE_MS = 30_000;

// What one member may have us keep, and what all of them may.
const MAX_EACH = 8;
const MAX_ALL = 256;

export interface WitnessParts {
  readonly signer: SigningKey;
  readonly clock: Clock;
  /** Milliseconds since 1970, of this device. */
  readonly wallNow: () => number;
  readonly view: Observable<GroupView | undefined>;
  readonly participants: Observable<readonly Participant[]>;
  readonly connection: Observable<Connection>;
  readonly send: (body: Bytes) => boolean;
  /** Somebody else's statement was taken. */
  readonly onTaken: () => void;
}

interface Gone {
  readonly fromMs: number;
  readonly about: Bytes;
  hasBeenTold: boolean;
}

/** Signs what this device sees of the others' service, and of its own, and keeps what the others sign. */
export class ServiceWitness {
  readonly #parts: WitnessParts;
  readonly #verifier = new Verifier();
  readonly #statements: ServiceStatement[] = [];
  readonly #seen = new Set<string>();
  readonly #gone = new Map<string, Gone>();
  readonly #timers = new Set<() => void>();
  readonly #stops: (() => void)[];
  #groupId: Bytes | undefined;
  #lostAtMs: number | undefined;

  constructor(parts: WitnessParts) {
    this.#parts = parts;
    const look = (): void => {
      this.#look();
    };
    this.#stops = [
      parts.participants.subscribe(look),
      parts.view.subscribe((view) => {
        this.#groupId = view?.groupId ?? this.#groupId;
        this.#look();
      }),
      parts.connection.subscribe(({ kind }) => {
        this.#connectionIs(kind);
      }),
    ];
  }

  /** One's own and the others', as they came. All signatures are good. */
  get statements(): readonly ServiceStatement[] {
    return this.#statements;
  }

  /** What others have signed of the time since a moment on the clock, each counted once. */
  witnessed(sinceMs: number): Witnessed {
    const wallNowMs = this.#parts.wallNow();
    const fromMs = wallNowMs - (this.#parts.clock.now() - sinceMs) - TOLERANCE_MS;
    const self = this.#parts.signer.publicKey;
    const others = this.#statements.filter(
      (one) =>
        !equalBytes(one.signer, self) &&
        one.untilMs >= fromMs &&
        one.fromMs <= wallNowMs + TOLERANCE_MS,
    );
    const aboutSelf = others.filter((one) => one.kind === 'served' && equalBytes(one.about, self));
    const lost = others.filter(({ kind }) => kind === 'lost');
    return { attestations: signersOf(aboutSelf), othersLost: signersOf(lost) };
  }

  /** Takes a message `service`. */
  async take(from: Member, body: Bytes): Promise<void> {
    const signed = parseService(body, from.leafKey);
    const groupId = this.#groupId;
    if (signed === undefined || groupId === undefined) {
      return;
    }
    if (await isServiceSigned(groupId, signed, this.#verifier)) {
      this.#keep(signed);
      this.#parts.onTaken();
    }
  }

  close(): void {
    for (const stop of [...this.#stops.splice(0), ...this.#timers]) {
      stop();
    }
    this.#timers.clear();
  }

  #connectionIs(kind: Connection['kind']): void {
    const { clock } = this.#parts;
    if (kind === 'trouble') {
      this.#lostAtMs ??= clock.now();
      // Whom nobody here can see is not gone.
      this.#gone.clear();
      return;
    }
    if (kind === 'connected' && this.#lostAtMs !== undefined) {
      const lastedMs = clock.now() - this.#lostAtMs;
      this.#lostAtMs = undefined;
      if (lastedMs >= LOST_AFTER_MS) {
        const untilMs = this.#parts.wallNow();
        void this.#say({ kind: 'lost', fromMs: Math.round(untilMs - lastedMs), untilMs });
      }
    }
    this.#look();
  }

  #look(): void {
    const view = this.#parts.view.value;
    if (view === undefined || this.#parts.connection.value.kind !== 'connected') {
      return;
    }
    const present = new Set(this.#parts.participants.value.map(({ identity }) => identity));
    for (const member of view.roster) {
      if (present.has(member.identity)) {
        this.#isThere(member.identity);
      } else if (this.#seen.has(member.identity) && !this.#gone.has(member.identity)) {
        this.#isGone(member);
      }
    }
    this.#forgetBut(new Set(view.roster.map(({ identity }) => identity)));
  }

  #forgetBut(members: ReadonlySet<string>): void {
    for (const [identity, { fromMs, hasBeenTold }] of this.#gone) {
      // Who leaves, or is put out, leaves the roster before they are missed.
      const isTooOld = this.#parts.wallNow() - fromMs > KEPT_MS;
      if (isTooOld || (!hasBeenTold && !members.has(identity))) this.#gone.delete(identity);
    }
  }

  #isThere(identity: string): void {
    this.#seen.add(identity);
    const gone = this.#gone.get(identity);
    this.#gone.delete(identity);
    if (gone?.hasBeenTold === true) {
      // What was said while they were out, they may not be able to read.
      const claim = { kind: 'served', ...gone, untilMs: this.#parts.wallNow() } as const;
      this.#after(RETOLD_MS, () => void this.#say(claim));
    }
  }

  #isGone({ identity, leafKey }: Member): void {
    const fromMs = this.#parts.wallNow();
    const gone: Gone = { fromMs, about: leafKey, hasBeenTold: false };
    this.#gone.set(identity, gone);
    this.#after(GONE_AFTER_MS, () => {
      this.#look();
      if (this.#gone.get(identity) === gone) {
        gone.hasBeenTold = true;
        void this.#say({ kind: 'served', about: leafKey, fromMs, untilMs: this.#parts.wallNow() });
      }
    });
  }

  async #say(claim: ServiceClaim): Promise<void> {
    const { signer, send, view } = this.#parts;
    const groupId = this.#groupId;
    if (groupId === undefined || !this.#isWitness(view.value)) {
      return;
    }
    const signed = await signService(groupId, claim, signer);
    this.#keep(signed);
    send(encodeService(signed));
  }

  #isWitness(view: GroupView | undefined): boolean {
    const present = view?.roster.filter(({ identity }) => !this.#gone.has(identity)) ?? [];
    return view === undefined || signsForAll(view.self, present);
  }

  #keep(signed: ServiceStatement): void {
    const ofSigner = this.#statements.filter(({ signer }) => equalBytes(signer, signed.signer));
    const [oldest] = ofSigner.length < MAX_EACH ? [] : ofSigner;
    if (oldest !== undefined) this.#statements.splice(this.#statements.indexOf(oldest), 1);
    if (this.#statements.length < MAX_ALL) this.#statements.push(signed);
  }

  #after(ms: number, act: () => void): void {
    const cancel = this.#parts.clock.after(ms, () => {
      this.#timers.delete(cancel);
      act();
    });
    this.#timers.add(cancel);
  }
}

function signersOf(statements: readonly ServiceStatement[]): number {
  return new Set(statements.map(({ signer }) => encodeBase64url(signer))).size;
}
