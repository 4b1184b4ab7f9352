/** A tile's place, in CSS pixels from the top left corner of its area. */
export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** How large something is, in CSS pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Width divided by height: people are never stretched, nor cut to a letter box. */
export const PERSON_ASPECT = { min: 4 / 3, max: 16 / 9 } as const;
/** What is shared has the shape that it has: its tile takes the whole cell. */
export const ANY_ASPECT = { min: 0, max: Number.POSITIVE_INFINITY } as const;

/** Smaller than this, a face is not recognised any more. */
export const MIN_TILE: Size = { width: 160, height: 120 };

/** How many tiles a page has at most, on a computer and on a phone. */
export const PAGE_LIMIT = { wide: 25, phone: 8 } as const;

/** Narrower or lower than this is a phone. */
const PHONE_PX = 600;

/** What shapes tiles may have. */
export interface Aspect {
  readonly min: number;
  readonly max: number;
}

/** Cells of one size, and the tile in each. */
interface Cells {
  readonly columns: number;
  readonly rows: number;
  readonly tile: Size;
}

/**
 * Places `count` tiles of one size so that each is as large as it can be. The rows together stand in
 * the middle of the area, and so does a last row that is not full.
 */
export function layoutGrid(
  area: Size,
  count: number,
  gap: number,
  aspect: Aspect = PERSON_ASPECT,
): Rect[] {
  const best = bestCells(area, count, gap, aspect);
  if (best === undefined) {
    return [];
  }
  const { columns, rows, tile } = best;
  const top = (area.height - rows * tile.height - (rows - 1) * gap) / 2;
  return Array.from({ length: count }, (_, index) => {
    const row = Math.floor(index / columns);
    const inRow = row === rows - 1 ? count - row * columns : columns;
    const left = (area.width - inRow * tile.width - (inRow - 1) * gap) / 2;
    return {
      x: left + (index - row * columns) * (tile.width + gap),
      y: top + row * (tile.height + gap),
      ...tile,
    };
  });
}

/** How many tiles go on one page: as many as stay recognisable, never more than the limit, never none. */
export function gridCapacity(area: Size, gap: number): number {
  const isPhone = Math.min(area.width, area.height) < PHONE_PX && area.width < 1000;
  for (let count = isPhone ? PAGE_LIMIT.phone : PAGE_LIMIT.wide; count > 1; count -= 1) {
    const tile = bestCells(area, count, gap, PERSON_ASPECT)?.tile;
    if (tile !== undefined && tile.width >= MIN_TILE.width && tile.height >= MIN_TILE.height) {
      return count;
    }
  }
  return 1;
}

function bestCells(area: Size, count: number, gap: number, aspect: Aspect): Cells | undefined {
  let best: Cells | undefined;
  for (let columns = 1; columns <= count; columns += 1) {
    const rows = Math.ceil(count / columns);
    const tile = tileIn(
      (area.width - (columns - 1) * gap) / columns,
      (area.height - (rows - 1) * gap) / rows,
      aspect,
    );
    // A tie goes to fewer columns, where the last row is fuller.
    if (tile !== undefined && areaOf(tile) > areaOf(best?.tile) + 1e-6) {
      best = { columns, rows, tile };
    }
  }
  return best;
}

function tileIn(width: number, height: number, aspect: Aspect): Size | undefined {
  if (width <= 0 || height <= 0) {
    return undefined;
  }
  const is = width / height;
  if (is > aspect.max) {
    return { width: height * aspect.max, height };
  }
  return is < aspect.min ? { width, height: width / aspect.min } : { width, height };
}

function areaOf(size: Size | undefined): number {
  return size === undefined ? 0 : size.width * size.height;
}
