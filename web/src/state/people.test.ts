import { describe, expect, it } from 'vitest';

import type { Participant, Publication, Source } from '../session/call';
import type { ListedMember } from './members';
import { hueOf, initialsOf, personOf, sharesOf, shownName, soundsOf } from './people';

const TRACK = {} as MediaStreamTrack;

const ANA: ListedMember = { identity: 'ana', isSelf: false, isHost: false, state: 'here' };

function publication(source: Source, more: Partial<Publication> = {}): Publication {
  return { id: source, source, isMuted: false, track: TRACK, ...more };
}

function participant(publications: Publication[], more: Partial<Participant> = {}): Participant {
  return { identity: 'ana', isLocal: false, name: 'Ana', publications, ...more };
}

describe('a person', () => {
  it('has a microphone that is on only while it is published and not muted', () => {
    expect(personOf(ANA, participant([])).isMicrophoneOn).toBe(false);
    const muted = participant([publication('microphone', { isMuted: true })]);
    expect(personOf(ANA, muted).isMicrophoneOn).toBe(false);
    expect(personOf(ANA, participant([publication('microphone')])).isMicrophoneOn).toBe(true);
  });

  it('has no picture while the camera is off or nothing has arrived', () => {
    const off = participant([publication('camera', { isMuted: true })]);
    expect(personOf(ANA, off).camera).toBeUndefined();
    const waiting = participant([publication('camera', { track: undefined })]);
    expect(personOf(ANA, waiting).camera).toBeUndefined();
    const on = participant([publication('camera')]);
    expect(personOf(ANA, on).camera).toEqual({ publicationId: 'camera', track: TRACK });
  });

  it('is away without a connection to the server, unless they are leaving', () => {
    expect(personOf(ANA, undefined)).toMatchObject({ presence: 'away', isMicrophoneOn: false });
    expect(personOf({ ...ANA, state: 'unheard' }, undefined).presence).toBe('away');
    expect(personOf({ ...ANA, state: 'leaving' }, undefined).presence).toBe('leaving');
    expect(personOf({ ...ANA, state: 'unheard' }, participant([])).presence).toBe('unheard');
  });
});

describe('what is shared and heard', () => {
  it('names whose screen it is, also before its first picture', () => {
    const owner = participant([publication('screen', { track: undefined })]);
    const person = personOf(ANA, owner);
    expect(sharesOf([owner], new Map([['ana', person]]))).toEqual([
      { publicationId: 'screen', owner: person, track: undefined },
    ]);
  });

  it('never plays one’s own sound', () => {
    const sounds = [publication('microphone'), publication('screen-audio'), publication('camera')];
    const heard = soundsOf([participant(sounds, { isLocal: true }), participant(sounds)]);
    expect(heard.map((sound) => sound.source)).toEqual(['microphone', 'screen-audio']);
  });
});

describe('a name', () => {
  it('is what the person gave', () => {
    expect(shownName('  Ana   Petrović ')).toBe('Ana Petrović');
    expect(shownName('李伟')).toBe('李伟');
    expect(shownName('<img src=x onerror=alert(1)>')).toBe('<img src=x onerror=alert(1)>');
  });

  it('cannot turn, hide or bury the text around it', () => {
    expect(shownName('Ana\u{202E}tsoh')).toBe('Anatsoh');
    expect(shownName('Ana\nhost left')).toBe('Ana host left');
    expect(shownName(`Z${'\u{0336}'.repeat(200)}`)?.length).toBeLessThan(6);
    expect(shownName('x'.repeat(500))).toHaveLength(64);
  });

  it('is none where nothing can be seen', () => {
    for (const nothing of [undefined, '', '   ', '\u{200B}\u{2066}']) {
      expect(shownName(nothing)).toBeUndefined();
    }
  });

  it('keeps an emoji of several parts whole', () => {
    expect(shownName('Li 👩‍🌾')).toBe('Li 👩‍🌾');
  });
});

describe('a tile without a picture', () => {
  it('shows the first letters', () => {
    expect(initialsOf('Ana Maria Petrović')).toBe('AP');
    expect(initialsOf('tenzin')).toBe('T');
    expect(initialsOf('(Li) "Wei"')).toBe('LW');
    expect(initialsOf('🙂')).toBe('?');
    expect(initialsOf(undefined)).toBe('?');
  });

  it('has the same colour for the same person, and many colours for many', () => {
    expect(hueOf('mfzwq')).toBe(hueOf('mfzwq'));
    const hues = Array.from({ length: 100 }, (_, at) => Math.floor(hueOf(`person ${String(at)}`) / 30));
    expect(new Set(hues).size).toBe(12);
  });
});
