import {
  ConnectionState,
  DisconnectReason,
  getLogger,
  LoggerNames,
  Room,
  RoomEvent,
  type BaseE2EEManager,
  type RoomOptions,
} from 'livekit-client';

import { Subject, type Observable } from '../observable/observable';
import type { MeetingKeys } from '../protocol/derivation';
import type { Participant, Source } from './call';
import { LiveKitPublisher } from './livekit_publisher';
import { NameBook } from './name_book';
import type { Departure, Offer, RoomPort, RoomState, Size } from './room_port';
import { Roster } from './roster';
import { ShownSizes } from './shown_sizes';

// LiveKit helps itself so long; then a new connection with a new ticket is the better bet.
const OWN_RECONNECT_MS = 8_000;
const OWN_RECONNECT_MAX_PAUSE_MS = 2_500;

const CONNECT_OPTIONS = { maxRetries: 0, websocketTimeout: 8_000, peerConnectionTimeout: 10_000 };

/** Events after which somebody may look different. */
const ROSTER_EVENTS = [
  RoomEvent.ParticipantConnected,
  RoomEvent.ParticipantDisconnected,
  RoomEvent.ParticipantAttributesChanged,
  RoomEvent.TrackPublished,
  RoomEvent.TrackUnpublished,
  RoomEvent.TrackSubscribed,
  RoomEvent.TrackUnsubscribed,
  RoomEvent.TrackMuted,
  RoomEvent.TrackUnmuted,
  RoomEvent.LocalTrackPublished,
  RoomEvent.LocalTrackUnpublished,
] as const;

/**
 * Makes what encrypts a connection: nothing leaves a device, or is played, without it.
 *
 * @param onBreach - the server tried what gives people away, and the connection was ended for it.
 */
export type Encryption = (onBreach: () => void) => BaseE2EEManager;

/** One connection to a room, by LiveKit. It carries media and nothing else. */
export class LiveKitRoom implements RoomPort {
  readonly #origin: string;
  readonly #ownName: string;
  readonly #room: Room;
  readonly #state = new Subject<RoomState>({ kind: 'connecting' });
  readonly #participants = new Subject<readonly Participant[]>([]);
  readonly #names: NameBook;
  readonly #roster: Roster;
  readonly #sizes: ShownSizes;
  readonly #publisher: LiveKitPublisher;
  #hasStood = false;

