import type { Observable } from '../observable/observable';
import type { Participant, Source } from './call';

/** Why one connection is over. It may be that the call goes on over another one. */
export type Departure =
  | 'lost'
  | 'replaced'
  /** The server said that this device is out. What it gave as its reason, nothing proves. */
  | 'dismissed'
  /** The server tried what would have endangered who is in the call. */
  | 'breached';

/** How one connection is. `closed` is final. */
export type RoomState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'connected' }
  /** The transport helps itself; `attempt` counts from 1. */
  | { readonly kind: 'reconnecting'; readonly attempt: number }
  | { readonly kind: 'closed'; readonly why: Departure };

/** What is to be published from a source. */
export interface Offer {
  readonly track: MediaStreamTrack | undefined;
  readonly isMuted: boolean;
}

/** Video on screen, in device pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** One connection to a room, for a call that may need several. Used once. */
export interface RoomPort {
  readonly state: Observable<RoomState>;
  readonly participants: Observable<readonly Participant[]>;
  /** Connects with a ticket. What comes of it shows in `state`. */
  connect(ticket: string): void;
  /** Makes what is published from a source be as offered. One at a time for each source. */
  publish(source: Source, offer: Offer): Promise<void>;
  setShownSize(publicationId: string, size: Size | undefined): void;
  /** Leaves; `state` is closed when it resolves. */
  close(): Promise<void>;
}
