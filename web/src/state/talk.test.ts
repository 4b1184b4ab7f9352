import { describe, expect, it } from 'vitest';

import { Subject } from '../observable/observable';
import { trackOf } from './call_in_memory';
import type { DeviceState } from './devices';
import { Talk } from './talk';

function setUp(first: DeviceState = { kind: 'off' }) {
  const microphone = new Subject(first);
  const setMicrophoneOn = (isOn: boolean): Promise<void> => {
    microphone.set(isOn ? { kind: 'on', track: trackOf('mic') } : { kind: 'off' });
    return Promise.resolve();
  };
  return { microphone, talk: new Talk({ microphone, setMicrophoneOn }) };
}

describe('holding a key to talk', () => {
  it('switches the microphone on for as long', () => {
    const { microphone, talk } = setUp();
    talk.begin();
    talk.begin();
    expect(microphone.value.kind).toBe('on');
    expect(talk.isTalking.value).toBe(true);
    talk.end();
    expect(microphone.value.kind).toBe('off');
    expect(talk.isTalking.value).toBe(false);
  });

  it('mutes nobody who was talking anyway', () => {
    const { microphone, talk } = setUp({ kind: 'on', track: trackOf('mic') });
    talk.begin();
    talk.end();
    expect(microphone.value.kind).toBe('on');
  });

  it('asks for no permission that was refused', () => {
    const { microphone, talk } = setUp({ kind: 'failed', why: 'denied' });
    talk.begin();
    expect(microphone.value.kind).toBe('failed');
  });

  it('leaves it on for somebody who decides so in the meantime', () => {
    const { microphone, talk } = setUp();
    talk.begin();
    talk.keepOn();
    talk.end();
    expect(microphone.value.kind).toBe('on');
  });
});
