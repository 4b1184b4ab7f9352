import { EventEmitter } from 'node:events';

import { ParticipantEvent, RemoteTrackPublication, Room, RoomEvent, setLogLevel, Track, type BaseE2EEManager } from 'livekit-client';
import { describe, expect, it, vi } from 'vitest';

import { Subject } from '../../observable/observable';
import { FrameEncryption, type SlotLookup } from './frame_encryption';
import type { FrameTransforms } from './frame_transforms';
import type { Announced } from './media_keys';

// What is not there, LiveKit complains of.
setLogLevel('silent');

const LEVELS = 'urn:ietf:params:rtp-hdrext:ssrc-audio-level';

interface Attached {
  readonly direction: 'send' | 'receive';
  readonly end: unknown;
  readonly of: Announced | undefined;
}

/** A room of LiveKit's own making, with our encryption, and without a network. */
function room() {
  const attached: Attached[] = [];
  const breaches: string[] = [];
  const slots = new Subject<SlotLookup>(() => undefined);
  let starve: (receiver: RTCRtpReceiver) => void = () => undefined;
  const transforms: Pick<FrameTransforms, 'send' | 'receive' | 'onStarved'> = {
    onStarved: (listener) => {
      starve = listener;
    },
    send: (end, of) => attached.push({ direction: 'send', end, of }),
    receive: (end, of) => attached.push({ direction: 'receive', end, of }),
  };
  const encryption = new FrameEncryption({
    transforms: transforms as FrameTransforms,
    identity: 'ANA',
    slots,
    onBreach: (what) => breaches.push(what),
  });
  const made = new Room({ encryption: { e2eeManager: encryption } });
  const disconnect = vi.spyOn(made, 'disconnect').mockResolvedValue();
  const starved = (receiver: RTCRtpReceiver): void => {
    starve(receiver);
  };
  return { room: made, encryption, attached, breaches, slots, disconnect, starved };
}

interface Shown {
  readonly sid: string;
  readonly publication: RemoteTrackPublication;
  readonly receiver: RTCRtpReceiver;
}

const receiverOf = (kind: string) => ({ track: { kind } }) as RTCRtpReceiver;

function subscribe(to: Room, receiver: RTCRtpReceiver, identity: string, trackSid: string): void {
  to.emit(
    RoomEvent.TrackSubscribed,
    { receiver } as never,
    // Whatever the server says of it: a clear screen, a known codec.
    { trackSid, source: Track.Source.ScreenShare, isEncrypted: false } as never,
    { identity } as never,
  );
}

