import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { PublishError } from './call';
import { connected, House, pass, track } from './fake_house';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe('a track', () => {
  it('is published once the call stands, and told apart from what came before it', async () => {
    const house = new House();
    const first = house.call.setTrack('camera', track('one'));
    const second = house.call.setTrack('camera', track('two'));
    await pass(100);
    expect(house.room.published).toEqual([]);
    house.room.stands();
    await Promise.all([first, second]);
    expect(house.room.published.at(-1)).toEqual(['camera', 'two', false]);
    expect(house.room.published).not.toContainEqual(['camera', 'one', false]);
  });

  it('waits for the one before it, of the same source only', async () => {
    const house = connected();
    let done = (): void => undefined;
    house.room.publishing = () => new Promise((resolve) => (done = resolve));
    void house.call.setTrack('camera', track('one'));
    await pass(0);
    const finishCamera = done;
    void house.call.setTrack('camera', undefined);
    void house.call.setTrack('microphone', track('mic'));
    await pass(0);
    expect(house.room.published).toEqual([
      ['camera', 'one', false],
      ['microphone', 'mic', false],
    ]);
    finishCamera();
    await pass(0);
    expect(house.room.published[2]).toEqual(['camera', undefined, false]);
  });

  it('never runs unmuted first', async () => {
    const house = connected();
    void house.call.setMuted('microphone', true);
    await house.call.setTrack('microphone', track('mic'));
    expect(house.room.published).toEqual([['microphone', 'mic', true]]);
  });

  it('stays muted when the device changes, and when the connection does', async () => {
    const house = connected();
    await house.call.setTrack('microphone', track('one'));
    await house.call.setMuted('microphone', true);
    await house.call.setTrack('microphone', undefined);
    await house.call.setTrack('microphone', track('two'));
    expect(house.room.published.at(-1)).toEqual(['microphone', 'two', true]);
    house.room.breaks('lost');
    await pass(300);
    house.room.stands();
    await pass(0);
    expect(house.room.published).toEqual([['microphone', 'two', true]]);
  });

  it('is published again in the next room, and what was taken away is not', async () => {
    const house = connected();
    await house.call.setTrack('microphone', track('mic'));
    await house.call.setTrack('camera', track('camera'));
    await house.call.setTrack('camera', undefined);
    house.room.breaks('lost');
    await pass(300);
    house.room.stands();
    await pass(0);
    expect(house.room.published).toEqual([['microphone', 'mic', false]]);
  });

  it('is not published twice when the transport helped itself', async () => {
    const house = connected();
    await house.call.setTrack('microphone', track('mic'));
    house.room.state.set({ kind: 'reconnecting', attempt: 1 });
    house.room.stands();
    await pass(0);
    expect(house.room.published).toHaveLength(1);
  });

  it('that has ended is not published as black', async () => {
    const house = connected();
    const screen = { id: 'screen', readyState: 'live' };
    await house.call.setTrack('screen', screen as MediaStreamTrack);
    screen.readyState = 'ended';
    house.room.breaks('lost');
    await pass(300);
    house.room.stands();
    await pass(0);
    expect(house.room.published).toEqual([['screen', undefined, false]]);
  });

  it('that was on its way when the connection broke arrives in the next', async () => {
    const house = connected();
    house.room.publishing = () => new Promise(() => undefined);
    const published = house.call.setTrack('camera', track('camera'));
    await pass(0);
    house.room.breaks('lost');
    await pass(300);
    house.room.stands();
    await published;
    expect(house.room.published).toContainEqual(['camera', 'camera', false]);
  });

  it('that the server refuses is said to be refused', async () => {
    const house = connected();
    house.room.publishing = () => Promise.reject(new Error('no'));
    await expect(house.call.setTrack('camera', track('camera'))).rejects.toThrow(PublishError);
    house.room.publishing = undefined;
    await house.call.setTrack('camera', track('other'));
    expect(house.room.published.at(-1)).toEqual(['camera', 'other', false]);
  });

  it('that waits is given up when the call ends', async () => {
    const house = new House();
    const published = house.call.setTrack('camera', track('camera'));
    const refused = expect(published).rejects.toThrow(PublishError);
    await house.call.leave();
    await refused;
  });
});
