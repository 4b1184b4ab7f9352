/**
 * Who may change the group, and how: the group rules of the design as one pure module. It sees no
 * bytes, no keys and no clock; signatures have been checked before (`commit_evidence.ts`).
 *
 * Keys are in base64url, so that they can be compared and printed.
 */

/** Longest wait until somebody who signs nothing counts as lost. */
export const LOST_AFTER_MS = 60_000;

// Entries reach members at different times. Whoever asks waits 60 s; whoever judges is content with 45.
export const LOST_TOLERANCE_MS = 15_000;

/** One leaf of the tree. */
export interface Leaf {
  readonly index: number;
  readonly leafKey: string;
  readonly credential: string;
  readonly encryptionKey: string;
}

/** The leaf that comes with a commit's path. */
export interface PathLeaf extends Omit<Leaf, 'index'> {
  /** Its credential has the identity of its key and the tag of this group. */
  readonly isMember: boolean;
}

/** What a commit proposes. */
export type Proposed =
  | { readonly kind: 'remove'; readonly index: number }
  | { readonly kind: 'external-init' }
  | { readonly kind: 'other' };

/** Why a commit says it may be made, as far as its signatures have been checked. */
export type Grounds =
  | { readonly kind: 'none' }
  /** A grant for a leaf key that a host has signed, good until an epoch. */
  | { readonly kind: 'grant'; readonly leafKey: string; readonly untilEpoch: number }
  /** An act that follows the chain; it puts out these leaf keys, or none. */
  | { readonly kind: 'act'; readonly removes: readonly string[]; readonly headAfter: string }
  /** Leaf keys that have signed that they leave. */
  | { readonly kind: 'left'; readonly leafKeys: readonly string[] }
  | {
      readonly kind: 'lost';
      readonly claims: readonly { readonly leafKey: string; readonly position: number }[];
    }
  /** A signature doesn't fit, or an act does not follow. */
  | { readonly kind: 'false' };

/** A commit before it is processed. */
export interface Commit {
  readonly sender:
    | { readonly kind: 'member'; readonly index: number }
    | { readonly kind: 'joiner' }
    | { readonly kind: 'other' };
  readonly proposals: readonly Proposed[];
  readonly path: PathLeaf | undefined;
  /** Undefined: its authenticated data is not what it should be. */
  readonly data: { readonly actHead: string; readonly grounds: Grounds } | undefined;
}

/** What the judge knows beside tree and commit. */
export interface Knowledge {
  readonly epoch: number;
  readonly nowMs: number;
  readonly maxMembers: number;
  readonly acts: {
    readonly head: string;
    /** False: a joiner that has not been given the chain yet, and leaves it to the others. */
    readonly isComplete: boolean;
    readonly hasToAsk: boolean;
    readonly isLocked: boolean;
    readonly removed: ReadonlySet<string>;
  };
  /** Leaf keys that left: a leave is final. */
  readonly left: ReadonlySet<string>;
  /** Leaf keys that were lost: they come back without asking. */
  readonly lost: ReadonlySet<string>;
  /** Up to which channel position a leaf key has signed to have read. */
  readonly signedUpTo: ReadonlyMap<string, number>;
  /**
   * When a channel position was received: undefined when it has not been yet, minus infinity when it
   * was before this member joined.
   */
  readonly receivedMs: (position: number) => number | undefined;
}

/** What a commit that may be made does to the tree. */
export interface Change {
  readonly kind: 'join' | 'rejoin' | 'refresh' | 'removal';
  /** The leaf key that committed. */
  readonly by: string;
  readonly removed: readonly Leaf[];
}

/** Why a commit may not be made. */
export type Refusal =
  | 'unreadable-data'
  | 'wrong-act-head'
  | 'unknown-sender'
  | 'no-path'
  | 'forbidden-proposal'
  | 'not-a-member-key'
  | 'key-in-use'
  | 'changed-own-leaf'
  | 'removed-before'
  | 'left-before'
  | 'locked'
  | 'no-grant'
  | 'full'
  | 'replaces-another'
  | 'removes-itself'
  | 'removes-nobody'
  | 'no-reason'
  | 'false-reason'
  | 'reason-for-others'
  | 'not-lost';

export type Verdict =
  | { readonly may: true; readonly change: Change }
  | { readonly may: false; readonly why: Refusal };

