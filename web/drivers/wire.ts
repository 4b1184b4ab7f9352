import type { ChannelConnection, ConnectionHandlers } from '../src/e2ee/group/channel_client';
import { openSocket } from '../src/e2ee/group/socket_channel';

// No session counts so far: answers from here on are to what the driver itself has said.
const FIRST_REF = 2 ** 40;

// Without a closing handshake (RFC 6455 section 7.4.1).
const ABNORMAL = 1006;

type Fields = Readonly<Record<string, unknown>>;

/** What a device is told is in the order. */
export interface Heard {
  readonly seq: number;
  readonly type: string;
  readonly message: string;
}

/** A member's connection, on which the driver listens, and says what no honest device would. */
export class Wire {
  readonly entries: Heard[] = [];
  readonly connect: (handlers: ConnectionHandlers) => ChannelConnection;
  readonly #asked = new Map<number, (answer: Fields) => void>();
  #ref = FIRST_REF;
  #connection: ChannelConnection | undefined;

  constructor(address: string) {
    this.connect = (handlers) => {
      let isOver = false;
      const closed = (code: number): void => {
        if (!isOver) handlers.closed(code);
        isOver = true;
      };
      const text = (frame: string): void => {
        if (!this.#take(JSON.parse(frame) as Fields)) handlers.text(frame);
      };
      const make = (to: string, protocol: string): WebSocket => {
        const socket = new WebSocket(to, protocol);
        // Node 20 says of a connection that was refused that it failed, and not that it is closed.
        socket.addEventListener('error', () => {
          closed(ABNORMAL);
        });
        return socket;
      };
      this.#connection = openSocket(make, address)({ ...handlers, text, closed });
      return this.#connection;
    };
  }

  /** Says something beside the session, and waits for the answer. */
  ask(frame: Fields): Promise<Fields> {
    const ref = ++this.#ref;
    return new Promise((resolve) => {
      this.#asked.set(ref, resolve);
      this.#connection?.send(JSON.stringify({ ...frame, ref }));
    });
  }

  /** Says what has no answer. */
  tell(frame: Fields): void {
    this.#connection?.send(JSON.stringify(frame));
  }

  #take(frame: Fields): boolean {
    if (frame['frame'] === 'entry') {
      const { seq, type, message } = frame as unknown as Heard;
      this.entries.push({ seq, type, message });
    }
    const ref = Number(frame['ref']);
    const resolve = this.#asked.get(ref);
    this.#asked.delete(ref);
    resolve?.(frame);
    return resolve !== undefined;
  }
}
