/** Runs in the page: two people over a connection within it, with the worker that calls have. */
import type { Slot } from '../../src/e2ee/frames/slot';
import { delaysOf } from './frames_delay';
import { connect, play, sideOf, sleep, turnTo, type Side } from './frames_sides';
import {
  SITTINGS,
  type Played,
  type Sittings,
  type Talk,
  type TalkRequest,
} from './frames_talk';
import type { FrameTimes } from './frames_times';

const TRACKS: readonly (readonly [Slot, 'audio' | 'video'])[] = [
  [0, 'audio'],
  [1, 'video'],
];

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

(globalThis as { [SITTINGS]?: Sittings })[SITTINGS] = { talk, timesOf, delaysOf };
