import { describe, expect, it } from 'vitest';

import {
  isOnlyChange,
  mayCommit,
  type Commit,
  type Grounds,
  type Knowledge,
  type Leaf,
  type PathLeaf,
  type Proposed,
} from './membership_rules';

// Ana is the host's; a head without acts is 'none'.
const [ana, ben, cem] = ['ana', 'ben', 'cem'].map((leafKey, index) => ({
  index,
  leafKey,
  credential: `${leafKey} with tag`,
  encryptionKey: `${leafKey} 1`,
})) as [Leaf, Leaf, Leaf];
const TREE = [ana, ben, cem];
const HOUR_MS = 3_600_000;

const KNOWLEDGE: Knowledge = {
  epoch: 7,
  nowMs: HOUR_MS,
  maxMembers: 5,
  acts: { head: 'none', isComplete: true, hasToAsk: false, isLocked: false, removed: new Set() },
  left: new Set(),
  lost: new Set(),
  signedUpTo: new Map([
    ['ana', 90],
    ['ben', 90],
    ['cem', 40],
  ]),
  receivedMs: (position) => (position > 100 ? undefined : HOUR_MS - (100 - position) * 1_000),
};

function pathOf(leafKey: string, more: Partial<PathLeaf> = {}): PathLeaf {
  return {
    leafKey,
    credential: `${leafKey} with tag`,
    encryptionKey: `${leafKey} 2`,
    isMember: true,
    ...more,
  };
}

const INIT: Proposed = { kind: 'external-init' };
const OTHER: Proposed = { kind: 'other' };
const remove = (index: number): Proposed => ({ kind: 'remove', index });
const NONE: Grounds = { kind: 'none' };
const GRANT: Grounds = { kind: 'grant', leafKey: 'dia', untilEpoch: 7 };
const REMOVAL: Grounds = { kind: 'act', removes: ['cem'], headAfter: 'one' };
const LOCK: Grounds = { kind: 'act', removes: [], headAfter: 'one' };
const LOST: Grounds = { kind: 'lost', claims: [{ leafKey: 'cem', position: 41 }] };

function join(grounds: Grounds = NONE, more: Partial<Commit> = {}): Commit {
  return {
    sender: { kind: 'joiner' },
    proposals: [INIT],
    path: pathOf('dia'),
    data: { actHead: 'none', grounds },
    ...more,
  };
}

function rejoin(key: string, index: number, more: Partial<Commit> = {}): Commit {
  return join(NONE, { proposals: [remove(index), INIT], path: pathOf(key), ...more });
}

function byBen(proposals: readonly Proposed[], grounds: Grounds, more: Partial<Commit> = {}): Commit {
  const actHead = grounds.kind === 'act' ? grounds.headAfter : 'none';
  const sender = { kind: 'member', index: 1 } as const;
  return { sender, proposals, path: pathOf('ben'), data: { actHead, grounds }, ...more };
}

function acts(more: Partial<Knowledge['acts']>): Partial<Knowledge> {
  return { acts: { ...KNOWLEDGE.acts, ...more } };
}

type Row = readonly [story: string, commit: Commit, knowledge?: Partial<Knowledge>];
type Refusal = readonly [story: string, commit: Commit, knowledge: Partial<Knowledge>, why: string];

const ALLOWED: readonly Row[] = [
  ['somebody with the link joins', join()],
  ['somebody joins whom the host let in', join(GRANT), acts({ hasToAsk: true })],
  ['a grant is shown where none is needed', join(GRANT)],
  ['somebody who was lost comes back unasked', join(), { ...acts({ hasToAsk: true }), lost: new Set(['dia']) }],
  ['somebody who was lost comes back into a locked meeting', join(), { ...acts({ isLocked: true }), lost: new Set(['dia']) }],
  ['somebody joins while this device does not know the acts yet', join(), acts({ hasToAsk: true, isComplete: false })],
  ['a member comes back with their own leaf', rejoin('cem', 2)],
  ['a member comes back while joining has to be asked for', rejoin('cem', 2), acts({ hasToAsk: true })],
  ['a member comes back into a locked meeting', rejoin('cem', 2), acts({ isLocked: true })],
  ['a member comes back into a full meeting', rejoin('cem', 2), { maxMembers: 3 }],
  ['a member makes new keys for their path', byBen([], NONE)],
  ['a host locks the meeting', byBen([], LOCK)],
  ['a host puts somebody out who is gone already', byBen([], { kind: 'act', removes: ['eve'], headAfter: 'one' })],
  ['a host puts somebody out', byBen([remove(2)], REMOVAL)],
  ['somebody who wants to go is removed', byBen([remove(2)], { kind: 'left', leafKeys: ['cem'] })],
  ['two who want to go are removed', byBen([remove(0), remove(2)], { kind: 'left', leafKeys: ['cem', 'ana'] })],
  ['somebody is removed who has signed nothing for a minute', byBen([remove(2)], LOST)],
  ['somebody is removed who was silent before this device came', byBen([remove(2)], LOST), { receivedMs: () => Number.NEGATIVE_INFINITY }],
];

