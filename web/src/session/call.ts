/**
 * One call, as everything above the transport sees it. `joinCall` in `livekit_call.ts` makes the only
 * one that talks to a server; tests use one in memory.
 */
import type { Observable } from '../observable/observable';

/** Where a track comes from. */
export type Source = 'microphone' | 'camera' | 'screen' | 'screen-audio';

/** A track offered to the room. */
export interface Publication {
  readonly id: string;
  readonly source: Source;
  readonly isMuted: boolean;
  /** Absent until media arrives, and for a camera that is off. */
  readonly track: MediaStreamTrack | undefined;
}

/** Somebody in the room. A new object whenever anything about them changes. */
export interface Participant {
  readonly identity: string;
  readonly isLocal: boolean;
  /** Absent while nothing was sent that this meeting's key opens. */
  readonly name: string | undefined;
  readonly publications: readonly Publication[];
}

/** Why nothing is tried any more. `lost`: there was no way back as long as this device keeps its keys. */
export type Ending = 'left' | 'lost' | 'replaced' | 'breached';

/** What has kept a device out of its call, since the call last stood. */
export interface Setbacks {
  /** What the server said over a connection of its own; nothing proves it to anybody else. */
  readonly serverSaid: 'leave' | 'refusal' | undefined;
  /** How often the server was asked to let this device in again, answered, and did not. */
  readonly failedReturns: number;
  /** At how many of the server's addresses nobody answered last. */
  readonly deadAddresses: number;
}

/** How the call is connected. `sinceMs` is a reading of the clock that the call was given. */
export type Connection =
  | { readonly kind: 'joining' }
  | { readonly kind: 'connected' }
  | {
      readonly kind: 'trouble';
      readonly sinceMs: number;
      readonly attempt: number;
      readonly setbacks: Setbacks;
    }
  | { readonly kind: 'ended'; readonly why: Ending; readonly setbacks: Setbacks };

/** A live call. After `ended` nothing changes any more and every method does nothing. */
export interface Call {
  readonly connection: Observable<Connection>;
  /** Oneself first, then the others by when they came. */
  readonly participants: Observable<readonly Participant[]>;

  /**
   * Publishes a track, replaces the one that is published from this source, or takes it away.
   * A camera that is taken away keeps its publication, muted, so that it comes back quickly.
   * Waits through a reconnect. The caller stops tracks; the call never does, but it sets `enabled`.
   *
   * @throws PublishError - the server refused, or the call ended before it was done.
   */
  setTrack(source: Source, track: MediaStreamTrack | undefined): Promise<void>;

  /**
   * Mutes or unmutes what is published from a source, now and later: without a publication nothing
   * happens yet, and a track that is set afterwards never runs unmuted first.
   */
  setMuted(source: Source, isMuted: boolean): Promise<void>;

  /** Says how large somebody's video is shown, in device pixels; undefined means not at all. */
  setShownSize(
    publicationId: string,
    size: { readonly width: number; readonly height: number } | undefined,
  ): void;

  /** Tries to connect again at once instead of at the next turn. */
  retryNow(): void;

  /** Leaves. Resolves when the server was told, or after a second. */
  leave(): Promise<void>;
}

/** A track could not be published. */
export class PublishError extends Error {
  override readonly name = 'PublishError';
}
