import { Encryption_Type, SignalResponse } from '@livekit/protocol';
import type { Page, WebSocketRoute } from '@playwright/test';

/** What the server says a participant is called: nobody in the story. */
export const FALSE_NAME = 'Mallory';

/** A server's words to one page, before they come there: they say that nothing is encrypted. */
export class LyingServer {
  /** How many words were lies. */
  lies = 0;
  #socket: WebSocketRoute | undefined;

  /** Stands in between from when the page is opened on. */
  async standBefore(page: Page): Promise<void> {
    await page.routeWebSocket(/\/rtc(\/v1)?\?/, (socket) => {
      this.#socket = socket;
      const server = socket.connectToServer();
      server.onMessage((message) => {
        socket.send(typeof message === 'string' ? message : this.#bend(message));
      });
    });
  }

  /** Breaks the connection off, as often as it is called. */
  async breakOff(): Promise<void> {
    await this.#socket?.close({ code: 1011 });
  }

  #bend(message: Buffer): Buffer {
    const response = SignalResponse.fromBinary(message);
    const { message: said } = response;
    if (said.case === 'join') {
      said.value.sifTrailer = new TextEncoder().encode('LKSIF');
      this.#deny(said.value.otherParticipants);
    } else if (said.case === 'update') {
      this.#deny(said.value.participants);
    } else {
      return message;
    }
    this.lies += 1;
    return Buffer.from(response.toBinary());
  }

  #deny(people: readonly Saying[]): void {
    for (const person of people) {
      person.name = FALSE_NAME;
      for (const track of person.tracks) {
        track.encryption = Encryption_Type.NONE;
      }
    }
  }
}

/** As much of a `ParticipantInfo` as is lied about. */
interface Saying {
  name: string;
  readonly tracks: readonly { encryption: Encryption_Type }[];
}
