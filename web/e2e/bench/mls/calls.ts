/** What a worker offers: functions by name. */
export type Offered = Readonly<Record<string, (...given: never[]) => Promise<unknown>>>;

interface Call {
  readonly id: number;
  readonly name: string;
  readonly given: readonly unknown[];
}

interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

/** Answers calls, at the worker's end. */
export function offer(offered: Offered): void {
  self.addEventListener('message', ({ data }: MessageEvent<Call>) => {
    const { id, name, given } = data;
    const called = offered[name] as ((...given: readonly unknown[]) => Promise<unknown>) | undefined;
    void (called?.(...given) ?? Promise.reject(new Error(`no ${name}`))).then(
      (value: unknown) => {
        self.postMessage({ id, value } satisfies Answer);
      },
      (error: unknown) => {
        self.postMessage({ id, error: String(error) } satisfies Answer);
      },
    );
  });
}

/** Calls what a worker offers; whoever asks knows what that is. */
export function calls(worker: Worker): Offered {
  const asked = new Map<number, (answer: Answer) => void>();
  let last = 0;
  worker.addEventListener('message', ({ data }: MessageEvent<Answer>) => {
    asked.get(data.id)?.(data);
    asked.delete(data.id);
  });
  const call = (name: string, given: readonly unknown[]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const id = (last += 1);
      asked.set(id, ({ value, error }) => {
        if (error === undefined) {
          resolve(value);
        } else {
          reject(new Error(error));
        }
      });
      worker.postMessage({ id, name, given } satisfies Call);
    });
  return new Proxy<Offered>({}, {
    get: (_target, name) =>
      typeof name === 'string' && name !== 'then'
        ? (...given: readonly unknown[]) => call(name, given)
        : undefined,
  });
}
