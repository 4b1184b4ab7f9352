import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { encodeBase64url, parseBase64url, type Bytes } from '../../protocol/bytes';
import { MAX_BODY_BYTES } from '../group/group_message';
import { encodeChat, fitsChat, parseChat, type ChatBody } from './chat_body';
import { encodeHand, parseHand } from './hand_body';
import type { MessageId } from './message_id';
import { encodeName, encodePresence, parseName, parsePresence } from './name_body';
import { encodeReaction, parseReaction, type Emoji, type ReactionBody } from './reaction_body';

interface Vectors {
  readonly leaf_key: string;
  readonly name: readonly { name: string; body: string }[];
  readonly presence: readonly { name: string; hand_place: number; body: string }[];
  readonly hand: readonly { is_up: boolean; body: string }[];
  readonly reaction: readonly {
    kind: ReactionBody['kind'];
    emoji: Emoji;
    sequence?: number;
    body: string;
  }[];
  readonly chat: readonly {
    kind: ChatBody['kind'];
    text?: string;
    sequence?: number;
    reply_to?: number;
    body: string;
  }[];
  readonly malformed: Readonly<Record<'name' | 'presence' | 'hand' | 'reaction' | 'chat', readonly string[]>>;
}

const VECTORS = JSON.parse(
  readFileSync(new URL('../../../../protocol/vectors/talk.json', import.meta.url), 'utf8'),
) as Vectors;

const PARSERS = {
  name: parseName,
  presence: parsePresence,
  hand: parseHand,
  reaction: parseReaction,
  chat: parseChat,
} as const;

function bytes(text: string): Bytes {
  const found = parseBase64url(text);
  if (found === undefined) throw new Error(`no bytes: ${text}`);
  return found;
}

function idOf(sequence = 0): MessageId {
  return { leafKey: bytes(VECTORS.leaf_key), sequence };
}

function reactionOf({ kind, emoji, sequence }: Vectors['reaction'][number]): ReactionBody {
  return kind === 'shown' ? { kind, emoji } : { kind, emoji, on: idOf(sequence) };
}

function chatOf({ kind, text = '', sequence = 0, reply_to }: Vectors['chat'][number]): ChatBody {
  switch (kind) {
    case 'say':
      return { kind, text, replyTo: reply_to === undefined ? undefined : idOf(reply_to) };
    case 'edit':
      return { kind, sequence, text };
    case 'delete':
      return { kind, sequence };
  }
}

describe('what members say, to the byte', () => {
  it.each(VECTORS.name)('a name: $name', ({ name, body }) => {
    expect(encodeBase64url(encodeName(name))).toBe(body);
    expect(parseName(bytes(body))).toBe(name);
  });

  it.each(VECTORS.presence)('presence: $name, $hand_place', ({ name, hand_place, body }) => {
    const presence = { name, handPlace: hand_place };
    expect(encodeBase64url(encodePresence(presence))).toBe(body);
    expect(parsePresence(bytes(body))).toEqual(presence);
  });

  it.each(VECTORS.hand)('a hand: $is_up', ({ is_up, body }) => {
    expect(encodeBase64url(encodeHand(is_up))).toBe(body);
    expect(parseHand(bytes(body))).toBe(is_up);
  });

  it.each(VECTORS.reaction)('a reaction: $kind $emoji', (vector) => {
    expect(encodeBase64url(encodeReaction(reactionOf(vector)))).toBe(vector.body);
    expect(parseReaction(bytes(vector.body))).toEqual(reactionOf(vector));
  });

  it.each(VECTORS.chat)('chat: $kind $text', (vector) => {
    expect(encodeBase64url(encodeChat(chatOf(vector)))).toBe(vector.body);
    expect(parseChat(bytes(vector.body))).toEqual(chatOf(vector));
  });
});

describe('what is none', () => {
  it.each(
    Object.entries(VECTORS.malformed).flatMap(([type, bodies]) =>
      bodies.map((body) => ({ type: type as keyof typeof PARSERS, body })),
    ),
  )('is dropped: $type $body', ({ type, body }) => {
    expect(PARSERS[type](bytes(body))).toBeUndefined();
  });

  // The parsers see whatever a member chooses to sign; only `undefined` may come of it.
  it('never throws, whatever a member signs', () => {
    let seed = 1;
    const random = (): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return seed / 2 ** 32;
    };
    const good = [...VECTORS.name, ...VECTORS.presence, ...VECTORS.reaction, ...VECTORS.chat];
    for (let turn = 0; turn < 5_000; turn += 1) {
      const body = bytes(good[Math.floor(random() * good.length)]?.body ?? '');
      body[Math.floor(random() * body.length)] = Math.floor(random() * 256);
      const cut = body.subarray(0, Math.ceil(random() * body.length));
      for (const parse of Object.values(PARSERS)) {
        expect(() => parse(cut)).not.toThrow();
      }
    }
  });
});

describe('the longest chat text', () => {
  it('fits a message, as an answer too, in every script', () => {
    for (const [letter, count] of [['a', 4_000], ['ж', 4_000], ['你', 4_000], ['🎉', 3_750]] as const) {
      const text = letter.repeat(count);
      expect(fitsChat(text), letter).toBe(true);
      const body = encodeChat({ kind: 'say', text, replyTo: idOf(1) });
      expect(body.length).toBeLessThanOrEqual(MAX_BODY_BYTES);
      expect(parseChat(body)).toMatchObject({ text });
      expect(fitsChat(text + letter), letter).toBe(false);
    }
  });

  it('is refused when somebody else goes beyond it', () => {
    const beyond = encodeChat({ kind: 'say', text: '🎉'.repeat(3_751), replyTo: undefined });
    expect(parseChat(beyond)).toBeUndefined();
    expect(parseChat(encodeChat({ kind: 'edit', sequence: 1, text: 'a'.repeat(4_001) }))).toBeUndefined();
  });
});
