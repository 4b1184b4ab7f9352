import { ANY_ASPECT, PERSON_ASPECT, layoutGrid, type Rect, type Size } from './grid';

/** What a tile shows. */
export type TileKey =
  | { readonly kind: 'person'; readonly id: string }
  | { readonly kind: 'share'; readonly id: string };

/** How people choose to see each other. */
export type View = 'grid' | 'speaker';

/** What decides who is where. */
export interface StageInput {
  readonly self: string;
  readonly isSelfHidden: boolean;
  /** Everybody else, in the order of their tiles. */
  readonly others: readonly string[];
  readonly pinned: ReadonlySet<string>;
  /** Publications, one for each screen that is shared. */
  readonly shares: readonly string[];
  readonly chosenShare: string | undefined;
  readonly isSplit: boolean;
  readonly view: View;
  readonly speaker: string | undefined;
}

/** Who is where, before anything is measured. */
export interface StagePlan {
  readonly kind: 'alone' | 'pair' | 'grid' | 'spotlight';
  readonly main: readonly TileKey[];
  /** In a strip at the side of what is in the middle. */
  readonly strip: readonly TileKey[];
  /** Whether one's own tile floats in a corner. */
  readonly isSelfInCorner: boolean;
}

/** Says who is in the middle, in the strip and in the corner. */
export function planStage(input: StageInput): StagePlan {
  const middle = inTheMiddle(input);
  if (middle.length > 0) {
    const shown = new Set(middle.map((tile) => tile.id));
    const rest = [...input.others.filter((id) => !shown.has(id)), ...selfIn(input)].map(person);
    return { kind: 'spotlight', main: middle, strip: rest, isSelfInCorner: false };
  }
  if (input.others.length < 2) {
    return {
      kind: input.others.length === 0 ? 'alone' : 'pair',
      main: input.others.map(person),
      strip: [],
      isSelfInCorner: !input.isSelfHidden,
    };
  }
  const everybody = [...input.others, ...selfIn(input)].map(person);
  return { kind: 'grid', main: everybody, strip: [], isSelfInCorner: false };
}

/**
 * The tiles of one page. One's own tile is the last of the first page, so that people find it in one
 * place however many there are.
 */
export function pageOf(
  tiles: readonly TileKey[],
  self: string,
  capacity: number,
  page: number,
): { readonly tiles: readonly TileKey[]; readonly page: number; readonly pages: number } {
  const size = Math.max(1, capacity);
  const pages = Math.max(1, Math.ceil(tiles.length / size));
  // Where one tile fits, that is somebody else.
  const own = size === 1 ? undefined : tiles.find((tile) => tile.id === self);
  const others = own === undefined ? tiles : tiles.filter((tile) => tile !== own);
  const first = others.slice(0, size - (own === undefined ? 0 : 1));
  const ordered = own === undefined ? others : [...first, own, ...others.slice(first.length)];
  const at = Math.min(Math.max(0, page), pages - 1);
  return { tiles: ordered.slice(at * size, (at + 1) * size), page: at, pages };
}

/** Where the middle and the strip are. */
export interface StageAreas {
  readonly main: Rect;
  readonly strip: Rect | undefined;
}

/** Narrower than this, a strip's tiles say nothing any more; they are all 16:9. */
const STRIP_TILE_PX = 160;

/**
 * Divides the stage. The strip goes where it takes least from the middle, or nowhere on a tiny screen.
 * It is as narrow as it has to be for all `count` tiles; a column whose pages are turned is roomy again.
 */
export function divideStage(area: Size, count: number, gap: number): StageAreas {
  const whole = { x: 0, y: 0, ...area };
  if (count === 0) {
    return { main: whole, strip: undefined };
  }
  if (area.width >= area.height * 1.2 && area.width >= STRIP_TILE_PX * 3) {
    const forAll = (((area.height - (count - 1) * gap) / count) * 16) / 9;
    const roomy = Math.min(240, area.width * 0.18);
    const width = Math.max(STRIP_TILE_PX, forAll < STRIP_TILE_PX ? roomy : Math.min(roomy, forAll));
    const main = { ...whole, width: area.width - width - gap };
    return { main, strip: { x: area.width - width, y: 0, width, height: area.height } };
  }
  const least = (STRIP_TILE_PX * 9) / 16;
  if (area.height >= least * 3) {
    const forAll = (((area.width - (count - 1) * gap) / count) * 9) / 16;
    const height = Math.max(least, Math.min(150, area.height * 0.2, forAll));
    const main = { ...whole, height: area.height - height - gap };
    return { main, strip: { x: 0, y: area.height - height, width: area.width, height } };
  }
  return { main: whole, strip: undefined };
}

/** How many tiles a strip has room for. */
export function stripCapacity(strip: Rect | undefined, gap: number): number {
  if (strip === undefined) {
    return 0;
  }
  const tile = stripTile(strip);
  return isColumn(strip)
    ? wholeTiles((strip.height + gap) / (tile.height + gap))
    : wholeTiles((strip.width + gap) / (tile.width + gap));
}

/** Places the tiles of a strip, in the middle of it. */
export function layoutStrip(strip: Rect, count: number, gap: number): Rect[] {
  const tile = stripTile(strip);
  const column = isColumn(strip);
  const step = column ? tile.height + gap : tile.width + gap;
  const start = ((column ? strip.height : strip.width) - (count * step - gap)) / 2;
  return Array.from({ length: count }, (_, at) => ({
    x: strip.x + (column ? 0 : start + at * step),
    y: strip.y + (column ? start + at * step : 0),
    ...tile,
  }));
}

/** Places what is in the middle: shares take the shape of their cell, people alone keep theirs. */
export function layoutMain(main: Rect, tiles: readonly TileKey[], gap: number): Rect[] {
  const hasShare = tiles.some((tile) => tile.kind === 'share');
  const aspect = hasShare ? ANY_ASPECT : PERSON_ASPECT;
  return layoutGrid(main, tiles.length, gap, aspect).map((rect) => ({
    ...rect,
    x: rect.x + main.x,
    y: rect.y + main.y,
  }));
}

function inTheMiddle(input: StageInput): TileKey[] {
  const chosen = input.shares.find((id) => id === input.chosenShare) ?? input.shares.at(-1);
  const shares = input.isSplit ? input.shares : input.shares.filter((id) => id === chosen);
  const pinned = input.others.filter((id) => input.pinned.has(id));
  if (shares.length > 0 || pinned.length > 0) {
    return [...shares.map((id): TileKey => ({ kind: 'share', id })), ...pinned.map(person)];
  }
  if (input.view !== 'speaker' || input.others.length < 2) {
    return [];
  }
  const speaker = input.others.find((id) => id === input.speaker) ?? input.others[0];
  return speaker === undefined ? [] : [person(speaker)];
}

function person(id: string): TileKey {
  return { kind: 'person', id };
}

function selfIn(input: StageInput): string[] {
  return input.isSelfHidden ? [] : [input.self];
}

/** At the side or below: told by where it begins, as a short column may be wider than high. */
function isColumn(strip: Rect): boolean {
  return strip.y === 0;
}

function stripTile(strip: Rect): Size {
  return isColumn(strip)
    ? { width: strip.width, height: (strip.width * 9) / 16 }
    : { width: (strip.height * 16) / 9, height: strip.height };
}

/** A strip that was measured for just so many tiles must not lose one to rounding. */
function wholeTiles(count: number): number {
  return Math.max(1, Math.floor(count + 1e-6));
}
