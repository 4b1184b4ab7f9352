import type { SoundPort } from './level_meter';

/** How long the tone can be heard. */
export const TONE_MS = 900;

/** Two soft notes, a fifth apart: start in seconds, pitch in hertz. */
const NOTES = [
  { startS: 0, hz: 523.25 },
  { startS: 0.25, hz: 783.99 },
] as const;

const LOUDNESS = 0.18;

/** How long the browser may take to begin; without any sound hardware it never does. */
export const START_DEADLINE_MS = 2_000;

/** The browser did not begin to play. */
export class NoSoundError extends Error {
  override readonly name = 'NoSoundError';
}

/**
 * Plays a short tone made on the spot and resolves when it is over.
 *
 * @throws NoSoundError - the browser did not begin, as on a computer without sound.
 * @throws whatever the browser says when that speaker is gone or sound is not allowed.
 */
export async function playTestTone(sound: SoundPort, speakerId: string | undefined): Promise<void> {
  const context = sound.audioContext();
  const element = sound.audioElement();
  try {
    const output = context.createMediaStreamDestination();
    element.srcObject = output.stream;
    // An element, as choosing the speaker of an AudioContext works in Chromium only.
    if (speakerId !== undefined) {
      await element.setSinkId(speakerId);
    }
    await inTime(Promise.all([context.resume(), element.play()]));
    for (const { startS, hz } of NOTES) {
      ring(context, output, context.currentTime + startS, hz);
    }
    await new Promise((resolve) => setTimeout(resolve, TONE_MS));
  } finally {
    element.pause();
    element.srcObject = null;
    await context.close();
  }
}

async function inTime(starting: Promise<unknown>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new NoSoundError());
    }, START_DEADLINE_MS);
  });
  try {
    await Promise.race([starting, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

function ring(context: AudioContext, output: AudioNode, at: number, hz: number): void {
  const note = context.createOscillator();
  const envelope = context.createGain();
  note.frequency.value = hz;
  envelope.gain.setValueAtTime(0, at);
  envelope.gain.linearRampToValueAtTime(LOUDNESS, at + 0.02);
  envelope.gain.exponentialRampToValueAtTime(0.001, at + 0.6);
  note.connect(envelope).connect(output);
  note.start(at);
  note.stop(at + 0.62);
}
