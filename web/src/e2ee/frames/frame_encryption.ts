import {
  ParticipantEvent,
  RemoteTrackPublication,
  RoomEvent,
  Track,
  type BaseE2EEManager,
  type RemoteTrack,
  type Room,
} from 'livekit-client';

import type { Observable } from '../../observable/observable';
import type { FrameTransforms } from './frame_transforms';
import { kindOf, slotOf, type Slot } from './slot';

type Engine = Parameters<BaseE2EEManager['setupEngine']>[0];
type Publisher = NonNullable<Engine['pcManager']>['publisher'];

/** The slot of a member's publication, as that member has signed; undefined: not (yet). */
export type SlotLookup = (identity: string, publicationId: string) => Slot | undefined;

/** What a server tried, for which a connection is given up. */
export type Breach =
  /** It says that we are somebody else. */
  | 'renamed'
  /** It had the browser send how loud each packet is, in clear. */
  | 'audio-levels';

export interface FrameEncryptionParts {
  readonly transforms: FrameTransforms;
  /** One's own: the hash of the leaf key. */
  readonly identity: string;
  readonly slots: Observable<SlotLookup>;
  readonly onBreach: (what: Breach) => void;
}

// RFC 6464 section 4.
const AUDIO_LEVEL = 'urn:ietf:params:rtp-hdrext:ssrc-audio-level';

const SLOT_OF_SOURCE: Readonly<Partial<Record<Track.Source, Slot>>> = {
  [Track.Source.Microphone]: slotOf('microphone'),
  [Track.Source.Camera]: slotOf('camera'),
  [Track.Source.ScreenShare]: slotOf('screen'),
  [Track.Source.ScreenShareAudio]: slotOf('screen-audio'),
};

/**
 * Frame encryption for one connection by LiveKit, in the place of its own. What the server says of
 * encryption, identities and sources changes nothing here, and LiveKit's data packets carry nothing.
 */
export class FrameEncryption implements BaseE2EEManager {
  readonly isEnabled = true;
  readonly #parts: FrameEncryptionParts;
  readonly #subscribed = new Map<RTCRtpReceiver, { identity: string; publicationId: string }>();
  #room: Room | undefined;

  constructor(parts: FrameEncryptionParts) {
    this.#parts = parts;
  }

  /** Always: so that LiveKit asks for each data packet, and is refused. It sets it; that is passed over. */
  get isDataChannelEncryptionEnabled(): boolean {
    return true;
  }

  set isDataChannelEncryptionEnabled(_: boolean) {
    // What is sent over data channels is not up to options.
  }

