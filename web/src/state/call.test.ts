import { describe, expect, it } from 'vitest';

import type { Announcement } from './announcements';
import { BUNDLE_MS } from './announcements';
import { CallModel } from './call';
import { CallInMemory, participantOf, publicationOf, trackOf } from './call_in_memory';
import { CallPreferences } from './call_preferences';
import { DevicesInMemory } from './devices_in_memory';
import { GroupInMemory } from './group_in_memory';
import { HandClock } from '../observable/hand_clock';
import type { Participant } from '../session/call';
import { Subject } from '../observable/observable';
import { NO_SETBACKS } from '../session/patience';
import { INTERRUPTED_AFTER_MS } from './ending';
import { MediaInMemory } from './media_in_memory';
// What a call loads beside itself is there before a test is over.
import './conversation';
import './testimony';
import { STRANGER_MS } from './strangers';

const NOWHERE = (): never => {
  throw new Error('no storage');
};

function setUp(call = new CallInMemory()) {
  const clock = new HandClock();
  const devices = new DevicesInMemory();
  const loud = new Map<string, number>();
  let watched: readonly string[] = [];
  const levels = {
    watch: (tracks: ReadonlyMap<string, MediaStreamTrack>) => (watched = [...tracks.keys()]),
    read: () => new Map(watched.map((who) => [who, loud.get(who) ?? 0])),
    resume: () => undefined,
    close: () => (watched = []),
  };
  const screenTrack = trackOf('screen');
  const group = new GroupInMemory();
  const model = new CallModel({
    call,
    media: new MediaInMemory(),
    openGroup: group.open,
    onFault: (error) => {
      throw error;
    },
    devices: devices.asModel,
    clock,
    levels,
    screen: {
      isSupported: true,
      capture: () => Promise.resolve({ video: screenTrack, audio: undefined }),
    },
    preferences: new CallPreferences(NOWHERE),
    signer: { publicKey: new Uint8Array(32), sign: () => Promise.resolve(new Uint8Array(64)) },
    drain: new Subject(undefined),
    meeting: {
      title: 'Circle',
      link: 'https://moot.example/#v1.s.h',
      isHost: true,
      hostLink: undefined,
      expiresAtMs: 0,
    },
    server: { operator: '', place: '', canCreate: true },
  });
  const heard: Announcement[] = [];
  model.said.subscribe((said) => {
    if (said !== undefined) {
      heard.push(said.what);
    }
  });
  const meet = (...others: readonly Participant[]): void => {
    call.setOthers(others);
    group.setMembers(['me', ...others.map(({ identity }) => identity)], 'me');
  };
  return { call, clock, devices, group, heard, loud, meet, model, screenTrack };
}

/** Lets everything that waits for nothing but its turn happen. */
async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve));
}

function sent(call: CallInMemory): string[] {
  const own = call.participants.value[0]?.publications ?? [];
  return own.map(({ source, isMuted }) => `${source}${isMuted ? ' muted' : ''}`);
}

describe('what others get', () => {
  it('is what was on before one joined', async () => {
    const call = new CallInMemory();
    const { devices } = setUp(call);
    await devices.start();
    await settle();
    expect(sent(call).sort()).toEqual(['camera', 'microphone']);
  });

  it('is muted and unmuted by one’s own buttons and keys, and said', async () => {
    const { call, devices, heard, model } = setUp();
    model.perform('microphone');
    await settle();
    expect(sent(call)).toEqual(['microphone']);
    model.toggleMicrophone();
    model.toggleCamera();
    await settle();
    expect(sent(call)).toEqual(['microphone muted', 'camera']);
    await devices.setCameraOn(false);
    await settle();
    expect(sent(call)).toEqual(['microphone muted']);
    expect(heard).toEqual([
      { kind: 'microphone', isOn: true },
      { kind: 'microphone', isOn: false },
      { kind: 'camera', isOn: true },
      { kind: 'camera', isOn: false },
    ]);
  });

  it('is one’s voice for as long as the space bar is held', async () => {
    const { call, model } = setUp();
    model.perform('talk');
    await settle();
    expect(sent(call)).toEqual(['microphone']);
    model.talk.end();
    await settle();
    expect(sent(call)).toEqual(['microphone muted']);
  });

  it('is not claimed when the server refuses it, and can be sent again', async () => {
    const { call, model } = setUp();
    call.refusesTracks = true;
    model.toggleCamera();
    await settle();
    expect(model.hasUnsent.camera.value).toBe(true);
    call.refusesTracks = false;
    model.resend();
    await settle();
    expect(model.hasUnsent.camera.value).toBe(false);
    expect(sent(call)).toEqual(['camera']);
  });

  it('is the screen, until the browser’s own bar stops it', async () => {
    const { call, heard, model, screenTrack } = setUp();
    model.perform('share');
    await settle();
    expect(sent(call)).toEqual(['screen']);
    screenTrack.dispatchEvent(new Event('ended'));
    await settle();
    expect(sent(call)).toEqual([]);
    expect(heard).toEqual([
      { kind: 'sharing', isOn: true },
      { kind: 'sharing', isOn: false },
    ]);
  });
});

