import { describe, expect, it } from 'vitest';

import { ScreenCaptureError, type ScreenTracks } from '../media/screen_capture';
import { CallInMemory, trackOf } from './call_in_memory';
import { ScreenShareModel } from './screen_share';

function setUp(answer?: () => Promise<ScreenTracks>) {
  const call = new CallInMemory();
  const tracks = { video: trackOf('screen'), audio: trackOf('sound') };
  const capture = answer ?? (() => Promise.resolve(tracks));
  const model = new ScreenShareModel({ isSupported: true, capture }, call);
  const sent = (): string[] =>
    call.participants.value[0]?.publications.map(({ source }) => source) ?? [];
  return { call, tracks, model, sent };
}

describe('sharing a screen', () => {
  it('sends picture and sound, and takes both away when it stops', async () => {
    const { model, sent, tracks } = setUp();
    await model.toggle();
    expect(model.sharing.value).toEqual({ kind: 'on', hasSound: true });
    expect(sent()).toEqual(['screen', 'screen-audio']);
    await model.toggle();
    expect(model.sharing.value.kind).toBe('off');
    expect(sent()).toEqual([]);
    expect(tracks.video.readyState).toBe('ended');
    expect(tracks.audio.readyState).toBe('ended');
  });

  it('ends when it is stopped in the browser’s own bar', async () => {
    const { model, sent, tracks } = setUp();
    await model.toggle();
    tracks.video.dispatchEvent(new Event('ended'));
    expect(model.sharing.value.kind).toBe('off');
    expect(tracks.audio.readyState).toBe('ended');
    await new Promise((resolve) => setTimeout(resolve));
    expect(sent()).toEqual([]);
  });

  it('says nothing when the person closes the dialog', async () => {
    const { model, call } = setUp(() => Promise.reject(new ScreenCaptureError('cancelled')));
    await model.toggle();
    expect(model.sharing.value.kind).toBe('off');
    expect(call.log).toEqual([]);
  });

  it('says why it could not start, until that is read', async () => {
    const { model } = setUp(() => Promise.reject(new ScreenCaptureError('denied')));
    await model.toggle();
    expect(model.sharing.value).toEqual({ kind: 'failed', why: 'denied' });
    model.dismiss();
    expect(model.sharing.value.kind).toBe('off');
  });

  it('captures nothing that others can’t see', async () => {
    const { call, model, tracks } = setUp();
    call.refusesTracks = true;
    await model.toggle();
    expect(model.sharing.value).toEqual({ kind: 'failed', why: 'not-sent' });
    expect(tracks.video.readyState).toBe('ended');
  });

  it('opens one dialog however often it is asked for', async () => {
    let asked = 0;
    const { model } = setUp(() => {
      asked += 1;
      return new Promise(() => undefined);
    });
    void model.toggle();
    await model.toggle();
    expect(asked).toBe(1);
  });

  it('lets go of a screen that was chosen after the call had ended', async () => {
    let choose: (chosen: ScreenTracks) => void = () => undefined;
    const { model, tracks, call } = setUp(() => new Promise((resolve) => (choose = resolve)));
    const asked = model.toggle();
    model.close();
    choose(tracks);
    await asked;
    expect(tracks.video.readyState).toBe('ended');
    expect(call.log).toEqual([]);
  });

  it('stopped while it starts stays stopped', async () => {
    const { call, model, sent, tracks } = setUp();
    const go = call.stall();
    const started = model.toggle();
    await Promise.resolve();
    await Promise.resolve();
    const stopped = model.toggle();
    go();
    await Promise.all([started, stopped]);
    await new Promise((resolve) => setTimeout(resolve));
    expect(model.sharing.value.kind).toBe('off');
    expect(sent()).toEqual([]);
    expect(tracks.video.readyState).toBe('ended');
  });
});
