/** What is left out of the control bar, and found under *More*. */
export interface BarFit {
  /** The arrows beside microphone and camera that open their devices, and the word *Leave*. */
  readonly hasMenus: boolean;
  readonly hasShare: boolean;
  readonly hasPeople: boolean;
}

/** Everything, then less and less; each with the width that it needs, in CSS pixels. */
const FITS: readonly { readonly neededPx: number; readonly fit: BarFit }[] = [
  { neededPx: 520, fit: { hasMenus: true, hasShare: true, hasPeople: true } },
  { neededPx: 360, fit: { hasMenus: false, hasShare: true, hasPeople: true } },
  { neededPx: 296, fit: { hasMenus: false, hasShare: false, hasPeople: true } },
  { neededPx: 0, fit: { hasMenus: false, hasShare: false, hasPeople: false } },
];

/** Something that was left out comes back only with so much to spare, or it would flicker. */
const SPARE_PX = 24;

/** Decides what the bar shows; `before` is what it shows now. */
export function fitBar(widthPx: number, before: BarFit | undefined): BarFit {
  const roomy = FITS.find(({ neededPx }) => widthPx >= neededPx + SPARE_PX)?.fit;
  const tight = FITS.find(({ neededPx }) => widthPx >= neededPx)?.fit;
  const least = FITS[FITS.length - 1]?.fit;
  const kept = before !== undefined && before === tight ? before : (roomy ?? least);
  return kept ?? { hasMenus: false, hasShare: false, hasPeople: false };
}
