import { describe, expect, it } from 'vitest';

import { Subject } from '../observable/observable';
import type { Connection } from '../session/call';
import { ConnectionBanner, RELIEF_MS } from './connection_banner';
import { HandClock } from '../observable/hand_clock';
import { NO_SETBACKS } from '../session/patience';

function setUp() {
  const clock = new HandClock();
  const connection = new Subject<Connection>({ kind: 'connected' });
  const model = new ConnectionBanner(connection, clock);
  const trouble = (attempt: number): void => {
    connection.set({ kind: 'trouble', sinceMs: 0, attempt, setbacks: NO_SETBACKS });
  };
  return { clock, connection, model, trouble };
}

describe('the word about the connection', () => {
  it('is nothing for a hiccup of less than two seconds, also afterwards', () => {
    const { clock, connection, model, trouble } = setUp();
    trouble(1);
    clock.pass(1_900);
    expect(model.banner.value.kind).toBe('none');
    connection.set({ kind: 'connected' });
    expect(model.banner.value.kind).toBe('none');
    expect(clock.waiting).toBe(0);
  });

  it('counts the seconds since it began, over all attempts', () => {
    const { clock, model, trouble } = setUp();
    trouble(1);
    clock.pass(1_500);
    trouble(2);
    clock.pass(500);
    expect(model.banner.value).toEqual({ kind: 'trouble', seconds: 2 });
    clock.pass(3_000);
    expect(model.banner.value).toEqual({ kind: 'trouble', seconds: 5 });
  });

  it('says for a moment that it is back', () => {
    const { clock, connection, model, trouble } = setUp();
    trouble(1);
    clock.pass(3_000);
    connection.set({ kind: 'connected' });
    expect(model.banner.value.kind).toBe('back');
    clock.pass(RELIEF_MS);
    expect(model.banner.value.kind).toBe('none');
  });

  it('goes from back to trouble when it breaks again', () => {
    const { clock, connection, model, trouble } = setUp();
    trouble(1);
    clock.pass(3_000);
    connection.set({ kind: 'connected' });
    trouble(1);
    clock.pass(10_000);
    expect(model.banner.value).toEqual({ kind: 'trouble', seconds: 10 });
  });

  it('says that one is joining', () => {
    const { connection, model } = setUp();
    connection.set({ kind: 'joining' });
    expect(model.banner.value.kind).toBe('joining');
  });

  it('leaves no clock running when the call is over or the page closes', () => {
    const { clock, connection, model, trouble } = setUp();
    trouble(1);
    clock.pass(3_000);
    connection.set({ kind: 'ended', why: 'lost', setbacks: NO_SETBACKS });
    expect(model.banner.value.kind).toBe('none');
    expect(clock.waiting).toBe(0);
    trouble(1);
    model.close();
    expect(clock.waiting).toBe(0);
  });
});