describe('what one sees', () => {
  it('is oneself as soon as the camera is on, before anything was sent', async () => {
    const { call, devices, model } = setUp();
    call.stall();
    await devices.setCameraOn(true);
    expect(model.room.value.people[0]?.camera?.track.id).toBe('cam');
  });

  it('is everybody, and the speaker where one follows the speaker', () => {
    const ana = participantOf('ana', { publications: [publicationOf('ana', 'microphone')] });
    const { clock, loud, meet, model } = setUp();
    meet(participantOf('li'), ana);
    model.perform('view');
    loud.set('ana', 0.8);
    clock.pass(1_000);
    expect(model.stage.plan.value.main.map(({ id }) => id)).toEqual(['ana']);
    expect([...model.heard.value.speaking]).toEqual(['ana']);
  });

  it('is a screen that somebody begins to share, and hears of it', () => {
    const { heard, meet, model } = setUp();
    meet(participantOf('ana', { publications: [publicationOf('ana', 'screen')] }));
    expect(model.stage.plan.value.main).toEqual([{ kind: 'share', id: 'ana screen' }]);
    meet(participantOf('ana'));
    expect(heard).toEqual([
      { kind: 'shares', name: 'ana' },
      { kind: 'stopped-sharing', name: 'ana' },
    ]);
  });

  it('names nobody whose name this meeting’s key does not open', () => {
    const { meet, model } = setUp();
    meet(participantOf('x', { name: undefined }));
    expect(model.room.value.people[1]?.name).toBeUndefined();
  });
});

describe('who is in the meeting', () => {
  it('is who is in the group, with or without a connection to the server', () => {
    const { call, group, model } = setUp();
    call.setOthers([participantOf('ana')]);
    expect(model.room.value.people.map(({ identity }) => identity)).toEqual(['me']);
    group.setMembers(['me', 'ana', 'li'], 'me');
    group.ready.set(new Set(['ana', 'li']));
    expect(model.room.value.people.map(({ identity, presence }) => [identity, presence])).toEqual([
      ['me', 'here'],
      ['ana', 'here'],
      ['li', 'away'],
    ]);
  });

  it('is nobody whom only the server shows: nothing of theirs is shown or played, and it is said', () => {
    const { call, clock, meet, model } = setUp();
    meet(participantOf('ana'));
    const publications = [publicationOf('x', 'microphone'), publicationOf('x', 'screen')];
    call.setOthers([participantOf('ana'), participantOf('x', { publications })]);
    const { people, shares, sounds } = model.room.value;
    expect([people.length, shares.length, sounds.length]).toEqual([2, 0, 0]);
    clock.pass(STRANGER_MS - 1);
    expect(model.who.strangers.value).toBe(0);
    clock.pass(1);
    expect(model.who.strangers.value).toBe(1);
    meet(participantOf('ana'), participantOf('x'));
    expect(model.who.strangers.value).toBe(0);
  });
});

describe('the keys', () => {
  it('are opened once the call is connected, so that one hears the others sooner', () => {
    const call = new CallInMemory();
    call.connection.set({ kind: 'joining' });
    const { group } = setUp(call);
    expect(group.log).toEqual([]);
    call.connection.set({ kind: 'connected' });
    expect(group.log).toEqual(['start']);
  });

  it('are opened after three seconds in a call that is slow to come', () => {
    const call = new CallInMemory();
    call.connection.set({ kind: 'joining' });
    const { clock, group } = setUp(call);
    clock.pass(3_000);
    expect(group.log).toEqual(['start']);
    call.connection.set({ kind: 'connected' });
    expect(group.log).toEqual(['start']);
  });
});

