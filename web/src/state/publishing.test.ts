import { describe, expect, it } from 'vitest';

import { CallInMemory, trackOf } from './call_in_memory';
import { SourcePublishing, wantedFromCamera, wantedFromMicrophone } from './publishing';
import { NO_SETBACKS } from '../session/patience';

const ONE = trackOf('one');
const TWO = trackOf('two');

describe('what a source sends', () => {
  it('is published once and then only muted and unmuted', async () => {
    const call = new CallInMemory();
    const microphone = new SourcePublishing(call, 'microphone');
    await microphone.want({ track: ONE, isMuted: false });
    await microphone.want({ track: ONE, isMuted: true });
    await microphone.want({ track: ONE, isMuted: false });
    expect(call.log).toEqual([
      'microphone one',
      'microphone unmuted',
      'microphone muted',
      'microphone unmuted',
    ]);
  });

  it('follows another device, muted as it was', async () => {
    const call = new CallInMemory();
    const microphone = new SourcePublishing(call, 'microphone');
    await microphone.want({ track: ONE, isMuted: true });
    await microphone.want({ track: TWO, isMuted: true });
    expect(call.log.slice(2)).toEqual(['microphone two', 'microphone muted']);
  });

  it('is the newest wish after a slow moment, without what was wished in between', async () => {
    const call = new CallInMemory();
    const camera = new SourcePublishing(call, 'camera');
    const go = call.stall();
    const first = camera.want({ track: ONE, isMuted: false });
    await camera.want({ track: TWO, isMuted: false });
    await camera.want({ track: undefined, isMuted: true });
    go();
    await first;
    expect(call.log).toEqual(['camera one', 'camera unmuted', 'camera gone']);
    expect(camera.hasFailed.value).toBe(false);
  });

  it('that is refused is not claimed, and can be tried again', async () => {
    const call = new CallInMemory();
    const camera = new SourcePublishing(call, 'camera');
    call.refusesTracks = true;
    await camera.want({ track: ONE, isMuted: false });
    expect(camera.hasFailed.value).toBe(true);
    call.refusesTracks = false;
    await camera.retry();
    expect(camera.hasFailed.value).toBe(false);
    expect(call.participants.value[0]?.publications[0]?.track).toBe(ONE);
  });

  it('is no failure once the call is over', async () => {
    const call = new CallInMemory();
    const camera = new SourcePublishing(call, 'camera');
    call.refusesTracks = true;
    call.connection.set({ kind: 'ended', why: 'lost', setbacks: NO_SETBACKS });
    await camera.want({ track: ONE, isMuted: false });
    expect(camera.hasFailed.value).toBe(false);
  });
});

describe('a microphone', () => {
  it('that is off from the start sends nothing before it is switched on', () => {
    expect(wantedFromMicrophone({ kind: 'off', track: ONE }, undefined)?.track).toBeUndefined();
  });

  it('that was on stays ready, muted', () => {
    expect(wantedFromMicrophone({ kind: 'off', track: ONE }, ONE)).toEqual({
      track: ONE,
      isMuted: true,
    });
    expect(wantedFromMicrophone({ kind: 'off' }, ONE)).toEqual({ track: ONE, isMuted: true });
  });

  it('that was lost is taken away, and one that is asked for changes nothing yet', () => {
    expect(wantedFromMicrophone({ kind: 'failed', why: 'missing' }, ONE)?.track).toBeUndefined();
    expect(wantedFromMicrophone({ kind: 'asking' }, ONE)).toBeUndefined();
  });
});

describe('a camera', () => {
  it('sends only while it is on', () => {
    expect(wantedFromCamera({ kind: 'on', track: ONE })).toEqual({ track: ONE, isMuted: false });
    expect(wantedFromCamera({ kind: 'off' })?.track).toBeUndefined();
    expect(wantedFromCamera({ kind: 'failed', why: 'denied' })?.track).toBeUndefined();
    expect(wantedFromCamera({ kind: 'asking' })).toBeUndefined();
  });
});
