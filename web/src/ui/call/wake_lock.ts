import type { Attachment } from 'svelte/attachments';

/** Keeps the screen from going dark while the call is on screen. Best effort: batteries may object. */
export const keepingAwake: Attachment = () => {
  let lock: WakeLockSentinel | undefined;
  let isOver = false;
  const ask = async (): Promise<void> => {
    if (document.visibilityState !== 'visible' || !('wakeLock' in navigator)) {
      return;
    }
    try {
      lock = await navigator.wakeLock.request('screen');
    } catch {
      return;
    }
    if (isOver) {
      await lock.release();
    }
  };
  // The browser takes it back whenever the page is hidden.
  const whenShown = (): void => void ask();
  document.addEventListener('visibilitychange', whenShown);
  void ask();
  return () => {
    isOver = true;
    document.removeEventListener('visibilitychange', whenShown);
    void lock?.release();
  };
};