  /**
   * @param origin - the server's.
   * @param keys - they open the others' names.
   * @param self - as oneself is shown.
   * @param encryption - of this connection.
   */
  constructor(
    origin: string,
    keys: MeetingKeys,
    self: { readonly identity: string; readonly name: string },
    encryption: Encryption,
  ) {
    silence();
    this.#origin = origin;
    this.#ownName = self.name;
    const e2eeManager = encryption(() => {
      this.#closed('breached');
    });
    this.#room = new Room({ ...this.#options(), encryption: { e2eeManager } });
    this.#names = new NameBook(keys, () => {
      this.#refresh();
    });
    this.#roster = new Roster(self.identity, (identity, sealed) =>
      this.#names.nameOf(identity, sealed),
    );
    this.#sizes = new ShownSizes((publicationId, size) => {
      this.#applySize(publicationId, size);
    });
    this.#publisher = new LiveKitPublisher(this.#room.localParticipant);
    this.#listen();
  }

  get state(): Observable<RoomState> {
    return this.#state;
  }

  get participants(): Observable<readonly Participant[]> {
    return this.#participants;
  }

  connect(ticket: string): void {
    this.#room.connect(this.#origin, ticket, CONNECT_OPTIONS).then(
      () => {
        this.#connected();
      },
      // What went wrong may carry the ticket; it goes no further.
      () => {
        this.#closed('lost');
      },
    );
  }

  async publish(source: Source, offer: Offer): Promise<void> {
    await this.#publisher.publish(source, offer);
    this.#refresh();
  }

  setShownSize(publicationId: string, size: Size | undefined): void {
    this.#sizes.set(publicationId, size);
  }

  async close(): Promise<void> {
    try {
      await this.#room.disconnect(false);
    } finally {
      this.#closed('lost');
    }
  }

  #options(): RoomOptions {
    return {
      // Two transports, over `/rtc`: the only signalling that our server speaks.
      singlePeerConnection: false,
      adaptiveStream: false,
      dynacast: false,
      webAudioMix: false,
      stopLocalTrackOnUnpublish: false,
      disconnectOnPageLeave: true,
      publishDefaults: { videoCodec: 'vp8', backupCodec: false, red: false },
      reconnectPolicy: {
        nextRetryDelayInMs: ({ retryCount, elapsedMs }) => this.#ownPause(retryCount, elapsedMs),
      },
    };
  }

  #ownPause(retryCount: number, elapsedMs: number): number | null {
    if (this.#state.value.kind !== 'connecting') {
      this.#set({ kind: 'reconnecting', attempt: retryCount + 1 });
    }
    if (elapsedMs > OWN_RECONNECT_MS) {
      return null;
    }
    const pauseMs = Math.min(300 * 2 ** retryCount, OWN_RECONNECT_MAX_PAUSE_MS);
    return pauseMs * (0.5 + Math.random() / 2);
  }

  #listen(): void {
    for (const event of ROSTER_EVENTS) {
      this.#room.on(event, () => {
        // Not at once: LiveKit first takes everybody away, then says that it connects anew.
        queueMicrotask(() => {
          this.#refresh();
        });
      });
    }
    this.#room
      .on(RoomEvent.TrackSubscribed, (_, { trackSid }) => {
        this.#sizes.repeat(trackSid);
      })
      .on(RoomEvent.TrackUnpublished, ({ trackSid }) => {
        this.#sizes.forget(trackSid);
      })
      .on(RoomEvent.Reconnected, () => {
        this.#connected();
      })
      .on(RoomEvent.Disconnected, (reason) => {
        this.#closed(departureOf(reason, this.#hasStood));
      });
  }

  #connected(): void {
    this.#hasStood = true;
    // The roster first: who sees the connection sees who is there, too.
    this.#refresh();
    this.#set({ kind: 'connected' });
  }

  #closed(why: Departure): void {
    this.#sizes.close();
    this.#set({ kind: 'closed', why });
  }

  #set(state: RoomState): void {
    if (this.#state.value.kind !== 'closed') {
      this.#state.set(state);
    }
  }

  #refresh(): void {
    const { localParticipant, remoteParticipants, state } = this.#room;
    // LiveKit forgets everybody while it connects anew; people should not vanish for that.
    const isComplete =
      state === ConnectionState.Connected || state === ConnectionState.SignalReconnecting;
    if (!isComplete || this.#state.value.kind === 'closed') {
      return;
    }
    this.#names.keepOnly(new Set(remoteParticipants.keys()));
    this.#participants.set(
      this.#roster.read(localParticipant, this.#ownName, remoteParticipants.values()),
    );
  }

  #applySize(publicationId: string, size: Size | undefined): void {
    for (const participant of this.#room.remoteParticipants.values()) {
      const publication = participant.videoTrackPublications.get(publicationId);
      // LiveKit forgets what is said of a publication before its track is there.
      if (publication?.track !== undefined) {
        publication.setEnabled(size !== undefined);
        if (size !== undefined) {
          publication.setVideoDimensions({ ...size });
        }
      }
    }
  }
}

/** LiveKit gives a reason where the server said one, or for one of these of its own. */
const OWN_REASONS: readonly (DisconnectReason | undefined)[] = [
  undefined,
  DisconnectReason.CLIENT_INITIATED,
  DisconnectReason.STATE_MISMATCH,
];

function departureOf(reason: DisconnectReason | undefined, hasStood: boolean): Departure {
  if (reason === DisconnectReason.DUPLICATE_IDENTITY) {
    return 'replaced';
  }
  // While it connects, whatever goes wrong has a reason of LiveKit's.
  return !hasStood || OWN_REASONS.includes(reason) ? 'lost' : 'dismissed';
}

/** LiveKit's logs carry addresses with tickets in them. Not persisted: `localStorage` stays empty. */
function silence(): void {
  for (const name of Object.values(LoggerNames)) {
    getLogger(name).setLevel('silent', false);
  }
}
