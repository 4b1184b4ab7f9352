import type { Page } from '@playwright/test';

/** A server's own frames, as encoders make them: a loud tone, and a picture of one colour. */
export interface OwnFrames {
  readonly sound: string;
  readonly picture: string;
  /** The middle of the picture as a decoder shows it: so these are frames that could be played. */
  readonly colour: readonly number[];
}

/** Makes the frames that a server would like to have played. In hexadecimal. */
export async function ownFrames(page: Page): Promise<OwnFrames> {
  const sound = await page.evaluate(encodeTone);
  const { picture, colour } = await page.evaluate(encodePicture);
  return { sound, picture, colour };
}

/** Runs in the page. */
async function encodePicture(): Promise<Omit<OwnFrames, 'sound'>> {
  const canvas = new OffscreenCanvas(640, 360);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) throw new Error('no canvas');
  context.fillStyle = 'magenta';
  context.fillRect(0, 0, 640, 360);
  const error = (fault: Error): never => {
    throw fault;
  };
  const chunks: EncodedVideoChunk[] = [];
  const encoder = new VideoEncoder({ output: (chunk) => chunks.push(chunk), error });
  encoder.configure({ codec: 'vp8', width: 640, height: 360 });
  const frame = new VideoFrame(canvas, { timestamp: 0 });
  encoder.encode(frame, { keyFrame: true });
  frame.close();
  await encoder.flush();
  const [chunk] = chunks;
  if (chunk === undefined) throw new Error('no picture');
  context.clearRect(0, 0, 640, 360);
  const output = (decoded: VideoFrame): void => {
    context.drawImage(decoded, 0, 0);
    decoded.close();
  };
  const decoder = new VideoDecoder({ output, error });
  decoder.configure({ codec: 'vp8' });
  decoder.decode(chunk);
  await decoder.flush();
  const bytes = new Uint8Array(chunk.byteLength);
  chunk.copyTo(bytes);
  const picture = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return { picture, colour: Array.from(context.getImageData(320, 180, 1, 1).data) };
}

/** Runs in the page. */
async function encodeTone(): Promise<string> {
  const chunks: EncodedAudioChunk[] = [];
  const encoder = new AudioEncoder({
    output: (chunk) => chunks.push(chunk),
    error: (fault) => {
      throw fault;
    },
  });
  encoder.configure({ codec: 'opus', sampleRate: 48_000, numberOfChannels: 1, bitrate: 32_000 });
  for (let at = 0; at < 10; at += 1) {
    const tone = Float32Array.from({ length: 960 }, (_, i) => Math.sin((at * 960 + i) / 10) * 0.8);
    const data = new AudioData({
      format: 'f32-planar',
      ...{ sampleRate: 48_000, numberOfFrames: 960, numberOfChannels: 1 },
      ...{ timestamp: at * 20_000, data: tone },
    });
    encoder.encode(data);
    data.close();
  }
  await encoder.flush();
  const last = chunks.at(-1);
  const bytes = new Uint8Array(last?.byteLength ?? 0);
  last?.copyTo(bytes);
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
