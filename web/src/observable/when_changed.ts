import type { Observable } from './observable';

/** Calls back when what is picked from a value changes; not for the first one. */
export function whenChanged<T, Picked>(
  observable: Observable<T>,
  pick: (value: T) => Picked,
  act: (picked: Picked) => void,
): () => void {
  let before = pick(observable.value);
  return observable.subscribe((value) => {
    const now = pick(value);
    if (now !== before) {
      before = now;
      act(now);
    }
  });
}
