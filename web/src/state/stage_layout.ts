import { gridCapacity, type Rect, type Size } from './grid';
import {
  divideStage,
  layoutMain,
  layoutStrip,
  pageOf,
  stripCapacity,
  type StageAreas,
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
  /** Where the buttons that turn pages stand: the middle of their lower edge. */
  readonly pager: { readonly x: number; readonly y: number };
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
  return plan.kind === 'spotlight'
    ? layoutSpotlight(plan, area, self, page)
    : layoutPeople(plan, area, self, page);
}

function layoutPeople(plan: StagePlan, area: Size, self: string, page: number): StageLayout {
  const isOnePage = plan.main.length <= gridCapacity(area, GAP_PX);
  const room = isOnePage ? area : { ...area, height: Math.max(1, area.height - PAGER_PX) };
  const capacity = gridCapacity(room, GAP_PX);
  const shown = pageOf(plan.main, self, capacity, page);
  const rects = layoutMain({ x: 0, y: 0, ...room }, shown.tiles, GAP_PX);
  return {
    tiles: placed(shown.tiles, rects, false),
    page: shown.page,
    pages: shown.pages,
    pager: { x: area.width / 2, y: area.height },
    firstPage: withoutSelf(capacity, plan.main, self),
  };
}

function layoutSpotlight(plan: StagePlan, area: Size, self: string, page: number): StageLayout {
  const count = plan.strip.length;
  const roomy = divideStage(area, count, GAP_PX);
  const isOnePage = count <= stripCapacity(roomy.strip, GAP_PX);
  const { main, strip } = isOnePage ? roomy : withPager(roomy, area, count);
  const middle = placed(plan.main, layoutMain(main, plan.main, GAP_PX), false);
  if (strip === undefined) {
    return { tiles: middle, page: 0, pages: 1, pager: { x: 0, y: 0 }, firstPage: 1 };
  }
  const capacity = stripCapacity(strip, GAP_PX);
  const shown = pageOf(plan.strip, self, capacity, page);
  const rects = layoutStrip(strip, shown.tiles.length, GAP_PX);
  return {
    tiles: [...middle, ...placed(shown.tiles, rects, true)],
    page: shown.page,
    pages: shown.pages,
    pager: { x: strip.x + strip.width / 2, y: area.height },
    firstPage: withoutSelf(capacity, plan.strip, self),
  };
}

/** A strip at the side gives the room for turning pages itself; one below stands above the buttons. */
function withPager(roomy: StageAreas, area: Size, count: number): StageAreas {
  const { main, strip } = roomy;
  if (strip === undefined) {
    return roomy;
  }
  return strip.y === 0
    ? { main, strip: { ...strip, height: Math.max(1, strip.height - PAGER_PX) } }
    : divideStage({ ...area, height: area.height - PAGER_PX }, count, GAP_PX);
}

function withoutSelf(capacity: number, tiles: readonly TileKey[], self: string): number {
  return Math.max(1, capacity - (tiles.some((tile) => tile.id === self) ? 1 : 0));
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
