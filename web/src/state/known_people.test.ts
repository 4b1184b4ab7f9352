import { describe, expect, it } from 'vitest';

import { KnownPeople } from './known_people';

describe('people who were compared with', () => {
  it('are told from people who are new', () => {
    const known = new KnownPeople();
    known.compared('key of ana', 'Ana');
    expect(known.acquaintance('key of ana', 'Ana')).toBe('compared');
    expect(known.acquaintance('key of bo', 'Bo')).toBe('new');
  });

  it('stay the same when they change their name', () => {
    const known = new KnownPeople();
    known.compared('key of ana', 'Ana');
    expect(known.acquaintance('key of ana', 'Ana P.')).toBe('compared');
  });

  it.each(['Ana', 'ANA', ' ana ', 'Ａｎａ'])('are told from another key with their name: %s', (name) => {
    const known = new KnownPeople();
    known.compared('key of ana', 'Ana');
    expect(known.acquaintance('another key', name)).toBe('new-key');
  });

  it('are not mixed up when nobody has a name', () => {
    const known = new KnownPeople();
    known.compared('one key', undefined);
    expect(known.acquaintance('another key', undefined)).toBe('new');
  });
});