/** Judges a commit against the tree that it would change. */
export function mayCommit(
  tree: readonly Leaf[],
  commit: Commit,
  knowledge: Knowledge,
): Verdict {
  const { data, path, proposals, sender } = commit;
  if (data === undefined) {
    return refuse('unreadable-data');
  }
  if (data.grounds.kind === 'false') {
    return refuse('false-reason');
  }
  const head = data.grounds.kind === 'act' ? data.grounds.headAfter : knowledge.acts.head;
  if (data.actHead !== head) {
    return refuse('wrong-act-head');
  }
  if (path === undefined) {
    return refuse('no-path');
  }
  if (proposals.some(({ kind }) => kind === 'other')) {
    return refuse('forbidden-proposal');
  }
  switch (sender.kind) {
    case 'joiner':
      return mayEnter(tree, proposals, path, data.grounds, knowledge);
    case 'member':
      return mayChange(tree, sender.index, proposals, path, data.grounds, knowledge);
    case 'other':
      return refuse('unknown-sender');
  }
}

/** Whether the tree after a commit is the tree before, with the change in it and nothing else. */
export function isOnlyChange(
  before: readonly Leaf[],
  after: readonly Leaf[],
  change: Change,
  path: PathLeaf,
): boolean {
  const gone = new Set(change.removed.map(({ index }) => index));
  const own = before.find(({ leafKey }) => leafKey === change.by);
  const kept = before.filter(({ index, leafKey }) => !gone.has(index) && leafKey !== change.by);
  const others = after.filter(({ leafKey }) => leafKey !== change.by);
  const [committed, ...more] = after.filter(({ leafKey }) => leafKey === change.by);
  if (committed === undefined || more.length > 0 || others.length !== kept.length) {
    return false;
  }
  const staysPut = change.kind === 'join' || change.kind === 'rejoin' || committed.index === own?.index;
  const isAsSent =
    committed.credential === path.credential && committed.encryptionKey === path.encryptionKey;
  return staysPut && isAsSent && kept.every((leaf, at) => isSameLeaf(leaf, others[at]));
}

function mayEnter(
  tree: readonly Leaf[],
  proposals: readonly Proposed[],
  path: PathLeaf,
  grounds: Grounds,
  knowledge: Knowledge,
): Verdict {
  const replaced = proposals.flatMap((one) => (one.kind === 'remove' ? [one.index] : []));
  if (proposals.length !== replaced.length + 1 || replaced.length > 1) {
    return refuse('forbidden-proposal');
  }
  if (!path.isMember) {
    return refuse('not-a-member-key');
  }
  if (grounds.kind !== 'none' && grounds.kind !== 'grant') {
    return refuse('reason-for-others');
  }
  return replaced[0] === undefined
    ? mayJoin(tree, path, grounds, knowledge)
    : mayRejoin(tree, replaced[0], path, knowledge);
}

function mayJoin(
  tree: readonly Leaf[],
  path: PathLeaf,
  grounds: Grounds,
  knowledge: Knowledge,
): Verdict {
  if (isInUse(tree, path)) {
    return refuse('key-in-use');
  }
  const why = whyNotWelcome(path.leafKey, grounds, knowledge);
  if (why !== undefined) {
    return refuse(why);
  }
  if (tree.length >= knowledge.maxMembers) {
    return refuse('full');
  }
  return { may: true, change: { kind: 'join', by: path.leafKey, removed: [] } };
}

function whyNotWelcome(
  leafKey: string,
  grounds: Grounds,
  { acts, epoch, left, lost }: Knowledge,
): Refusal | undefined {
  if (left.has(leafKey)) {
    return 'left-before';
  }
  const isGranted =
    grounds.kind === 'grant' && grounds.leafKey === leafKey && epoch <= grounds.untilEpoch;
  if (grounds.kind === 'grant' && !isGranted) {
    return 'no-grant';
  }
  if (acts.removed.has(leafKey)) {
    return 'removed-before';
  }
  return !acts.isComplete || lost.has(leafKey) ? undefined : whyShut(acts, isGranted);
}

function whyShut(
  { isLocked, hasToAsk }: Knowledge['acts'],
  isGranted: boolean,
): Refusal | undefined {
  if (isLocked) {
    return 'locked';
  }
  return hasToAsk && !isGranted ? 'no-grant' : undefined;
}

function mayRejoin(
  tree: readonly Leaf[],
  index: number,
  path: PathLeaf,
  { acts }: Knowledge,
): Verdict {
  const replaced = tree.find((leaf) => leaf.index === index);
  if (replaced?.leafKey !== path.leafKey || replaced.credential !== path.credential) {
    return refuse('replaces-another');
  }
  if (acts.removed.has(path.leafKey)) {
    return refuse('removed-before');
  }
  // Not even its own old encryption key: what was in its hands may be in others'.
  if (tree.some(({ encryptionKey }) => encryptionKey === path.encryptionKey)) {
    return refuse('key-in-use');
  }
  return { may: true, change: { kind: 'rejoin', by: path.leafKey, removed: [replaced] } };
}

