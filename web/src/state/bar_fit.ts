/** What is left out of the control bar, and found under *More*. */
export interface BarFit {
  /** The arrows beside microphone and camera that open their devices, and the word *Leave*. */
  readonly hasMenus: boolean;
  readonly hasShare: boolean;
  readonly hasReact: boolean;
  readonly hasHand: boolean;
  readonly hasPeople: boolean;
  readonly hasChat: boolean;
}

const ALL: BarFit = {
  hasMenus: true,
  hasShare: true,
  hasReact: true,
  hasHand: true,
  hasPeople: true,
  hasChat: true,
};
const NO_MENUS: BarFit = { ...ALL, hasMenus: false };
// Screens are shared from computers mostly, and a raised hand is asked for less often than what was written is read.
const NO_SHARE: BarFit = { ...NO_MENUS, hasShare: false };
const NO_REACT: BarFit = { ...NO_SHARE, hasReact: false };
const NO_HAND: BarFit = { ...NO_REACT, hasHand: false };
const NO_PEOPLE: BarFit = { ...NO_HAND, hasPeople: false };
const LEAST: BarFit = { ...NO_PEOPLE, hasChat: false };

/** Everything, then less and less; each with the width that it needs, in CSS pixels. */
const FITS: readonly { readonly neededPx: number; readonly fit: BarFit }[] = [
  { neededPx: 696, fit: ALL },
  { neededPx: 530, fit: NO_MENUS },
  { neededPx: 472, fit: NO_SHARE },
  { neededPx: 414, fit: NO_REACT },
  { neededPx: 360, fit: NO_HAND },
  { neededPx: 296, fit: NO_PEOPLE },
  { neededPx: 0, fit: LEAST },
];

/** Something that was left out comes back only with so much to spare, or it would flicker. */
const SPARE_PX = 24;

/** Decides what the bar shows; `before` is what it shows now. */
export function fitBar(widthPx: number, before: BarFit | undefined): BarFit {
  const roomy = FITS.find(({ neededPx }) => widthPx >= neededPx + SPARE_PX)?.fit;
  const tight = FITS.find(({ neededPx }) => widthPx >= neededPx)?.fit;
  return before !== undefined && before === tight ? before : (roomy ?? LEAST);
}
