import { FrameOpener } from '../../src/e2ee/frames/frame_opener';
import { FrameSealer } from '../../src/e2ee/frames/frame_sealer';
import { MediaKeys } from '../../src/e2ee/frames/media_keys';

const FRAMES = 2_000;
const SLOT = 1;

/** Medians in microseconds. */
export interface FrameTimes {
  readonly sealUs: number;
  readonly openUs: number;
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
  const frame = new Uint8Array(frameBytes).fill(1);
  const [sealMs, openMs]: [number[], number[]] = [[], []];
  for (let sent = 0; sent < FRAMES; sent++) {
    const began = performance.now();
    const sealed = await sealer.seal(frame, 'video/VP8', SLOT);
    const between = performance.now();
    if (typeof sealed === 'string') throw new Error(sealed);
    const opened = await opener.open(sealed, 'video/VP8', { identity: 'ana', slot: SLOT });
    if (typeof opened === 'string') throw new Error(opened);
    sealMs.push(between - began);
    openMs.push(performance.now() - between);
  }
  return { sealUs: median(sealMs) * 1_000, openUs: median(openMs) * 1_000 };
}

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? NaN;
}

addEventListener('message', ({ data }: MessageEvent<number>) => {
  void timesOf(data).then(postMessage);
});