function mayChange(
  tree: readonly Leaf[],
  index: number,
  proposals: readonly Proposed[],
  path: PathLeaf,
  grounds: Grounds,
  knowledge: Knowledge,
): Verdict {
  const own = tree.find((leaf) => leaf.index === index);
  if (own === undefined) {
    return refuse('unknown-sender');
  }
  if (own.leafKey !== path.leafKey || own.credential !== path.credential || !path.isMember) {
    return refuse('changed-own-leaf');
  }
  if (tree.some(({ encryptionKey }) => encryptionKey === path.encryptionKey)) {
    return refuse('key-in-use');
  }
  const removals = proposals.flatMap((one) => (one.kind === 'remove' ? [one.index] : []));
  if (removals.length !== proposals.length) {
    return refuse('forbidden-proposal');
  }
  if (removals.length === 0) {
    return mayRefresh(tree, own, grounds);
  }
  return mayRemove(tree, own, removals, grounds, knowledge);
}

function mayRefresh(tree: readonly Leaf[], own: Leaf, grounds: Grounds): Verdict {
  const isAct = grounds.kind === 'act';
  if (grounds.kind !== 'none' && !isAct) {
    return refuse('reason-for-others');
  }
  // A removal act that leaves its people in the tree would only seem to put them out.
  if (isAct && tree.some(({ leafKey }) => grounds.removes.includes(leafKey))) {
    return refuse('removes-nobody');
  }
  return { may: true, change: { kind: 'refresh', by: own.leafKey, removed: [] } };
}

function mayRemove(
  tree: readonly Leaf[],
  own: Leaf,
  indices: readonly number[],
  grounds: Grounds,
  knowledge: Knowledge,
): Verdict {
  const removed = tree.filter(({ index }) => indices.includes(index));
  if (removed.length !== indices.length) {
    return refuse('removes-nobody');
  }
  if (removed.includes(own)) {
    return refuse('removes-itself');
  }
  const why = whyNotRemoved(tree, removed, grounds, knowledge);
  return why === undefined
    ? { may: true, change: { kind: 'removal', by: own.leafKey, removed } }
    : refuse(why);
}

function whyNotRemoved(
  tree: readonly Leaf[],
  removed: readonly Leaf[],
  grounds: Grounds,
  knowledge: Knowledge,
): Refusal | undefined {
  const isExactly = (keys: readonly string[]): boolean => {
    const named = tree.filter(({ leafKey }) => keys.includes(leafKey));
    return named.length === removed.length && named.every((leaf) => removed.includes(leaf));
  };
  switch (grounds.kind) {
    case 'act':
      return isExactly(grounds.removes) ? undefined : 'reason-for-others';
    case 'left':
      return isExactly(grounds.leafKeys) ? undefined : 'reason-for-others';
    case 'lost':
      if (!isExactly(grounds.claims.map(({ leafKey }) => leafKey))) {
        return 'reason-for-others';
      }
      return grounds.claims.every((claim) => isLost(claim, knowledge)) ? undefined : 'not-lost';
    default:
      return 'no-reason';
  }
}

/** Whether this member knows nothing that speaks against somebody's being lost. */
export function isLost(
  { leafKey, position }: { readonly leafKey: string; readonly position: number },
  { signedUpTo, receivedMs, nowMs }: Knowledge,
): boolean {
  if ((signedUpTo.get(leafKey) ?? -1) >= position) {
    return false;
  }
  // Of a position from before this member joined, who was there knows better.
  const sinceMs = receivedMs(position);
  return sinceMs !== undefined && nowMs - sinceMs >= LOST_AFTER_MS - LOST_TOLERANCE_MS;
}

function isInUse(tree: readonly Leaf[], path: PathLeaf): boolean {
  return tree.some(
    ({ leafKey, credential, encryptionKey }) =>
      leafKey === path.leafKey ||
      credential === path.credential ||
      encryptionKey === path.encryptionKey,
  );
}

function isSameLeaf(one: Leaf, other: Leaf | undefined): boolean {
  return (
    other?.index === one.index &&
    other.leafKey === one.leafKey &&
    other.credential === one.credential &&
    other.encryptionKey === one.encryptionKey
  );
}

function refuse(why: Refusal): Verdict {
  return { may: false, why };
}
