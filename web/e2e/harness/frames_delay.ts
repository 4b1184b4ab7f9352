/** Runs in the page: how late sound comes over a connection, with our encryption and without, at the same time. */
import type { TransformPath } from '../../src/e2ee/frames/frame_transforms';
import { connect, play, sideOf, sleep, turnTo, type Side } from './frames_sides';
import type { Delays } from './frames_talk';
import type { Onset } from './onset_processor';
import onsetProcessorUrl from './onset_processor?worker&url';

const SOUND_S = 0.02;
const EVERY_S = 0.7;
/** Jitter buffers are wide at first. */
const SETTLE_MS = 4_000;
/** Nothing is later than this and still the same sound. */
const MAX_LATE_S = 0.6;

/** The inputs of the listener. */
const [SPOKEN, CLEAR, SEALED] = [0, 1, 2];

/** See `Sittings`. */
export async function delaysOf(path: TransformPath, sounds: number): Promise<Delays> {
  const context = new AudioContext({ latencyHint: 'interactive' });
  await context.audioWorklet.addModule(onsetProcessorUrl);
  const mouth = context.createMediaStreamDestination();
  const loudness = new GainNode(context, { gain: 0 });
  const voice = new OscillatorNode(context, { frequency: 1_000 });
  voice.connect(loudness).connect(mouth);
  const ear = new AudioWorkletNode(context, 'onsets', { numberOfInputs: 3, numberOfOutputs: 0 });
  loudness.connect(ear, 0, SPOKEN);
  const [track] = mouth.stream.getAudioTracks();
  if (track === undefined) throw new Error('no track');
  const hears = (input: number) => (heard: MediaStreamTrack): void => {
    play(heard);
    context.createMediaStreamSource(new MediaStream([heard])).connect(ear, 0, input);
  };
  const pairs = [
    await talkOver(undefined, track, hears(CLEAR)),
    await talkOver(path, track, hears(SEALED)),
  ];
  voice.start();
  await sleep(SETTLE_MS);
  const onsets: Onset[] = [];
  ear.port.onmessage = ({ data }: MessageEvent<Onset>) => {
    onsets.push(data);
  };
  for (let sound = 0; sound < sounds; sound++) {
    // Not in step with packets of 20 ms.
    const at = context.currentTime + 0.05 + Math.random() * 0.02;
    loudness.gain.setValueAtTime(0.8, at);
    loudness.gain.setValueAtTime(0, at + SOUND_S);
    await sleep(EVERY_S * 1_000);
  }
  for (const { connection } of pairs.flat()) connection.close();
  await context.close();
  return paired(onsets);
}

/** A connection that carries the track, sealed or as browsers carry it by themselves. */
async function talkOver(
  path: TransformPath | undefined,
  track: MediaStreamTrack,
  hear: (track: MediaStreamTrack) => void,
): Promise<readonly Side[]> {
  const [ana, ben] = [await sideOf('ana', path), await sideOf('ben', path)];
  ben.connection.addEventListener('track', ({ receiver, track: heard }) => {
    if (path !== undefined) ben.transforms.receive(receiver, { identity: 'ana', slot: 0 });
    hear(heard);
  });
  const { sender } = ana.connection.addTransceiver(track, { direction: 'sendonly' });
  if (path !== undefined) ana.transforms.send(sender, { identity: 'ana', slot: 0 });
  await connect(ana.connection, ben.connection);
  await turnTo(1, ana, ben);
  return [ana, ben];
}

function paired(onsets: readonly Onset[]): Delays {
  const [clear, sealed]: [number[], number[]] = [[], []];
  for (const { input, atS } of onsets) {
    if (input !== SPOKEN) continue;
    const late = [CLEAR, SEALED].map(
      (other) =>
        onsets.find((one) => one.input === other && one.atS > atS && one.atS < atS + MAX_LATE_S)
          ?.atS,
    );
    const [inClear, whenSealed] = late;
    if (inClear === undefined || whenSealed === undefined) continue;
    clear.push((inClear - atS) * 1_000);
    sealed.push((whenSealed - atS) * 1_000);
  }
  return { clear, sealed };
}
