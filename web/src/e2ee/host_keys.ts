import { hostKeyOf, type HostKey } from './host_key';

/** The browser doesn't store anything: a private window, a full disk, or a setting. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
}

interface Row {
  readonly room: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: Uint8Array<ArrayBuffer>;
  readonly expiresAtMs: number;
}

const DATABASE = 'folkmoot';
const VERSION = 1;
const STORE = 'host-keys';

/**
 * The host keys of the meetings that this device made, by room. They are the one thing that stays on
 * a device when a meeting is over, until the meeting expires.
 */
export class HostKeys {
  readonly #indexedDB: IDBFactory;

  constructor(indexedDB: IDBFactory) {
    this.#indexedDB = indexedDB;
  }

  /**
   * Stores a host key until its meeting expires.
   *
   * @throws StorageError
   */
  async save(room: string, key: HostKey, expiresAtMs: number): Promise<void> {
    const { privateKey, publicKey } = key;
    const row: Row = { room, privateKey, publicKey, expiresAtMs };
    await this.#run('readwrite', (store) => store.put(row));
  }

  /**
   * Finds the host key of a room, if this device holds one.
   *
   * @throws StorageError
   */
  async find(room: string): Promise<HostKey | undefined> {
    const row = await this.#run<Row | undefined>(
      'readonly',
      (store) => store.get(room) as IDBRequest<Row | undefined>,
    );
    return row === undefined ? undefined : hostKeyOf(row.privateKey, row.publicKey);
  }

  /**
   * Deletes the key of one meeting, whether there is one or not.
   *
   * @throws StorageError
   */
  async forget(room: string): Promise<void> {
    await this.#run('readwrite', (store) => store.delete(room));
  }

  /**
   * Deletes the keys of meetings that have expired.
   *
   * @throws StorageError
   */
  async deleteExpired(nowMs: number): Promise<void> {
    const rows = await this.#run<Row[]>(
      'readonly',
      (store) => store.getAll() as IDBRequest<Row[]>,
    );
    for (const row of rows.filter(({ expiresAtMs }) => expiresAtMs <= nowMs)) {
      await this.#run('readwrite', (store) => store.delete(row.room));
    }
  }

  async #run<T>(
    mode: IDBTransactionMode,
    request: (store: IDBObjectStore) => IDBRequest<T>,
  ): Promise<T> {
    let database: IDBDatabase | undefined;
    try {
      database = await this.#open();
      const transaction = database.transaction(STORE, mode);
      const answer = request(transaction.objectStore(STORE));
      await finished(transaction);
      return answer.result;
    } catch (error) {
      throw new StorageError('This browser stores nothing.', { cause: error });
    } finally {
      database?.close();
    }
  }

  #open(): Promise<IDBDatabase> {
    return new Promise((resolve, reject) => {
      const request = this.#indexedDB.open(DATABASE, VERSION);
      request.onupgradeneeded = () => {
        request.result.createObjectStore(STORE, { keyPath: 'room' });
      };
      request.onsuccess = () => {
        resolve(request.result);
      };
      request.onerror = () => {
        reject(request.error ?? new Error('not opened'));
      };
      request.onblocked = () => {
        reject(new Error('blocked by another page'));
      };
    });
  }
}

function finished(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => {
      resolve();
    };
    transaction.onabort = () => {
      reject(transaction.error ?? new Error('aborted'));
    };
  });
}