describe('in a room of LiveKit’s', () => {
  it.each([
    [Track.Source.Microphone, 0],
    [Track.Source.Camera, 1],
    [Track.Source.ScreenShare, 2],
    [Track.Source.ScreenShareAudio, 3],
    [Track.Source.Unknown, undefined],
  ])('what is sent from %s is sealed before anything leaves', (source, slot) => {
    const { room: to, attached } = room();
    const sender = {} as RTCRtpSender;
    to.localParticipant.emit(ParticipantEvent.LocalSenderCreated, sender, { source } as never);
    const of = slot === undefined ? undefined : { identity: 'ANA', slot };
    expect(attached).toEqual([{ direction: 'send', end: sender, of }]);
  });

  it('what comes is kept from the decoder at once, and opened as its sender has signed', () => {
    const { room: to, attached, slots } = room();
    const receiver = receiverOf('video');
    to.engine.emit('mediaTrackAdded', {} as never, { id: 'x|y' } as never, receiver);
    expect(attached).toEqual([{ direction: 'receive', end: receiver, of: undefined }]);
    subscribe(to, receiver, 'BEN', 'TR_1');
    expect(attached.at(-1)).toEqual({ direction: 'receive', end: receiver, of: undefined });
    slots.set((identity, id) => (identity === 'BEN' && id === 'TR_1' ? 1 : undefined));
    expect(attached.at(-1)?.of).toEqual({ identity: 'BEN', slot: 1 });
    to.emit(RoomEvent.TrackUnsubscribed, { receiver } as never, {} as never, {} as never);
    expect(attached.at(-1)).toEqual({ direction: 'receive', end: receiver, of: undefined });
    const before = attached.length;
    slots.set(() => 1);
    expect(attached).toHaveLength(before);
  });

  it('a picture that lost frames begins anew, if it is shown, and sound does not', () => {
    const { room: to, starved } = room();
    const asked: boolean[] = [];
    const [picture, hidden, voice] = ([1, 1, 0] as const).map((type, at) => {
      const sid = `TR_${String(at)}`;
      const publication = new RemoteTrackPublication(
        type === 1 ? Track.Kind.Video : Track.Kind.Audio,
        { sid, type } as never,
        true,
      );
      vi.spyOn(publication, 'isEnabled', 'get').mockReturnValue(at !== 1);
      vi.spyOn(publication, 'setEnabled').mockImplementation((is) => asked.push(is));
      return { sid, publication, receiver: receiverOf(type === 1 ? 'video' : 'audio') };
    }) as [Shown, Shown, Shown];
    const all = [picture, hidden, voice];
    const trackPublications = new Map(all.map(({ sid, publication }) => [sid, publication]));
    vi.spyOn(to, 'getParticipantByIdentity').mockImplementation((identity) =>
      identity === 'BEN' ? ({ trackPublications } as never) : undefined,
    );
    starved(picture.receiver);
    for (const { receiver, sid } of all) subscribe(to, receiver, 'BEN', sid);
    starved(hidden.receiver);
    starved(voice.receiver);
    expect(asked).toEqual([]);
    starved(picture.receiver);
    expect(asked).toEqual([false, true]);
  });

  it('sound is not taken for a picture, nor one publication for another', () => {
    const { room: to, attached, slots } = room();
    slots.set((_, id) => (id === 'TR_1' ? 1 : undefined));
    subscribe(to, receiverOf('audio'), 'BEN', 'TR_1');
    subscribe(to, receiverOf('video'), 'BEN', 'TR_2');
    expect(attached.map(({ of }) => of)).toEqual([undefined, undefined]);
  });

  it('the server has no say in what is encrypted', () => {
    const { room: to, encryption, attached } = room();
    expect(to.hasE2EESetup).toBe(true);
    const asLiveKitSeesIt: BaseE2EEManager = encryption;
    for (const isEnabled of [false, true]) {
      asLiveKitSeesIt.setParticipantCryptorEnabled(isEnabled, 'ANA');
      asLiveKitSeesIt.isDataChannelEncryptionEnabled = isEnabled;
    }
    asLiveKitSeesIt.setSifTrailer(Uint8Array.of(1));
    expect(encryption.isEnabled).toBe(true);
    expect(encryption.isDataChannelEncryptionEnabled).toBe(true);
    expect(attached).toEqual([]);
  });

  it('data packets are refused, both ways', async () => {
    const { room: to, encryption } = room();
    expect(to.engine.listenerCount('dataPacketReceived')).toBe(0);
    expect(to.engine.listenerCount('dataTrackPacketReceived')).toBe(0);
    await expect(encryption.encryptData()).rejects.toThrow('not sent');
    await expect(encryption.handleEncryptedData()).rejects.toThrow('not read');
    Reflect.set(to.engine, 'ensurePublisherConnected', () => Promise.resolve());
    await expect(
      to.localParticipant.publishData(Uint8Array.of(1), { reliable: true }),
    ).rejects.toThrow('not sent');
  });

  it('no second sender is made for another codec, which nobody would have told us of', async () => {
    const { room: to } = room();
    const none = undefined as never;
    await expect(to.engine.createSimulcastSender(none, none, none)).rejects.toThrow('one codec');
  });

  it.each(['signalConnected', 'signalRestarted'] as const)(
    'a server that gives us another name in %s loses us',
    (event) => {
      const { encryption, breaches, disconnect } = room();
      // Without LiveKit's own listeners, which take the rest of the answer.
      const engine = new EventEmitter();
      encryption.setupEngine(engine as never);
      const answer = (identity?: string) =>
        engine.emit(event, { participant: identity && { identity } });
      answer('ANA');
      expect([breaches, disconnect.mock.calls.length]).toEqual([[], 0]);
      answer('EVE');
      expect(breaches).toEqual(['renamed']);
      expect(disconnect).toHaveBeenCalledWith(false);
      answer(undefined);
      expect(breaches).toHaveLength(2);
    },
  );

  it('a server that agrees on telling how loud each packet is loses us', () => {
    const { room: to, breaches } = room();
    const published = (sdp: string): void => {
      const publisher = { getRemoteDescription: () => ({ sdp }) };
      Reflect.set(to.engine, 'pcManager', { publisher });
      to.localParticipant.emit(ParticipantEvent.LocalTrackPublished, {} as never);
    };
    published('a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid');
    expect(breaches).toEqual([]);
    published(`a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\na=extmap:1 ${LEVELS}`);
    expect(breaches).toEqual(['audio-levels']);
  });

  it('loudness is not even offered, where the browser can leave it out', () => {
    const { room: to } = room();
    const sender = {} as RTCRtpSender;
    let offered: unknown;
    const transceiver = {
      sender,
      getHeaderExtensionsToNegotiate: () => [
        { uri: LEVELS, direction: 'sendrecv' },
        { uri: 'other', direction: 'sendrecv' },
      ],
      setHeaderExtensionsToNegotiate: (extensions: unknown) => {
        offered = extensions;
      },
    };
    Reflect.set(to.engine, 'pcManager', { publisher: { getTransceivers: () => [transceiver] } });
    const source = Track.Source.Microphone;
    to.localParticipant.emit(ParticipantEvent.LocalSenderCreated, sender, { source } as never);
    expect(offered).toEqual([
      { uri: LEVELS, direction: 'stopped' },
      { uri: 'other', direction: 'sendrecv' },
    ]);
  });
});
