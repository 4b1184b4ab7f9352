import { MIN_TILE, type Rect, type Size } from './grid';

/** Where one's own tile floats. */
export type Corner = 'top-left' | 'top-right' | 'bottom-left' | 'bottom-right';

export const CORNERS: readonly Corner[] = ['top-left', 'top-right', 'bottom-left', 'bottom-right'];

/** The corner that an arrow key leads to; undefined for other keys. At an edge one stays. */
export function cornerAfter(corner: Corner, key: string): Corner | undefined {
  const [row, column] = corner.split('-');
  switch (key) {
    case 'ArrowUp':
      return `top-${column === 'left' ? 'left' : 'right'}`;
    case 'ArrowDown':
      return `bottom-${column === 'left' ? 'left' : 'right'}`;
    case 'ArrowLeft':
      return `${row === 'top' ? 'top' : 'bottom'}-left`;
    case 'ArrowRight':
      return `${row === 'top' ? 'top' : 'bottom'}-right`;
    default:
      return undefined;
  }
}

/** The corner nearest to where the tile's middle was let go. */
export function nearestCorner(area: Size, x: number, y: number): Corner {
  return `${y < area.height / 2 ? 'top' : 'bottom'}-${x < area.width / 2 ? 'left' : 'right'}`;
}

/** Where one's own tile is, in a corner of the stage: small, but large enough to see oneself. */
export function cornerRect(area: Size, corner: Corner, margin: number): Rect {
  const isWide = area.width > area.height;
  const wanted = isWide ? area.width * 0.17 : area.width * 0.32;
  const width = Math.min(Math.max(wanted, MIN_TILE.width * 0.75), 260, area.width / 2);
  const height = isWide ? (width * 9) / 16 : (width * 3) / 4;
  return {
    x: corner.endsWith('left') ? margin : area.width - width - margin,
    y: corner.startsWith('top') ? margin : area.height - height - margin,
    width,
    height,
  };
}