  /** Called by the room, in its constructor. */
  setup(room: Room): void {
    this.#room = room;
    room.localParticipant
      .on(ParticipantEvent.LocalSenderCreated, (sender, track) => {
        this.#send(sender, track.source);
      })
      .on(ParticipantEvent.LocalTrackPublished, () => {
        this.#expectNoLevels();
      });
    room
      .on(RoomEvent.TrackSubscribed, (track, { trackSid }, { identity }) => {
        this.#subscribe(track, identity, trackSid);
      })
      .on(RoomEvent.TrackUnsubscribed, (track) => {
        this.#unsubscribe(track);
      });
    this.#parts.transforms.onStarved((receiver) => {
      this.#beginAnew(receiver);
    });
    const stop = this.#parts.slots.subscribe(() => {
      this.#announceAll();
    });
    room.once(RoomEvent.Disconnected, stop);
  }

  /** Called by the room for each engine that it makes, after its own listeners are there. */
  setupEngine(engine: Engine): void {
    // Whatever comes by data channel is nobody's word: what members say goes over the group.
    engine.removeAllListeners('dataPacketReceived');
    engine.removeAllListeners('dataTrackPacketReceived');
    // LiveKit tells nobody of the senders that it makes for backup codecs. So it makes none.
    engine.createSimulcastSender = () => Promise.reject(new Error('There is one codec a track.'));
    // At once, not when LiveKit knows whose it is: a receiver without a transform plays what comes.
    engine.on('mediaTrackAdded', (_track, _stream, receiver) => {
      this.#announce(receiver);
    });
    engine.on('signalConnected', ({ participant }) => {
      this.#expectIdentity(participant?.identity);
    });
    engine.on('signalRestarted', ({ participant }) => {
      this.#expectIdentity(participant?.identity);
    });
  }

  setParticipantCryptorEnabled(): void {
    // Everything is encrypted, whoever says what.
  }

  setSifTrailer(): void {
    // No frame is let through for how it ends.
  }

  /** @throws Error - always. */
  encryptData(): Promise<never> {
    return Promise.reject(new Error('Data packets are not sent.'));
  }

  /** @throws Error - always. */
  handleEncryptedData(): Promise<never> {
    return Promise.reject(new Error('Data packets are not read.'));
  }

  on(): this {
    // There is nothing to tell LiveKit.
    return this;
  }

  get #publisher(): Publisher | undefined {
    return this.#room?.engine.pcManager?.publisher;
  }

  #send(sender: RTCRtpSender, source: Track.Source): void {
    const slot = SLOT_OF_SOURCE[source];
    const { identity, transforms } = this.#parts;
    transforms.send(sender, slot === undefined ? undefined : { identity, slot });
    this.#offerNoLevels(sender);
  }

  #subscribe({ receiver }: RemoteTrack, identity: string, publicationId: string): void {
    if (receiver !== undefined) {
      this.#subscribed.set(receiver, { identity, publicationId });
      this.#announce(receiver);
    }
  }

  #unsubscribe({ receiver }: RemoteTrack): void {
    if (receiver !== undefined && this.#subscribed.delete(receiver)) {
      this.#announce(receiver);
    }
  }

  #announceAll(): void {
    for (const receiver of this.#subscribed.keys()) {
      this.#announce(receiver);
    }
  }

  #announce(receiver: RTCRtpReceiver): void {
    const { transforms, slots } = this.#parts;
    const subscribed = this.#subscribed.get(receiver);
    const slot = subscribed && slots.value(subscribed.identity, subscribed.publicationId);
    const isFit = slot !== undefined && kindOf(slot) === receiver.track.kind;
    transforms.receive(
      receiver,
      subscribed && isFit ? { identity: subscribed.identity, slot } : undefined,
    );
  }

  /** Has the server begin a picture anew, which it does with a key frame: it asks the sender for one. */
  #beginAnew(receiver: RTCRtpReceiver): void {
    const { identity = '', publicationId = '' } = this.#subscribed.get(receiver) ?? {};
    const participant = this.#room?.getParticipantByIdentity(identity);
    const publication = participant?.trackPublications.get(publicationId);
    // One that is not shown begins anew when it is.
    if (publication instanceof RemoteTrackPublication && publication.kind === Track.Kind.Video && publication.isEnabled) {
      publication.setEnabled(false);
      publication.setEnabled(true);
    }
  }

  #expectIdentity(identity: string | undefined): void {
    if (identity !== this.#parts.identity) {
      this.#breach('renamed');
    }
  }

  #offerNoLevels(sender: RTCRtpSender): void {
    const transceiver: NegotiatingTransceiver | undefined = this.#publisher
      ?.getTransceivers()
      .find((one) => one.sender === sender);
    const extensions = transceiver?.getHeaderExtensionsToNegotiate?.() ?? [];
    transceiver?.setHeaderExtensionsToNegotiate?.(
      extensions.map((one) => (one.uri === AUDIO_LEVEL ? { ...one, direction: 'stopped' } : one)),
    );
  }

  /** What was not offered can't be agreed on; but not every browser can leave it out. */
  #expectNoLevels(): void {
    if (this.#publisher?.getRemoteDescription()?.sdp.includes(AUDIO_LEVEL) === true) {
      this.#breach('audio-levels');
    }
  }

  #breach(what: Breach): void {
    // First: a connection that is lost is opened again, one that is breached is not.
    this.#parts.onBreach(what);
    void this.#room?.disconnect(false);
  }
}

/** WebRTC extensions, section 5.3: not in every browser. */
interface NegotiatingTransceiver extends RTCRtpTransceiver {
  getHeaderExtensionsToNegotiate?(): readonly HeaderExtension[];
  setHeaderExtensionsToNegotiate?(extensions: readonly HeaderExtension[]): void;
}

interface HeaderExtension {
  readonly uri: string;
  readonly direction: string;
}
