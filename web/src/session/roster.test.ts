import { describe, expect, it } from 'vitest';

import { Roster, type Presence, type PresentPublication } from './roster';

function track(id: string): MediaStreamTrack {
  return { id } as MediaStreamTrack;
}

function publication(
  trackSid: string,
  source: string,
  rest: Partial<PresentPublication> = {},
): [string, PresentPublication] {
  return [trackSid, { trackSid, source, isMuted: false, ...rest }];
}

function presence(
  identity: string,
  joinedS: number | undefined,
  ...publications: readonly [string, PresentPublication][]
): Presence {
  return {
    identity,
    joinedAt: joinedS === undefined ? undefined : new Date(joinedS * 1_000),
    attributes: { name: `sealed ${identity}` },
    trackPublications: new Map(publications),
  };
}

const NAMES = new Map([
  ['BO', 'Bo'],
  ['CY', 'Cy'],
]);

function roster(): Roster {
  return new Roster('ME', (identity, sealed) =>
    sealed === `sealed ${identity}` ? NAMES.get(identity) : undefined,
  );
}

describe('who is in the room', () => {
  it('is oneself first, then the others by when they came', () => {
    const others = [presence('DI', undefined), presence('CY', 20), presence('BO', 30), presence('AL', 20)];
    const read = roster().read(presence('ME', 90), 'Me', others);
    expect(read.map(({ identity }) => identity)).toEqual(['ME', 'AL', 'CY', 'BO', 'DI']);
    expect(read.map(({ isLocal }) => isLocal)).toEqual([true, false, false, false, false]);
    expect(read.map(({ name }) => name)).toEqual(['Me', undefined, 'Cy', 'Bo', undefined]);
  });

  it('is named by what their key opens, never by another attribute', () => {
    const bare: Presence = { ...presence('BO', 1), attributes: { nickname: 'Bo' } };
    expect(roster().read(presence('ME', 1), 'Me', [bare])[1]?.name).toBeUndefined();
  });

  it('shows each source, and leaves out what we do not know', () => {
    const [mic, screen, sound] = [track('mic'), track('screen'), track('sound')];
    const bo = presence(
      'BO',
      1,
      publication('TR_1', 'microphone', { isMuted: true, track: { mediaStreamTrack: mic } }),
      publication('TR_2', 'screen_share', { track: { mediaStreamTrack: screen } }),
      publication('TR_3', 'screen_share_audio', { track: { mediaStreamTrack: sound } }),
      publication('TR_4', 'unknown'),
    );
    expect(roster().read(presence('ME', 1), 'Me', [bo])[1]?.publications).toEqual([
      { id: 'TR_1', source: 'microphone', isMuted: true, track: mic },
      { id: 'TR_2', source: 'screen', isMuted: false, track: screen },
      { id: 'TR_3', source: 'screen-audio', isMuted: false, track: sound },
    ]);
  });

  it('has no picture of a camera that is off, or that has not come yet', () => {
    const camera = { track: { mediaStreamTrack: track('camera') } };
    const others = [
      presence('BO', 1, publication('TR_1', 'camera', { ...camera, isMuted: true })),
      presence('CY', 2, publication('TR_2', 'camera')),
      presence('DI', 3, publication('TR_3', 'camera', camera)),
    ];
    const read = roster().read(presence('ME', 1), 'Me', others);
    expect(read.slice(1).map(({ publications }) => publications[0]?.track?.id)).toEqual([
      undefined,
      undefined,
      'camera',
    ]);
  });

  it('is told apart whatever the server says', () => {
    const mic = { track: { mediaStreamTrack: track('mic') } };
    const read = roster().read(presence('BO', 1, publication('TR_1', 'microphone', mic)), 'Me', [
      presence('ME', 0),
      presence('BO', 2, publication('TR_1', 'microphone'), publication('TR_2', 'camera')),
      presence('BO', 3),
    ]);
    expect(read.map(({ identity, isLocal }) => [identity, isLocal])).toEqual([
      ['ME', true],
      ['BO', false],
    ]);
    expect(read.map(({ publications }) => publications.map(({ id }) => id))).toEqual([
      ['TR_1'],
      ['TR_2'],
    ]);
  });
});

describe('a change', () => {
  const mic = { track: { mediaStreamTrack: track('mic') } };

  it('of nothing changes nothing', () => {
    const known = roster();
    const look = (): unknown =>
      known.read(presence('ME', 1), 'Me', [
        presence('BO', 1, publication('TR_1', 'microphone', mic)),
        presence('CY', 2),
      ]);
    expect(look()).toBe(look());
  });

  it('of one person leaves the others as they were', () => {
    const known = roster();
    const before = known.read(presence('ME', 1), 'Me', [
      presence('BO', 1, publication('TR_1', 'microphone', mic), publication('TR_2', 'camera')),
      presence('CY', 2),
    ]);
    const after = known.read(presence('ME', 1), 'Me', [
      presence(
        'BO',
        1,
        publication('TR_1', 'microphone', { ...mic, isMuted: true }),
        publication('TR_2', 'camera'),
      ),
      presence('CY', 2),
    ]);
    expect(after).not.toBe(before);
    expect(after[0]).toBe(before[0]);
    expect(after[1]).not.toBe(before[1]);
    expect(after[1]?.publications[1]).toBe(before[1]?.publications[1]);
    expect(after[2]).toBe(before[2]);
  });

  it('of the name is seen', () => {
    const names = new Map<string, string>();
    const known = new Roster('ME', (identity) => names.get(identity));
    const before = known.read(presence('ME', 1), 'Me', [presence('BO', 1)]);
    names.set('BO', 'Bo');
    const after = known.read(presence('ME', 1), 'Me', [presence('BO', 1)]);
    expect([before[1]?.name, after[1]?.name]).toEqual([undefined, 'Bo']);
  });

  it('of who is there is seen', () => {
    const known = roster();
    const before = known.read(presence('ME', 1), 'Me', [presence('BO', 1), presence('CY', 2)]);
    const after = known.read(presence('ME', 1), 'Me', [presence('CY', 2)]);
    expect(after.map(({ identity }) => identity)).toEqual(['ME', 'CY']);
    expect(after[1]).toBe(before[2]);
  });
});
