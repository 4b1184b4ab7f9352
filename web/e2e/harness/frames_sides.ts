/** Runs in the page: the two ends of a connection within it. */
import { FrameKeys } from '../../src/e2ee/frames/frame_port';
import { FrameTransforms, type TransformPath } from '../../src/e2ee/frames/frame_transforms';

const GROUP_ID = new Uint8Array(32).fill(7);
const LEAVES = new Map([
  ['ana', 0],
  ['ben', 1],
]);

export interface Side {
  readonly keys: FrameKeys;
  readonly transforms: FrameTransforms;
  readonly connection: RTCPeerConnection;
}

/**
 * Somebody, without keys yet.
 *
 * @param path - undefined: frames go as browsers send them by themselves.
 */
export async function sideOf(identity: string, path: TransformPath | undefined): Promise<Side> {
  const worker = new Worker(new URL('../../src/e2ee/frames/frame_worker.ts', import.meta.url), {
    type: 'module',
  });
  const hmac = { name: 'HMAC', hash: 'SHA-256' };
  const mix = new Uint8Array(32).fill(9);
  const mixKey = await crypto.subtle.importKey('raw', mix, hmac, false, ['sign']);
  const keys = new FrameKeys(worker, { groupId: GROUP_ID, mixKey, identity });
  // As LiveKit has it wherever there are such streams; a script transform goes with it, too.
  const configuration = { encodedInsertableStreams: path !== undefined };
  const connection = new RTCPeerConnection(configuration as RTCConfiguration);
  return { keys, transforms: new FrameTransforms(keys, worker, path ?? 'streams'), connection };
}

/** All can open what is sealed in an epoch before anybody seals in it. */
export async function turnTo(epoch: number, ana: Side, ben: Side): Promise<void> {
  const secret = (): { epoch: number; exported: Uint8Array<ArrayBuffer>; leaves: typeof LEAVES } => ({
    ...{ epoch, leaves: LEAVES },
    exported: new Uint8Array(16).fill(epoch),
  });
  await Promise.all([ana.keys.install(secret()), ben.keys.install(secret())]);
  for (const { keys } of [ben, ana]) {
    keys.switchTo(epoch, true);
  }
}

export async function connect(one: RTCPeerConnection, other: RTCPeerConnection): Promise<void> {
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

/** Decoders run for somebody who looks and listens. */
export function play(track: MediaStreamTrack): void {
  const player = document.createElement(track.kind === 'audio' ? 'audio' : 'video');
  player.srcObject = new MediaStream([track]);
  player.autoplay = true;
  document.body.append(player);
  void player.play().catch(() => undefined);
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
