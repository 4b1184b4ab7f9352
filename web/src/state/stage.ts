import { Subject, type Observable } from '../observable/observable';
import type { Announcer } from './announcements';
import type { CallPreferences } from './call_preferences';
import type { Clock } from '../observable/clock';
import type { Person, Share } from './people';
import type { Corner } from './self_corner';
import { HOLD_LIMIT_MS, TileOrder } from './tile_order';
import { planStage, type StagePlan, type View } from './tiles';
import type { Heard } from './voices';

/** Who is in the room, and who is heard. */
export interface StageFacts {
  readonly self: string;
  readonly people: readonly Person[];
  readonly shares: readonly Share[];
  readonly heard: Heard;
}

/** What somebody has chosen to see. */
export interface StageChoice {
  readonly view: View;
  readonly isSelfHidden: boolean;
  readonly corner: Corner;
  readonly pinned: ReadonlySet<string>;
  readonly chosenShare: string | undefined;
  readonly isSplit: boolean;
}

export interface StageParts {
  readonly clock: Clock;
  readonly preferences: CallPreferences;
  readonly announcer: Announcer;
}

/** Who is where on the stage, and what somebody may choose about it. */
export class StageModel {
  readonly #parts: StageParts;
  readonly #order = new TileOrder();
  readonly #choice: Subject<StageChoice>;
  readonly #plan: Subject<StagePlan>;
  #facts: StageFacts;
  #firstPage = 25;
  #endHold: () => void = () => undefined;

  constructor(facts: StageFacts, parts: StageParts) {
    const { view, isSelfHidden, corner } = parts.preferences.value;
    this.#facts = facts;
    this.#parts = parts;
    this.#choice = new Subject<StageChoice>({
      view,
      isSelfHidden,
      corner,
      pinned: new Set(),
      chosenShare: undefined,
      isSplit: false,
    });
    this.#plan = new Subject(this.#planned());
    this.update(facts);
  }

  get choice(): Observable<StageChoice> {
    return this.#choice;
  }

  get plan(): Observable<StagePlan> {
    return this.#plan;
  }

  /** Takes in who is there now. */
  update(facts: StageFacts): void {
    this.#facts = facts;
    this.#arrange();
  }

  /** Says how many people the first page, or the strip, has room for. */
  setFirstPage(count: number): void {
    this.#firstPage = Math.max(1, count);
    this.#arrange();
  }

  /** Says that a tile is pointed at or focused: nobody moves meanwhile. */
  hold(isHeld: boolean): void {
    const { clock } = this.#parts;
    this.#endHold();
    this.#order.hold(isHeld, clock.now());
    if (isHeld) {
      this.#endHold = clock.after(HOLD_LIMIT_MS, () => {
        this.#arrange();
      });
    } else {
      this.#arrange();
    }
  }

  togglePin(identity: string): void {
    const pinned = new Set(this.#choice.value.pinned);
    const isPinned = !pinned.delete(identity);
    if (isPinned) {
      pinned.add(identity);
    }
    const name = this.#facts.people.find((person) => person.identity === identity)?.name;
    this.#choose({ pinned });
    this.#parts.announcer.say({ kind: isPinned ? 'pinned' : 'unpinned', name });
  }

  toggleView(): void {
    const view = this.#choice.value.view === 'grid' ? 'speaker' : 'grid';
    this.#parts.preferences.update({ view });
    this.#choose({ view });
    this.#parts.announcer.say({ kind: 'view', view });
  }

  setSelfHidden(isHidden: boolean): void {
    this.#parts.preferences.update({ isSelfHidden: isHidden });
    this.#choose({ isSelfHidden: isHidden });
    this.#parts.announcer.say({ kind: 'self', isHidden });
  }

  moveSelf(corner: Corner): void {
    if (corner !== this.#choice.value.corner) {
      this.#parts.preferences.update({ corner });
      this.#choose({ corner });
      this.#parts.announcer.say({ kind: 'corner', corner });
    }
  }

  chooseShare(publicationId: string): void {
    this.#choose({ chosenShare: publicationId, isSplit: false });
  }

  setSplit(isSplit: boolean): void {
    this.#choose({ isSplit });
  }

  close(): void {
    this.#endHold();
  }

  #choose(change: Partial<StageChoice>): void {
    this.#choice.set({ ...this.#choice.value, ...change });
    this.#plan.set(this.#planned());
  }

  #arrange(): void {
    const { people, heard } = this.#facts;
    const present = people.filter((person) => !person.isLocal).map(({ identity }) => identity);
    const others = new Set(present);
    const speaking = [...heard.speaking].filter((who) => others.has(who));
    const { lastSpokeMs } = heard;
    const input = { present, speaking, lastSpokeMs, firstPage: this.#firstPage };
    this.#order.update(input, this.#parts.clock.now());
    const next = this.#planned();
    if (JSON.stringify(next) !== JSON.stringify(this.#plan.value)) {
      this.#plan.set(next);
    }
  }

  #planned(): StagePlan {
    const { view, isSelfHidden, pinned, chosenShare, isSplit } = this.#choice.value;
    return planStage({
      self: this.#facts.self,
      isSelfHidden,
      others: this.#order.order,
      pinned,
      shares: this.#facts.shares.map((share) => share.publicationId),
      chosenShare,
      isSplit,
      view,
      speaker: this.#facts.heard.active,
    });
  }
}
