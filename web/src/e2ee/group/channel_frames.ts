import { encodeBase64url, parseBase64url, type Bytes } from '../../protocol/bytes';

/** Where the server says that the group stands. */
export interface GroupStand {
  readonly groupId: Bytes;
  readonly epoch: number;
  readonly actHead: Bytes;
}

export type RefusedWhy =
  | 'exists'
  | 'no_group'
  | 'stale'
  | 'not_your_turn'
  | 'too_soon'
  | 'too_large'
  | 'malformed'
  | 'act_head'
  | 'spoilt';

/** What a member sends. */
export type MemberFrame =
  | { readonly frame: 'hello'; readonly token: string; readonly after: number | null }
  | {
      readonly frame: 'create';
      readonly ref: number;
      readonly groupId: Bytes;
      readonly groupInfo: Bytes;
      readonly actHead: Bytes;
      readonly hostSignature: Bytes | null;
      readonly needsHost: boolean;
      /** The epoch of a spoilt group in whose place this one is put. */
      readonly replaces: number | null;
    }
  | { readonly frame: 'turn'; readonly ref: number }
  | {
      readonly frame: 'commit';
      readonly ref: number;
      readonly message: Bytes;
      readonly groupInfo: Bytes;
      readonly actHead: Bytes;
      readonly hostSignature: Bytes | null;
      readonly needsHost: boolean;
    }
  | { readonly frame: 'group_info'; readonly ref: number; readonly groupInfo: Bytes }
  | { readonly frame: 'message'; readonly ref: number; readonly message: Bytes }
  | { readonly frame: 'ack'; readonly epoch: number; readonly body: Bytes }
  | { readonly frame: 'ping' };

/** What the server sends. */
export type ServerFrame =
  | {
      readonly frame: 'welcome';
      readonly seq: number;
      readonly group: GroupStand | undefined;
      /** The head of the host acts that is kept, whether there is a group or not. */
      readonly actHead: Bytes;
    }
  | {
      readonly frame: 'entry';
      readonly seq: number;
      readonly type: 'commit' | 'message';
      readonly message: Bytes;
    }
  | { readonly frame: 'done'; readonly ref: number; readonly seq: number | undefined }
  | {
      readonly frame: 'refused';
      readonly ref: number;
      readonly why: RefusedWhy;
      readonly group: GroupStand | undefined;
      readonly actHead: Bytes;
      readonly retryAfterMs: number | undefined;
    }
  | {
      readonly frame: 'turn';
      readonly ref: number;
      readonly groupInfo: Bytes;
      readonly actHead: Bytes;
    }
  | { readonly frame: 'wanted'; readonly epoch: number }
  | { readonly frame: 'acks'; readonly epoch: number; readonly bodies: readonly Bytes[] }
  | { readonly frame: 'gap'; readonly seq: number }
  | { readonly frame: 'token'; readonly token: string }
  /** The node's word that it stops. */
  | { readonly frame: 'drain'; readonly atMs: number; readonly signature: Bytes }
  | { readonly frame: 'pong' };

const WHYS: ReadonlySet<string> = new Set<RefusedWhy>([
  'exists',
  'no_group',
  'stale',
  'not_your_turn',
  'too_soon',
  'too_large',
  'malformed',
  'act_head',
  'spoilt',
]);

class FrameError extends Error {}

/** Writes a frame: names as in `protocol/group.md`, bytes as base64url. */
export function encodeFrame(frame: MemberFrame): string {
  return JSON.stringify(frame, (key, value: unknown) =>
    value instanceof Uint8Array ? encodeBase64url(value) : renamed(key, value),
  );
}

/** Reads a frame; undefined when it is none that this release knows. */
export function parseFrame(text: string): ServerFrame | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? READERS.get(textIn(value, 'frame'))?.(value) : undefined;
  } catch (error) {
    if (error instanceof FrameError || error instanceof SyntaxError) {
      return undefined;
    }
    throw error;
  }
}

type Fields = Readonly<Record<string, unknown>>;

const READERS_BY_NAME: Readonly<Record<ServerFrame['frame'], (fields: Fields) => ServerFrame>> = {
  welcome: (of) => ({
    frame: 'welcome',
    seq: numberIn(of, 'seq'),
    group: standIn(of),
    actHead: bytesIn(of, 'act_head'),
  }),
  entry: (of) => ({
    frame: 'entry',
    seq: numberIn(of, 'seq'),
    type: textIn(of, 'type') === 'commit' ? 'commit' : 'message',
    message: bytesIn(of, 'message'),
  }),
  done: (of) => ({ frame: 'done', ref: numberIn(of, 'ref'), seq: optionalNumber(of, 'seq') }),
  refused: (of) => ({
    frame: 'refused',
    ref: numberIn(of, 'ref'),
    why: whyIn(of),
    group: standIn(of),
    actHead: bytesIn(of, 'act_head'),
    retryAfterMs: optionalNumber(of, 'retry_after_ms'),
  }),
  turn: (of) => ({
    frame: 'turn',
    ref: numberIn(of, 'ref'),
    groupInfo: bytesIn(of, 'group_info'),
    actHead: bytesIn(of, 'act_head'),
  }),
  wanted: (of) => ({ frame: 'wanted', epoch: numberIn(of, 'epoch') }),
  acks: (of) => ({ frame: 'acks', epoch: numberIn(of, 'epoch'), bodies: listIn(of, 'bodies') }),
  gap: (of) => ({ frame: 'gap', seq: numberIn(of, 'seq') }),
  token: (of) => ({ frame: 'token', token: textIn(of, 'token') }),
  drain: (of) => ({
    frame: 'drain',
    atMs: numberIn(of, 'at_ms'),
    signature: bytesIn(of, 'signature'),
  }),
  pong: () => ({ frame: 'pong' }),
};

// A map: a name that comes from outside finds nothing that every object has.
const READERS: ReadonlyMap<string, (fields: Fields) => ServerFrame> = new Map(
  Object.entries(READERS_BY_NAME),
);

function renamed(key: string, value: unknown): unknown {
  if (key !== '' || !isObject(value)) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [
      name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      field,
    ]),
  );
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textIn(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value !== 'string') {
    throw new FrameError(name);
  }
  return value;
}

function numberIn(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw new FrameError(name);
  }
  return value;
}

function optionalNumber(fields: Fields, name: string): number | undefined {
  return fields[name] === null || fields[name] === undefined ? undefined : numberIn(fields, name);
}

function bytesIn(fields: Fields, name: string): Bytes {
  return bytesOf(fields[name]);
}

function bytesOf(value: unknown): Bytes {
  const bytes = typeof value === 'string' ? parseBase64url(value) : undefined;
  if (bytes === undefined) {
    throw new FrameError('bytes');
  }
  return bytes;
}

function listIn(fields: Fields, name: string): Bytes[] {
  const value = fields[name];
  if (!Array.isArray(value)) {
    throw new FrameError(name);
  }
  return value.map(bytesOf);
}

function standIn(fields: Fields): GroupStand | undefined {
  const group = fields['group'];
  if (group === null || group === undefined) {
    return undefined;
  }
  if (!isObject(group)) {
    throw new FrameError('group');
  }
  return {
    groupId: bytesIn(group, 'group_id'),
    epoch: numberIn(group, 'epoch'),
    actHead: bytesIn(group, 'act_head'),
  };
}

function whyIn(fields: Fields): RefusedWhy {
  const why = textIn(fields, 'why');
  if (!WHYS.has(why)) {
    throw new FrameError('why');
  }
  return why as RefusedWhy;
}
