import type { Attachment } from 'svelte/attachments';

import type { Rect } from '../../state/grid';

/** Long enough to see where something went, short enough not to wait for it. */
const MOVE_MS = 180;

const places = new WeakMap<Element, Rect>();

/**
 * Puts a tile in its place, and lets it glide there from its last one. The tile stands in its new place from the start;
 * only its picture is on the way (first, last, invert, play).
 *
 * @param isGliding - false while the whole stage changes its size: then everything moves anyway.
 */
export function placedAt(rect: Rect, isGliding: boolean): Attachment<HTMLElement> {
  return (element) => {
    const before = places.get(element);
    places.set(element, rect);
    stand(element, rect);
    const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    if (before === undefined || !isGliding || isCalm || isSame(before, rect)) {
      return;
    }
    glide(element, before, rect);
  };
}

function stand(element: HTMLElement, rect: Rect): void {
  element.style.left = `${String(rect.x)}px`;
  element.style.top = `${String(rect.y)}px`;
  element.style.width = `${String(rect.width)}px`;
  element.style.height = `${String(rect.height)}px`;
}

function glide(element: HTMLElement, before: Rect, rect: Rect): void {
  const shift = `${String(before.x - rect.x)}px, ${String(before.y - rect.y)}px`;
  const scale = `${String(before.width / rect.width)}, ${String(before.height / rect.height)}`;
  element.animate(
    [
      { transformOrigin: '0 0', transform: `translate(${shift}) scale(${scale})` },
      { transformOrigin: '0 0', transform: 'none' },
    ],
    { duration: MOVE_MS, easing: 'ease-out' },
  );
}

function isSame(one: Rect, other: Rect): boolean {
  return (
    one.x === other.x &&
    one.y === other.y &&
    one.width === other.width &&
    one.height === other.height
  );
}
