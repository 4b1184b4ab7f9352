import { beforeAll, describe, expect, it, vi } from 'vitest';

import { encodeBase64url, randomBytes } from '../protocol/bytes';
import { deriveKeys, type MeetingKeys } from '../protocol/derivation';
import { sealName } from '../protocol/sealing';
import { NameBook } from './name_book';

let keys: MeetingKeys;

beforeAll(async () => {
  keys = await deriveKeys(randomBytes(32));
});

async function sealed(identity: string, name: string): Promise<string> {
  return encodeBase64url(await sealName(keys, identity, name));
}

/** A book, and the wait for the next name in it. */
function book(): { names: NameBook; opened: () => Promise<void>; onOpened: () => void } {
  const onOpened = vi.fn();
  const opened = async (): Promise<void> => {
    await vi.waitFor(() => {
      expect(onOpened).toHaveBeenCalled();
    });
    onOpened.mockClear();
  };
  return { names: new NameBook(keys, onOpened), opened, onOpened };
}

describe('a name in the room', () => {
  it('is shown once it is open, and opened once', async () => {
    const { names, opened, onOpened } = book();
    const name = await sealed('BO', 'Bo');
    expect(names.nameOf('BO', name)).toBeUndefined();
    await opened();
    expect(names.nameOf('BO', name)).toBe('Bo');
    expect(names.nameOf('BO', name)).toBe('Bo');
    expect(onOpened).not.toHaveBeenCalled();
  });

  it('is not shown for somebody who copied it', async () => {
    const { names, opened } = book();
    const name = await sealed('BO', 'Bo');
    names.nameOf('EVA', name);
    await opened();
    expect(names.nameOf('EVA', name)).toBeUndefined();
  });

  it.each(['', 'Bo', 'A'.repeat(427), 'x'.repeat(10_000_000)])(
    'is not shown when it was not sealed',
    async (text) => {
      const { names } = book();
      names.nameOf('BO', text);
      await new Promise((resolve) => setTimeout(resolve, 10));
      expect(names.nameOf('BO', text)).toBeUndefined();
    },
  );

  it('stays until the new one is open', async () => {
    const { names, opened } = book();
    const [first, second] = [await sealed('BO', 'Bo'), await sealed('BO', 'Bodo')];
    names.nameOf('BO', first);
    await opened();
    expect(names.nameOf('BO', second)).toBe('Bo');
    await opened();
    expect(names.nameOf('BO', second)).toBe('Bodo');
    expect(names.nameOf('BO', undefined)).toBeUndefined();
  });

  it('is forgotten with whoever left', async () => {
    const { names, opened } = book();
    const name = await sealed('BO', 'Bo');
    names.nameOf('BO', name);
    await opened();
    names.keepOnly(new Set(['CY']));
    expect(names.nameOf('BO', name)).toBeUndefined();
  });

  it('that opens after its bearer left is of no interest', async () => {
    const { names, onOpened } = book();
    names.nameOf('BO', await sealed('BO', 'Bo'));
    names.keepOnly(new Set());
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(onOpened).not.toHaveBeenCalled();
  });
});