const REFUSED: readonly Refusal[] = [
  ['the data in a commit is not readable', { ...join(), data: undefined }, {}, 'unreadable-data'],
  ['a signature in it is false, or an act does not follow', join({ kind: 'false' }), {}, 'false-reason'],
  ['a joiner names another act head', join(NONE, { data: { actHead: 'old', grounds: NONE } }), {}, 'wrong-act-head'],
  ['a member names another act head', byBen([], NONE, { data: { actHead: 'old', grounds: NONE } }), {}, 'wrong-act-head'],
  ['an act names the head before it', byBen([], LOCK, { data: { actHead: 'none', grounds: LOCK } }), {}, 'wrong-act-head'],
  ['a commit brings no path', join(NONE, { path: undefined }), {}, 'no-path'],
  ['a member removes without new keys', byBen([remove(2)], REMOVAL, { path: undefined }), {}, 'no-path'],
  ['the server commits as a sender from outside', join(NONE, { sender: { kind: 'other' } }), {}, 'unknown-sender'],
  ['a blank leaf commits', byBen([], NONE, { sender: { kind: 'member', index: 3 } }), {}, 'unknown-sender'],
  ['a joiner brings a PSK, an Update, an Add or a reference', join(NONE, { proposals: [INIT, OTHER] }), {}, 'forbidden-proposal'],
  ['a joiner brings nothing to join by', join(NONE, { proposals: [] }), {}, 'forbidden-proposal'],
  ['a joiner brings two inits', join(NONE, { proposals: [INIT, INIT] }), {}, 'forbidden-proposal'],
  ['a joiner removes two leaves', rejoin('cem', 2, { proposals: [remove(1), remove(2), INIT] }), {}, 'forbidden-proposal'],
  ['a member adds, updates, re-inits, or changes extensions', byBen([OTHER], NONE), {}, 'forbidden-proposal'],
  ['a member does so beside a removal that may be', byBen([remove(2), OTHER], REMOVAL), {}, 'forbidden-proposal'],
  ['a member joins from outside as well', byBen([INIT], NONE), {}, 'forbidden-proposal'],
  ['a ghost without the tag of this group joins', join(NONE, { path: pathOf('dia', { isMember: false }) }), {}, 'not-a-member-key'],
  ['somebody joins with the key of a member', join(NONE, { path: pathOf('cem') }), {}, 'key-in-use'],
  ["somebody joins with a member's encryption key", join(NONE, { path: pathOf('dia', { encryptionKey: 'cem 1' }) }), {}, 'key-in-use'],
  ["somebody joins with a member's credential", join(NONE, { path: pathOf('dia', { credential: 'cem with tag' }) }), {}, 'key-in-use'],
  ['somebody who was put out comes back with the same key', join(), acts({ removed: new Set(['dia']) }), 'removed-before'],
  ['somebody who was put out comes back, though granted', join(GRANT), acts({ removed: new Set(['dia']), hasToAsk: true }), 'removed-before'],
  ['somebody who left comes back with the same key', join(), { left: new Set(['dia']) }, 'left-before'],
  ['somebody joins a locked meeting', join(), acts({ isLocked: true }), 'locked'],
  ['somebody joins a locked meeting, though granted', join(GRANT), acts({ isLocked: true }), 'locked'],
  ['somebody joins who had to ask', join(), acts({ hasToAsk: true }), 'no-grant'],
  ["somebody joins with another's grant", join({ ...GRANT, leafKey: 'eve' }), {}, 'no-grant'],
  ['somebody joins with a grant that is over', join({ ...GRANT, untilEpoch: 6 }), acts({ hasToAsk: true }), 'no-grant'],
  ['somebody joins a full meeting', join(), { maxMembers: 3 }, 'full'],
  ['somebody joins with a reason for a removal', join(LOST), {}, 'reason-for-others'],
  ['somebody joins with a host act', join(LOCK, { data: { actHead: 'one', grounds: LOCK } }), {}, 'reason-for-others'],
  ["somebody comes back in another's place", rejoin('ben', 2), {}, 'replaces-another'],
  ['a stranger joins in the place of a member', rejoin('dia', 2), {}, 'replaces-another'],
  ['somebody comes back in a blank place', rejoin('cem', 4), {}, 'replaces-another'],
  ['somebody comes back with another credential', rejoin('cem', 2, { path: pathOf('cem', { credential: 'x' }) }), {}, 'replaces-another'],
  ['somebody comes back with their old encryption key', rejoin('cem', 2, { path: pathOf('cem', { encryptionKey: 'cem 1' }) }), {}, 'key-in-use'],
  ['somebody comes back who was put out', rejoin('cem', 2), acts({ removed: new Set(['cem']) }), 'removed-before'],
  ['a member changes their leaf key', byBen([], NONE, { path: pathOf('dia') }), {}, 'changed-own-leaf'],
  ['a member changes their credential', byBen([], NONE, { path: pathOf('ben', { credential: 'x' }) }), {}, 'changed-own-leaf'],
  ['a member takes an encryption key that is in the tree', byBen([], NONE, { path: pathOf('ben', { encryptionKey: 'ana 1' }) }), {}, 'key-in-use'],
  ['new keys come with a reason for something else', byBen([], LOST), {}, 'reason-for-others'],
  ['new keys come with a grant', byBen([], GRANT), {}, 'reason-for-others'],
  ['a removal act leaves its person in the tree', byBen([], REMOVAL), {}, 'removes-nobody'],
  ['a member removes without a reason', byBen([remove(2)], NONE), {}, 'no-reason'],
  ['a member removes by a grant', byBen([remove(2)], GRANT), {}, 'no-reason'],
  ['a member removes themself', byBen([remove(1)], { kind: 'left', leafKeys: ['ben'] }), {}, 'removes-itself'],
  ['a member removes a blank leaf', byBen([remove(4)], REMOVAL), {}, 'removes-nobody'],
  ['a member removes one leaf twice', byBen([remove(2), remove(2)], REMOVAL), {}, 'removes-nobody'],
  ["a host's act puts out somebody else", byBen([remove(0)], REMOVAL), {}, 'reason-for-others'],
  ["one more goes than the host's act names", byBen([remove(0), remove(2)], REMOVAL), {}, 'reason-for-others'],
  ['one less goes than the act names', byBen([remove(2)], { ...REMOVAL, removes: ['cem', 'ana'] }), {}, 'reason-for-others'],
  ['somebody is removed by the goodbye of another', byBen([remove(0)], { kind: 'left', leafKeys: ['cem'] }), {}, 'reason-for-others'],
  ['somebody counts as lost who has signed on', byBen([remove(0)], { kind: 'lost', claims: [{ leafKey: 'ana', position: 41 }] }), {}, 'not-lost'],
  ['somebody counts as lost too soon', byBen([remove(2)], { kind: 'lost', claims: [{ leafKey: 'cem', position: 60 }] }), {}, 'not-lost'],
  ['somebody counts as lost by an entry that never came', byBen([remove(2)], { kind: 'lost', claims: [{ leafKey: 'cem', position: 101 }] }), {}, 'not-lost'],
  ['one is lost and another is not', byBen([remove(0), remove(2)], { kind: 'lost', claims: [{ leafKey: 'cem', position: 41 }, { leafKey: 'ana', position: 41 }] }), {}, 'not-lost'],
];

