import { gridCapacity, type Rect, type Size } from './grid';
import {
  divideStage,
  layoutMain,
  layoutStrip,
  pageOf,
  stripCapacity,
  type StagePlan,
  type TileKey,
} from './tiles';

/** A tile in its place. */
export interface PlacedTile {
  readonly key: TileKey;
  readonly rect: Rect;
  readonly isInStrip: boolean;
}

/** The whole stage, measured. */
export interface StageLayout {
  readonly tiles: readonly PlacedTile[];
  readonly page: number;
  readonly pages: number;
  /** How many others can be seen without turning a page. */
  readonly firstPage: number;
}

/** Between tiles, in CSS pixels. */
export const GAP_PX = 10;

/** What the buttons that turn pages need below the tiles. */
const PAGER_PX = 52;

/**
 * Gives every tile its place. Where not all fit, the buttons that turn pages get room below.
 *
 * @param page - the page that is wanted; the nearest one that exists is shown.
 */
export function layoutStage(plan: StagePlan, area: Size, self: string, page: number): StageLayout {
  const whole = plan.kind === 'spotlight' ? layoutSpotlight : layoutPeople;
  const first = whole(plan, area, self, page);
  const below = { ...area, height: area.height - PAGER_PX };
  return first.pages > 1 && below.height > 0 ? whole(plan, below, self, page) : first;
}

function layoutPeople(plan: StagePlan, area: Size, self: string, page: number): StageLayout {
  const capacity = gridCapacity(area, GAP_PX);
  const shown = pageOf(plan.main, self, capacity, page);
  const rects = layoutMain({ x: 0, y: 0, ...area }, shown.tiles, GAP_PX);
  const own = plan.main.some((tile) => tile.id === self) ? 1 : 0;
  return {
    tiles: placed(shown.tiles, rects, false),
    page: shown.page,
    pages: shown.pages,
    firstPage: Math.max(1, capacity - own),
  };
}

function layoutSpotlight(plan: StagePlan, area: Size, self: string, page: number): StageLayout {
  const { main, strip } = divideStage(area, plan.strip.length > 0, GAP_PX);
  const middle = placed(plan.main, layoutMain(main, plan.main, GAP_PX), false);
  const capacity = stripCapacity(strip, GAP_PX);
  if (strip === undefined) {
    return { tiles: middle, page: 0, pages: 1, firstPage: 1 };
  }
  const shown = pageOf(plan.strip, self, capacity, page);
  const rects = layoutStrip(strip, shown.tiles.length, GAP_PX);
  const own = plan.strip.some((tile) => tile.id === self) ? 1 : 0;
  return {
    tiles: [...middle, ...placed(shown.tiles, rects, true)],
    page: shown.page,
    pages: shown.pages,
    firstPage: Math.max(1, capacity - own),
  };
}

function placed(
  tiles: readonly TileKey[],
  rects: readonly Rect[],
  isInStrip: boolean,
): PlacedTile[] {
  return tiles.flatMap((key, at) => {
    const rect = rects[at];
    return rect === undefined ? [] : [{ key, rect, isInStrip }];
  });
}
