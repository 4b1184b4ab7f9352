import { describe, expect, it, vi } from 'vitest';

import { ANSWER_DEADLINE_MS, type Ask, hasFailed, type Readiness, ReadinessModel } from './readiness';

function answering(status: number, body = ''): Ask {
  return () => Promise.resolve({ status, text: () => Promise.resolve(body) });
}

function neverAnswering(): Ask {
  return (_url, { signal }) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        reject(new Error('aborted'));
      });
    });
}

function watch(model: ReadinessModel): Readiness[] {
  const seen: Readiness[] = [];
  model.subscribe((value) => seen.push(value));
  return seen;
}

describe('the readiness of the server', () => {
  it('is being checked until the server answers, then ready', async () => {
    const model = new ReadinessModel(answering(200));
    const seen = watch(model);
    await model.check();
    expect(seen.map(({ kind }) => kind)).toEqual(['checking', 'checking', 'ready']);
  });

  it('is asked for past every cache', async () => {
    const ask = vi.fn(answering(200));
    await new ReadinessModel(ask).check();
    expect(ask).toHaveBeenCalledWith('/readyz', expect.objectContaining({ cache: 'no-store' }));
  });

  it('says why the server is not ready', async () => {
    const model = new ReadinessModel(answering(503, '{"reasons":["draining"]}'));
    const seen = watch(model);
    await model.check();
    expect(seen.at(-1)).toEqual({ kind: 'not-ready', reasons: ['draining'] });
  });

  it('is unreachable when the request fails', async () => {
    const model = new ReadinessModel(() => Promise.reject(new TypeError('network')));
    const seen = watch(model);
    await model.check();
    expect(seen.at(-1)).toEqual({ kind: 'unreachable' });
  });

  it('is unreachable when no answer comes within the deadline', async () => {
    const timeout = vi
      .spyOn(AbortSignal, 'timeout')
      .mockImplementation(() => AbortSignal.abort(new Error('late')));
    const model = new ReadinessModel((_url, { signal }) => {
      signal.throwIfAborted();
      return answering(200)('/readyz', { cache: 'no-store', signal });
    });
    const seen = watch(model);
    await model.check();
    expect(timeout).toHaveBeenCalledWith(ANSWER_DEADLINE_MS);
    expect(seen.at(-1)).toEqual({ kind: 'unreachable' });
    timeout.mockRestore();
  });

  it('follows the newest check when someone retries while one is waiting', async () => {
    const asks = [neverAnswering(), answering(200)];
    const model = new ReadinessModel((url, init) => {
      const ask = asks.shift();
      return ask === undefined ? Promise.reject(new Error('asked too often')) : ask(url, init);
    });
    const seen = watch(model);
    const first = model.check();
    await model.check();
    await first;
    expect(seen.at(-1)).toEqual({ kind: 'ready' });
    expect(seen.some(({ kind }) => kind === 'unreachable')).toBe(false);
  });

  it('keeps the way to ask again while it asks again, and drops it when all is well', async () => {
    const asks = [answering(503), answering(200)];
    const model = new ReadinessModel((url, init) => (asks.shift() ?? answering(500))(url, init));
    const seen = watch(model);
    await model.check();
    await model.check();
    expect(seen.map((value) => [value.kind, hasFailed(value)])).toEqual([
      ['checking', false],
      ['checking', false],
      ['not-ready', true],
      ['checking', true],
      ['ready', false],
    ]);
  });

  it('is silent after it was closed', async () => {
    const model = new ReadinessModel(neverAnswering());
    const seen = watch(model);
    const checking = model.check();
    model.close();
    await checking;
    expect(seen.map(({ kind }) => kind)).toEqual(['checking', 'checking']);
  });
});
