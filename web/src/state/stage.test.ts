import { describe, expect, it } from 'vitest';

import { Announcer, type Announcement } from './announcements';
import { CallPreferences } from './call_preferences';
import { HandClock } from '../observable/hand_clock';
import type { Person } from './people';
import { StageModel, type StageFacts } from './stage';
import { HOLD_LIMIT_MS } from './tile_order';

const NOWHERE = (): never => {
  throw new Error('no storage');
};

function person(identity: string): Person {
  const isLocal = identity === 'me';
  return { identity, isLocal, isHost: false, presence: 'here', name: identity, isMicrophoneOn: true, camera: undefined };
}

function facts(others: string, more: { active?: string; speaking?: string; share?: string } = {}): StageFacts {
  const people = ['me', ...others.split('').filter((who) => who !== '')].map(person);
  const [owner] = people;
  return {
    self: 'me',
    people,
    shares:
      more.share === undefined || owner === undefined
        ? []
        : [{ publicationId: more.share, owner, track: undefined }],
    heard: {
      speaking: new Set((more.speaking ?? '').split('').filter((who) => who !== '')),
      active: more.active,
      lastSpokeMs: new Map(),
    },
  };
}

function setUp(first: StageFacts) {
  const clock = new HandClock();
  const preferences = new CallPreferences(NOWHERE);
  const announcer = new Announcer();
  const heard: Announcement[] = [];
  announcer.said.subscribe((said) => {
    if (said !== undefined) {
      heard.push(said.what);
    }
  });
  const stage = new StageModel(first, { clock, preferences, announcer });
  const main = (): string => stage.plan.value.main.map((tile) => tile.id).join(' ');
  return { clock, preferences, stage, main, heard };
}

describe('the stage', () => {
  it('shows who is there when it opens, and who comes', () => {
    const { stage, main } = setUp(facts('ab'));
    expect(main()).toBe('a b me');
    stage.update(facts('abc'));
    expect(main()).toBe('a b c me');
  });

  it('moves nobody while somebody points at a tile, and catches up at the end', () => {
    const { stage, main } = setUp(facts('abcd'));
    stage.setFirstPage(2);
    stage.hold(true);
    stage.update(facts('abcd', { speaking: 'd' }));
    expect(main()).toBe('a b c d me');
    stage.hold(false);
    expect(main()).toBe('a d c b me');
  });

  it('shows newcomers after a while, though the pointer rests on a tile', () => {
    const { clock, stage, main } = setUp(facts('ab'));
    stage.hold(true);
    stage.update(facts('abc'));
    expect(main()).toBe('a b me');
    clock.pass(HOLD_LIMIT_MS);
    expect(main()).toBe('a b c me');
    stage.close();
    expect(clock.waiting).toBe(0);
  });

  it('follows the speaker in speaker view only, and remembers the view', () => {
    const { stage, main, preferences, heard } = setUp(facts('ab', { active: 'b' }));
    expect(main()).toBe('a b me');
    stage.toggleView();
    expect(main()).toBe('b');
    expect(preferences.value.view).toBe('speaker');
    expect(heard).toEqual([{ kind: 'view', view: 'speaker' }]);
  });

  it('pins and lets go, also after the person has come back', () => {
    const { stage, main, heard } = setUp(facts('abc'));
    stage.togglePin('b');
    expect(main()).toBe('b');
    stage.update(facts('ac'));
    expect(main()).toBe('a c me');
    stage.update(facts('acb'));
    expect(main()).toBe('b');
    stage.togglePin('b');
    expect(main()).toBe('a c b me');
    expect(heard).toEqual([
      { kind: 'pinned', name: 'b' },
      { kind: 'unpinned', name: 'b' },
    ]);
  });

  it('hides oneself and brings one back', () => {
    const { stage, main } = setUp(facts('ab'));
    stage.setSelfHidden(true);
    expect(main()).toBe('a b');
    stage.setSelfHidden(false);
    expect(main()).toBe('a b me');
  });

  it('moves one’s own tile, says where to, and nothing when it is there already', () => {
    const { stage, heard } = setUp(facts('a'));
    stage.moveSelf('top-left');
    stage.moveSelf('top-left');
    expect(stage.choice.value.corner).toBe('top-left');
    expect(heard).toEqual([{ kind: 'corner', corner: 'top-left' }]);
  });

  it('gives way to a screen that is shared', () => {
    const { stage, main } = setUp(facts('ab'));
    stage.update(facts('ab', { share: 's1' }));
    expect(main()).toBe('s1');
  });

  it('tells nobody anything when nothing has moved', () => {
    const { stage } = setUp(facts('ab'));
    let told = -1;
    stage.plan.subscribe(() => (told += 1));
    stage.update(facts('ab', { speaking: 'b' }));
    expect(told).toBe(0);
  });
});
