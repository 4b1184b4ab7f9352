import { FrameOpener } from '../../src/e2ee/frames/frame_opener';
import { FrameSealer } from '../../src/e2ee/frames/frame_sealer';
import { MediaKeys } from '../../src/e2ee/frames/media_keys';

const FRAMES = 2_000;
const SLOT = 1;

/** Medians in microseconds of all frames, and what sealing adds to one. */
export interface FrameTimes {
  readonly frameBytes: number;
  readonly sealUs: number;
  readonly openUs: number;
  /** AES-GCM alone, on the same bytes, turn by turn with the others. */
  readonly bareUs: number;
  /** The most that was added to a frame. */
  readonly overheadBytes: number;
}

/** How long it takes to seal and to open a frame of video. Runs in a worker. */
async function timesOf(frameBytes: number): Promise<FrameTimes> {
  const hmac = { name: 'HMAC', hash: 'SHA-256' };
  const mixKey = await crypto.subtle.importKey('raw', new Uint8Array(32), hmac, false, ['sign']);
  const keys = new MediaKeys(
    { groupId: new Uint8Array(32), mixKey, identity: 'ana' },
    { now: () => performance.now(), after: () => () => undefined },
  );
  keys.install({ epoch: 1, exported: new Uint8Array(16), leaves: new Map([['ana', 0]]) });
  keys.switchTo(1);
  const [sealer, opener] = [new FrameSealer(keys), new FrameOpener(keys)];
  const bare = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 128 }, false, ['encrypt']);
  const iv = new Uint8Array(12);
  const frame = new Uint8Array(frameBytes).fill(1);
  const [sealMs, openMs, bareMs]: [number[], number[], number[]] = [[], [], []];
  let overheadBytes = 0;
  for (let sent = 0; sent < FRAMES; sent++) {
    const began = performance.now();
    const sealed = await sealer.seal(frame, 'video/VP8', SLOT);
    const between = performance.now();
    if (typeof sealed === 'string') throw new Error(sealed);
    const opened = await opener.open(sealed, 'video/VP8', { identity: 'ana', slot: SLOT });
    if (typeof opened === 'string') throw new Error(opened);
    sealMs.push(between - began);
    const after = performance.now();
    new DataView(iv.buffer).setUint32(8, sent);
    await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, bare, frame);
    sealMs.push(between - began);
    openMs.push(after - between);
    bareMs.push(performance.now() - after);
    overheadBytes = Math.max(overheadBytes, sealed.length - frameBytes);
  }
  const [sealUs = NaN, openUs = NaN, bareUs = NaN] = [sealMs, openMs, bareMs].map(
    (times) => median(times) * 1_000,
  );
  return { frameBytes, sealUs, openUs, bareUs, overheadBytes };
}

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? NaN;
}

addEventListener('message', ({ data }: MessageEvent<number>) => {
  void timesOf(data).then(postMessage);
});
