import type { Attachment } from 'svelte/attachments';

import type { StageModel } from '../../state/stage';

/** A pointer that has rested for so long is parked, not aiming. */
const AIMING_MS = 3_000;

/** Keeps tiles in place while somebody aims at one with a pointer, or has the focus in one. */
export function holding(stage: StageModel): Attachment<HTMLElement> {
  return (element) => {
    let timer: number | undefined;
    let isAiming = false;
    let isHeld = false;
    const judge = (): void => {
      const should = isAiming || element.querySelector(':focus-visible') !== null;
      if (should !== isHeld) {
        isHeld = should;
        stage.hold(should);
      }
    };
    const rest = (): void => {
      window.clearTimeout(timer);
      isAiming = false;
      judge();
    };
    const aim = (): void => {
      window.clearTimeout(timer);
      timer = window.setTimeout(rest, AIMING_MS);
      isAiming = true;
      judge();
    };
    // The element that gets the focus is known only after the event.
    const refocus = (): void => void window.setTimeout(judge);
    const events = { pointermove: aim, pointerleave: rest, focusin: refocus, focusout: refocus };
    for (const [name, act] of Object.entries(events)) {
      element.addEventListener(name, act);
    }
    return () => {
      window.clearTimeout(timer);
      for (const [name, act] of Object.entries(events)) {
        element.removeEventListener(name, act);
      }
    };
  };
}