describe('what is said', () => {
  it('is who came and left, not who was there', () => {
    const { clock, heard, meet } = setUp();
    meet(participantOf('ana'));
    clock.pass(BUNDLE_MS);
    meet(participantOf('ana'), participantOf('li'));
    clock.pass(BUNDLE_MS);
    meet(participantOf('li'));
    clock.pass(BUNDLE_MS);
    expect(heard).toEqual([
      { kind: 'joined', names: ['li'] },
      { kind: 'left', names: ['ana'] },
    ]);
  });

  it('is trouble of more than two seconds, and nobody’s leaving during it', () => {
    const { call, clock, heard, meet } = setUp();
    meet(participantOf('ana'));
    clock.pass(BUNDLE_MS);
    call.connection.set({ kind: 'trouble', sinceMs: clock.now(), attempt: 1, setbacks: NO_SETBACKS });
    meet();
    clock.pass(10_000);
    meet(participantOf('ana'));
    call.connection.set({ kind: 'connected' });
    clock.pass(BUNDLE_MS);
    expect(heard).toEqual([{ kind: 'trouble' }, { kind: 'back' }]);
  });

  it('is who speaks, when somebody asks', () => {
    const ana = participantOf('ana', { publications: [publicationOf('ana', 'microphone')] });
    const { clock, heard, loud, meet, model } = setUp();
    meet(ana);
    model.perform('who-speaks');
    loud.set('ana', 0.8);
    clock.pass(1_000);
    model.perform('who-speaks');
    expect(heard).toEqual([
      { kind: 'speaking', names: [] },
      { kind: 'speaking', names: ['ana'] },
    ]);
  });
});

describe('the end of a call', () => {
  it('is there at once when one leaves, and lets everything go', async () => {
    const { call, clock, devices, model, screenTrack } = setUp();
    model.perform('share');
    await settle();
    model.leave();
    expect(model.ended.value?.name).toBe('left');
    expect(screenTrack.readyState).toBe('ended');
    expect(devices.isClosed).toBe(true);
    expect(call.log).toContain('leave');
    expect(clock.waiting).toBe(0);
  });

  it('says why when it was not one’s own doing', () => {
    const { call, model } = setUp();
    call.connection.set({ kind: 'ended', why: 'replaced', setbacks: NO_SETBACKS });
    expect(model.ended.value?.name).toBe('replaced');
    model.leave();
    expect(model.ended.value?.name).toBe('replaced');
  });

  it('is a removal when the group has put this device out by an act', () => {
    const { group, model } = setUp();
    group.state.set({ kind: 'removed' });
    expect(model.ended.value?.name).toBe('removed-by-host');
  });

  it('is not yet there while a call is interrupted; who waits is not on air when it goes on', async () => {
    const { call, clock, devices, model } = setUp();
    await devices.start();
    call.connection.set({ kind: 'trouble', sinceMs: clock.now(), attempt: 1, setbacks: NO_SETBACKS });
    clock.pass(INTERRUPTED_AFTER_MS - 1);
    expect(devices.microphone.value.kind).toBe('on');
    clock.pass(1);
    expect(model.endings.interruption.value?.name).toBe('connection-lost');
    expect(model.ended.value).toBeUndefined();
    expect([devices.microphone.value.kind, devices.camera.value.kind]).toEqual(['off', 'off']);
    call.connection.set({ kind: 'connected' });
    expect(model.endings.interruption.value).toBeUndefined();
    model.close();
  });

  it('sends nothing any more after a close', async () => {
    const { call, devices, model } = setUp();
    model.close();
    await devices.start();
    await settle();
    expect(call.log).toEqual(['leave']);
  });
});

describe('keys and panels', () => {
  it('are told apart from what only the screen can do', () => {
    const { model } = setUp();
    expect(model.perform('people')).toBe(true);
    expect(model.panel.value).toBe('people');
    expect(model.perform('people')).toBe(true);
    expect(model.panel.value).toBe('none');
    expect(model.perform('full-screen')).toBe(false);
    expect(model.perform('help')).toBe(false);
  });
});
