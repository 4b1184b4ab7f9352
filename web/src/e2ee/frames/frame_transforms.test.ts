import { afterEach, describe, expect, it, vi } from 'vitest';

import { FrameKeys, type ToFrameWorker } from './frame_port';
import { FrameTransforms, transformPath, type TransformPath } from './frame_transforms';
import { ANAS_CAMERA, ANAS_VOICE, mixKeyOf } from './frames_in_memory';

/** What `RTCRtpScriptTransform` is made with. */
class ScriptTransform {
  readonly worker: unknown;
  readonly options: unknown;

  constructor(worker: unknown, options: unknown) {
    this.worker = worker;
    this.options = options;
  }
}

afterEach(() => {
  vi.unstubAllGlobals();
});

async function transforms(path: TransformPath) {
  vi.stubGlobal('RTCRtpScriptTransform', ScriptTransform);
  const posted: ToFrameWorker[] = [];
  let hear: (event: { readonly data: unknown }) => void = () => undefined;
  const port = {
    postMessage: (message: unknown) => {
      posted.push(message as ToFrameWorker);
    },
    addEventListener: (_: 'message', listener: typeof hear) => {
      hear = listener;
    },
  };
  const secrets = { groupId: new Uint8Array(32), mixKey: await mixKeyOf(), identity: 'ana' };
  const worker = {} as Worker;
  const made = new FrameTransforms(new FrameKeys(port, secrets), worker, path);
  posted.splice(0);
  const wantKeyframe = (pipe: number): void => {
    hear({ data: { kind: 'keyframe', pipe } });
  };
  return { made, posted, worker, wantKeyframe };
}

describe('a browser', () => {
  class OldSender {
    createEncodedStreams(): void {
      // Chromium's.
    }
  }
  class NewSender {
    getParameters(): void {
      // All browsers'.
    }
  }

  it.each([
    ['streams', { RTCRtpSender: OldSender, RTCRtpScriptTransform: ScriptTransform }],
    ['streams', { RTCRtpSender: OldSender }],
    ['script', { RTCRtpSender: NewSender, RTCRtpScriptTransform: ScriptTransform }],
    [undefined, { RTCRtpSender: NewSender }],
    [undefined, {}],
  ] as const)('goes by %s, as far as it can', (path, scope) => {
    expect(transformPath(scope)).toBe(path);
  });
});

describe('a worker between the encoder and the network', () => {
  it('is put there as a script transform, once', async () => {
    const { made, posted, worker } = await transforms('script');
    const sender = { transform: null } as RTCRtpSender;
    made.send(sender, ANAS_CAMERA);
    const options = { pipe: 1, direction: 'send', of: ANAS_CAMERA };
    expect(sender.transform).toEqual({ worker, options });
    const first = sender.transform;
    made.send(sender, ANAS_VOICE);
    expect(sender.transform).toBe(first);
    expect(posted).toEqual([{ kind: 'use', pipe: 1, of: ANAS_VOICE }]);
  });

  it('is put there with a receiver’s streams, once, and told whose track it is when somebody signs', async () => {
    const { made, posted } = await transforms('streams');
    const streams = { readable: new ReadableStream(), writable: new WritableStream() };
    const createEncodedStreams = vi.fn(() => streams);
    const receiver = { createEncodedStreams, transform: null } as unknown as RTCRtpReceiver;
    made.receive(receiver, undefined);
    made.receive(receiver, ANAS_CAMERA);
    made.receive(receiver, undefined);
    expect(createEncodedStreams).toHaveBeenCalledOnce();
    expect(receiver.transform).toBeNull();
    expect(posted).toEqual([
      { kind: 'run', start: { pipe: 1, direction: 'receive', of: undefined }, streams },
      { kind: 'use', pipe: 1, of: ANAS_CAMERA },
      { kind: 'use', pipe: 1, of: undefined },
    ]);
  });

  it('has all encoders of a sender make a key frame, if there is a picture', async () => {
    const { made, wantKeyframe } = await transforms('streams');
    const streams = { readable: new ReadableStream(), writable: new WritableStream() };
    const setParameters = vi.fn(() => Promise.reject(new DOMException('', 'InvalidStateError')));
    const parameters = { encodings: [{ rid: 'q' }, { rid: 'f' }] };
    const [camera, voice] = (['video', 'audio'] as const).map((kind) => ({
      ...{ createEncodedStreams: () => streams, setParameters, track: { kind } },
      getParameters: () => parameters,
    })) as unknown as [RTCRtpSender, RTCRtpSender];
    made.send(camera, ANAS_CAMERA);
    made.send(voice, ANAS_VOICE);
    for (const pipe of [1, 2, 3]) wantKeyframe(pipe);
    const encodingOptions = [{ keyFrame: true }, { keyFrame: true }];
    expect(setParameters.mock.calls).toEqual([[parameters, { encodingOptions }]]);
  });

  it('says which receiver’s picture can’t go on, and no sender', async () => {
    const { made, wantKeyframe } = await transforms('streams');
    const createEncodedStreams = () => ({});
    const receiver = { createEncodedStreams } as unknown as RTCRtpReceiver;
    const sender = { createEncodedStreams, track: null } as unknown as RTCRtpSender;
    const starved: RTCRtpReceiver[] = [];
    made.onStarved((one) => starved.push(one));
    made.receive(receiver, ANAS_CAMERA);
    made.send(sender, ANAS_CAMERA);
    for (const pipe of [2, 1, 3]) wantKeyframe(pipe);
    expect(starved).toEqual([receiver]);
  });

  it('that can’t be put there leaves a sender without a track, and a receiver’s track ended', async () => {
    const { made } = await transforms('streams');
    const createEncodedStreams = (): never => {
      throw new DOMException('Too late', 'InvalidStateError');
    };
    const replaceTrack = vi.fn(() => Promise.resolve());
    const sender = { createEncodedStreams, replaceTrack } as unknown as RTCRtpSender;
    expect(() => {
      made.send(sender, ANAS_CAMERA);
    }).toThrow('Too late');
    expect(replaceTrack).toHaveBeenCalledWith(null);
    const track = { stop: vi.fn() };
    const receiver = { createEncodedStreams, track } as unknown as RTCRtpReceiver;
    expect(() => {
      made.receive(receiver, ANAS_CAMERA);
    }).toThrow('Too late');
    expect(track.stop).toHaveBeenCalledOnce();
  });
});
