/** Runs in the page: two people over a connection within it, with the worker that calls have. */
import { FrameKeys } from '../../src/e2ee/frames/frame_port';
import { FrameTransforms, type TransformPath } from '../../src/e2ee/frames/frame_transforms';
import type { Slot } from '../../src/e2ee/frames/slot';
import {
  SITTINGS,
  type Played,
  type Sittings,
  type Talk,
  type TalkRequest,
} from './frames_talk';
import type { FrameTimes } from './frames_times';

const GROUP_ID = new Uint8Array(32).fill(7);
const LEAVES = new Map([
  ['ana', 0],
  ['ben', 1],
]);
const TRACKS: readonly (readonly [Slot, 'audio' | 'video'])[] = [
  [0, 'audio'],
  [1, 'video'],
];

interface Side {
  readonly keys: FrameKeys;
  readonly transforms: FrameTransforms;
  readonly connection: RTCPeerConnection;
}

/** Lets Ana talk to Ben, and tells what came of it. */
async function talk(request: TalkRequest): Promise<Talk> {
  const [ana, ben] = [await sideOf('ana', request.path), await sideOf('ben', request.path)];
  const slots = new Map<string, Slot>();
  ben.connection.addEventListener('track', ({ receiver, transceiver, track }) => {
    const slot = slots.get(transceiver.mid ?? '');
    ben.transforms.receive(receiver, slot === undefined ? undefined : { identity: 'ana', slot });
    play(track);
  });
  sendAll(ana, request, slots);
  await connect(ana.connection, ben.connection);
  await sleep(request.everyMs);
  const before = await ana.keys.report();
  for (let epoch = 1; epoch <= request.epochs; epoch++) {
    await turnTo(epoch, ana, ben);
    await sleep(request.everyMs);
  }
  ana.keys.stop();
  await sleep(500);
  const [sent, received] = await Promise.all([ana.keys.report(), ben.keys.report()]);
  const told = { before, sent, received, ...(await playedBy(ben.connection)) };
  ana.connection.close();
  ben.connection.close();
  return told;
}

/** Somebody, without keys yet. */
async function sideOf(identity: string, path: TransformPath): Promise<Side> {
  const worker = new Worker(new URL('../../src/e2ee/frames/frame_worker.ts', import.meta.url), {
    type: 'module',
  });
  const hmac = { name: 'HMAC', hash: 'SHA-256' };
  const mix = new Uint8Array(32).fill(9);
  const mixKey = await crypto.subtle.importKey('raw', mix, hmac, false, ['sign']);
  const keys = new FrameKeys(worker, { groupId: GROUP_ID, mixKey, identity });
  // As LiveKit has it wherever there are such streams; a script transform goes with it, too.
  const configuration = { encodedInsertableStreams: true };
  const connection = new RTCPeerConnection(configuration as RTCConfiguration);
  return { keys, transforms: new FrameTransforms(keys, worker, path), connection };
}

/** All can open what is sealed in an epoch before anybody seals in it. */
async function turnTo(epoch: number, ana: Side, ben: Side): Promise<void> {
  const secret = (): { epoch: number; exported: Uint8Array<ArrayBuffer>; leaves: typeof LEAVES } => ({
    ...{ epoch, leaves: LEAVES },
    exported: new Uint8Array(16).fill(epoch),
  });
  await Promise.all([ana.keys.install(secret()), ben.keys.install(secret())]);
  for (const { keys } of [ben, ana]) {
    keys.switchTo(epoch);
  }
}

function sendAll(ana: Side, request: TalkRequest, slots: Map<string, Slot>): void {
  for (const [slot, kind] of TRACKS) {
    const track = kind === 'audio' ? tone() : picture();
    const transceiver = ana.connection.addTransceiver(track, { direction: 'sendonly' });
    const codecs = RTCRtpSender.getCapabilities(kind)?.codecs ?? [];
    const wanted = kind === 'audio' ? 'audio/opus' : request.videoCodec;
    transceiver.setCodecPreferences(codecs.filter(({ mimeType }) => mimeType === wanted));
    if (!request.isClear) {
      ana.transforms.send(transceiver.sender, { identity: 'ana', slot });
    } else {
      passThrough(transceiver.sender);
    }
    // The order in which they are described.
    slots.set(String(slot), slot);
  }
}

/** What an older client, or a server that injects, sends: frames in clear. */
function passThrough(sender: RTCRtpSender): void {
  const { createEncodedStreams } = sender as {
    createEncodedStreams?: () => { readable: ReadableStream; writable: WritableStream };
  };
  const streams = createEncodedStreams?.call(sender);
  void streams?.readable.pipeTo(streams.writable).catch(() => undefined);
}

async function connect(one: RTCPeerConnection, other: RTCPeerConnection): Promise<void> {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    from.addEventListener('icecandidate', ({ candidate }) => {
      void to.addIceCandidate(candidate ?? undefined).catch(() => undefined);
    });
  }
  const isThere = new Promise<void>((resolve) => {
    other.addEventListener('connectionstatechange', () => {
      if (other.connectionState === 'connected') resolve();
    });
  });
  await one.setLocalDescription(await one.createOffer());
  await other.setRemoteDescription(one.localDescription as RTCSessionDescription);
  await other.setLocalDescription(await other.createAnswer());
  await one.setRemoteDescription(other.localDescription as RTCSessionDescription);
  await isThere;
}

async function playedBy(connection: RTCPeerConnection): Promise<Played> {
  const stats = [...(await connection.getStats()).values()] as Record<string, unknown>[];
  const of = (kind: string, name: string): number =>
    Number(stats.find((one) => one['type'] === 'inbound-rtp' && one['kind'] === kind)?.[name] ?? 0);
  return {
    framesDecoded: of('video', 'framesDecoded'),
    freezes: of('video', 'freezeCount'),
    concealed: of('audio', 'concealedSamples'),
    samples: of('audio', 'totalSamplesReceived'),
  };
}

function picture(): MediaStreamTrack {
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width: 320, height: 240 });
  const pen = canvas.getContext('2d');
  let turn = 0;
  setInterval(() => {
    turn++;
    for (let stripe = 0; stripe < 8 && pen !== null; stripe++) {
      pen.fillStyle = `hsl(${String((turn * 7 + stripe * 45) % 360)} 80% 50%)`;
      pen.fillRect(stripe * 40, 0, 40, 240);
    }
  }, 33);
  document.body.append(canvas);
  return canvas.captureStream(30).getVideoTracks()[0] as MediaStreamTrack;
}

function tone(): MediaStreamTrack {
  const context = new AudioContext();
  const out = context.createMediaStreamDestination();
  const oscillator = new OscillatorNode(context, { frequency: 440 });
  oscillator.connect(out);
  oscillator.start();
  return out.stream.getAudioTracks()[0] as MediaStreamTrack;
}

/** Decoders run for somebody who looks and listens. */
function play(track: MediaStreamTrack): void {
  const player = document.createElement(track.kind === 'audio' ? 'audio' : 'video');
  player.srcObject = new MediaStream([track]);
  player.autoplay = true;
  document.body.append(player);
  void player.play().catch(() => undefined);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** See frames_times.ts. */
function timesOf(frameBytes: number): Promise<FrameTimes> {
  const worker = new Worker(new URL('./frames_times.ts', import.meta.url), { type: 'module' });
  return new Promise((resolve) => {
    worker.addEventListener('message', ({ data }: MessageEvent<FrameTimes>) => {
      resolve(data);
    });
    worker.postMessage(frameBytes);
  });
}

(globalThis as { [SITTINGS]?: Sittings })[SITTINGS] = { talk, timesOf };
