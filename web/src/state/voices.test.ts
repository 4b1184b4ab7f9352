import { describe, expect, it } from 'vitest';

import { Subject } from '../observable/observable';
import { trackOf } from './call_in_memory';
import { HandClock } from '../observable/hand_clock';
import type { Person, Sound } from './people';
import { Voices } from './voices';

function sound(identity: string, source: Sound['source'] = 'microphone'): Sound {
  return { publicationId: `${identity} ${source}`, identity, source, track: trackOf(identity) };
}

/** Everybody named, with the microphone on. */
function unmuted(...who: string[]): Person[] {
  return who.map((identity) => ({
    identity,
    isLocal: identity === 'me',
    isHost: false, presence: 'here',
    name: identity,
    isMicrophoneOn: true,
    camera: undefined,
  }));
}

function setUp() {
  const clock = new HandClock();
  const own = new Subject(0);
  const loud = new Map<string, number>();
  let watched: readonly string[] = [];
  const levels = {
    watch: (tracks: ReadonlyMap<string, MediaStreamTrack>) => (watched = [...tracks.keys()]),
    read: () => new Map(watched.map((who) => [who, loud.get(who) ?? 0])),
    resume: () => undefined,
    close: () => (watched = []),
  };
  const voices = new Voices(levels, own, clock);
  return { clock, own, loud, voices, watched: () => watched };
}

describe('voices', () => {
  it('are those of the others and one’s own', () => {
    const { clock, loud, own, voices } = setUp();
    voices.follow(unmuted('me', 'ana', 'li'), [sound('ana'), sound('li')]);
    loud.set('ana', 0.8);
    own.set(0.8);
    clock.pass(500);
    expect([...voices.heard.value.speaking]).toEqual(['ana', 'me']);
  });

  it('are not the sound of a film that is shared, nor of somebody muted', () => {
    const { voices, watched } = setUp();
    const all = [sound('ana'), sound('li'), sound('li', 'screen-audio')];
    voices.follow(unmuted('ana'), all);
    expect(watched()).toEqual(['ana']);
  });

  it('of oneself do not count while the microphone is off', () => {
    const { clock, own, voices } = setUp();
    voices.follow(
      unmuted('me').map((me) => ({ ...me, isMicrophoneOn: false })),
      [],
    );
    own.set(0.9);
    clock.pass(1_000);
    expect(voices.heard.value.speaking.size).toBe(0);
  });

  it('tell nobody anything while nothing changes', () => {
    const { clock, loud, voices } = setUp();
    let told = 0;
    voices.heard.subscribe(() => (told += 1));
    voices.follow(unmuted('ana'), [sound('ana')]);
    loud.set('ana', 0.8);
    clock.pass(10_000);
    expect(told).toBe(2);
  });

  it('remember when somebody spoke last', () => {
    const { clock, loud, voices } = setUp();
    voices.follow(unmuted('ana'), [sound('ana')]);
    loud.set('ana', 0.8);
    clock.pass(5_000);
    const untilMs = clock.now();
    loud.set('ana', 0);
    clock.pass(9_000);
    const spoke = voices.heard.value.lastSpokeMs.get('ana') ?? 0;
    expect(spoke).toBeGreaterThanOrEqual(untilMs);
    expect(spoke).toBeLessThan(untilMs + 2_000);
    expect(voices.heard.value.active).toBe('ana');
  });

  it('stop being measured when the call closes', () => {
    const { clock, voices, watched } = setUp();
    voices.follow(unmuted('ana'), [sound('ana')]);
    voices.close();
    expect(watched()).toEqual([]);
    expect(clock.waiting).toBe(0);
  });
});
