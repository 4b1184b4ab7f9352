/** Time, as an argument: tests move it by hand. */
export interface Clock {
  /** Milliseconds since some fixed moment; never goes back. */
  now(): number;
  /** Does something later, unless the returned function is called before. */
  after(ms: number, act: () => void): () => void;
}

/** The time of this machine. */
export const SYSTEM_CLOCK: Clock = {
  now: () => performance.now(),
  after: (ms, act) => {
    const timer = setTimeout(act, ms);
    return () => {
      clearTimeout(timer);
    };
  },
};