describe('a commit may be made when', () => {
  for (const [story, commit, knowledge = {}] of ALLOWED) {
    it(story, () => {
      const verdict = mayCommit(TREE, commit, { ...KNOWLEDGE, ...knowledge });
      expect(verdict).toMatchObject({ may: true });
    });
  }
});

describe('a commit is void when', () => {
  for (const [story, commit, knowledge, why] of REFUSED) {
    it(story, () => {
      const verdict = mayCommit(TREE, commit, { ...KNOWLEDGE, ...knowledge });
      expect(verdict).toEqual({ may: false, why });
    });
  }
});

describe('the tree after a commit', () => {
  const fresh = pathOf('ben');
  const newBen: Leaf = { ...ben, encryptionKey: 'ben 2' };
  const refresh = { kind: 'refresh', by: 'ben', removed: [] } as const;
  const removal = { kind: 'removal', by: 'ben', removed: [cem] } as const;
  const dia: Leaf = { index: 3, ...pathOf('dia') };
  const entry = { kind: 'join', by: 'dia', removed: [] } as const;

  it('holds the change', () => {
    expect(isOnlyChange(TREE, [ana, newBen, cem], refresh, fresh)).toBe(true);
    expect(isOnlyChange(TREE, [ana, newBen], removal, fresh)).toBe(true);
    expect(isOnlyChange(TREE, [...TREE, dia], entry, pathOf('dia'))).toBe(true);
    const back: Leaf = { ...cem, encryptionKey: 'cem 2' };
    const rejoined = { kind: 'rejoin', by: 'cem', removed: [cem] } as const;
    expect(isOnlyChange(TREE, [ana, ben, back], rejoined, pathOf('cem'))).toBe(true);
  });

  it.each<readonly [string, readonly Leaf[]]>([
    ['somebody is missing', [ana, newBen]],
    ['somebody more is there', [ana, newBen, cem, dia]],
    ['somebody has other keys', [ana, newBen, { ...cem, encryptionKey: 'x' }]],
    ['somebody has moved', [ana, newBen, { ...cem, index: 3 }]],
    ['the keys are not the ones that were sent', [ana, { ...ben, encryptionKey: 'x' }, cem]],
    ['who committed has moved', [ana, { ...newBen, index: 4 }, cem]],
    ['who committed is there twice', [ana, newBen, cem, { ...newBen, index: 3 }]],
  ])('is refused when %s', (_story, after) => {
    expect(isOnlyChange(TREE, after, refresh, fresh)).toBe(false);
  });
});
