import { afterEach, describe, expect, it } from 'vitest';

import { HandClock } from '../../observable/hand_clock';
import type { Bytes } from '../../protocol/bytes';
import { FramePipes, type EncodedFrame, type FrameStreams } from './frame_pipes';
import { FrameKeys, serveFrames } from './frame_port';
import { ANAS_CAMERA, DELTA_FRAME, epochOf, KEY_FRAME, mixKeyOf } from './frames_in_memory';
import type { Announced } from './media_keys';

const channels: MessageChannel[] = [];

afterEach(() => {
  for (const { port1, port2 } of channels.splice(0)) {
    port1.close();
    port2.close();
  }
});

/** An encoder and what leaves it, or what comes and the decoder. */
class Wire {
  readonly streams: FrameStreams;
  readonly out: Bytes[] = [];
  readonly #in = new TransformStream<EncodedFrame, EncodedFrame>();
  readonly #writer = this.#in.writable.getWriter();

  constructor() {
    this.streams = {
      readable: this.#in.readable,
      writable: new WritableStream({
        write: (frame: EncodedFrame) => {
          this.out.push(new Uint8Array(frame.data));
        },
      }),
    };
  }

  /** Lets a frame through, and waits until it is through or dropped. */
  async give(bytes: Bytes, mimeType = 'video/VP8'): Promise<Bytes | undefined> {
    const before = this.out.length;
    const data = Uint8Array.from(bytes).buffer;
    await this.#writer.write({ data, getMetadata: () => ({ mimeType }) });
    await settled();
    return this.out[before];
  }

  async giveUnreadable(): Promise<void> {
    await this.#writer.write({
      data: new ArrayBuffer(5),
      getMetadata: () => {
        throw new Error('A browser that fails.');
      },
    });
    await settled();
  }

  async end(): Promise<void> {
    await this.#writer.close();
    await settled();
  }
}

/** The page's end of a worker, and a way into the worker as the browser has it. */
async function worker(identity: string) {
  const channel = new MessageChannel();
  channels.push(channel);
  const pipes = new FramePipes(new HandClock());
  const transforms: ((event: unknown) => void)[] = [];
  const scope = {
    postMessage: (message: unknown) => {
      channel.port1.postMessage(message);
    },
    addEventListener: (type: string, listener: (event: never) => void) => {
      if (type === 'message') {
        channel.port1.addEventListener('message', listener as (event: Event) => void);
        channel.port1.start();
      } else {
        transforms.push(listener as (event: unknown) => void);
      }
    },
  };
  serveFrames(scope, pipes);
  const secrets = { groupId: new Uint8Array(32).fill(7), mixKey: await mixKeyOf(), identity };
  const wanted: number[] = [];
  channel.port2.start();
  const keys = new FrameKeys(channel.port2, secrets);
  keys.onKeyframe((pipe) => {
    wanted.push(pipe);
  });
  let asked = 0;
  let made = 0;
  const script = (direction: 'send' | 'receive', of?: Announced, canAsk = true) => {
    const wire = new Wire();
    const options = keys.begin(direction, of);
    const sendKeyFrameRequest = (): Promise<void> => {
      asked++;
      return Promise.resolve();
    };
    const generateKeyFrame = (): Promise<void> => {
      made++;
      return Promise.resolve();
    };
    for (const begin of transforms) {
      const asking = canAsk ? { sendKeyFrameRequest, generateKeyFrame } : {};
      begin({ transformer: { ...wire.streams, options, ...asking } });
    }
    return { wire, pipe: options.pipe };
  };
  return { keys, pipes, script, wanted, asked: () => asked, made: () => made };
}

/** Into the first epoch. */
async function turn(keys: FrameKeys): Promise<void> {
  await keys.install(epochOf(1));
  keys.switchTo(1, false);
  await keys.report();
}

async function settled(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 15));
}

describe('frames in a worker', () => {
  it('have the page see to a key frame where the browser can’t be told in the worker', async () => {
    const ana = await worker('ana');
    const { pipe } = ana.script('send', ANAS_CAMERA, false);
    await ana.keys.install(epochOf(1));
    ana.keys.switchTo(1, true);
    await ana.keys.report();
    await settled();
    expect([ana.wanted, ana.made()]).toEqual([[pipe], 0]);
  });

  it('go sealed from one to another, and are counted', async () => {
    const [ana, ben] = [await worker('ana'), await worker('ben')];
    const epoch = epochOf(1);
    expect(await ana.keys.install(epoch)).toBe(true);
    // It was given away.
    expect(epoch.exported.length).toBe(0);
    expect(await ben.keys.install(epochOf(1))).toBe(true);
    expect(await ben.keys.install(epochOf(1))).toBe(false);
    const [out, into] = [ana.script('send', ANAS_CAMERA), ben.script('receive', ANAS_CAMERA)];
    expect(await out.wire.give(KEY_FRAME)).toBeUndefined();
    ana.keys.switchTo(1, false);
    await settled();
    const sealed = await out.wire.give(KEY_FRAME);
    expect(await into.wire.give(sealed as Bytes)).toEqual(KEY_FRAME);
    expect(await into.wire.give(sealed as Bytes)).toBeUndefined();
    ana.keys.stop();
    await settled();
    expect(await out.wire.give(DELTA_FRAME)).toBeUndefined();
    ana.keys.switchTo(1, false);
    await settled();
    expect(await out.wire.give(DELTA_FRAME)).toBeDefined();
    ana.keys.forget();
    await settled();
    expect(await out.wire.give(DELTA_FRAME)).toBeUndefined();
    const [sent, received] = [await ana.keys.report(), await ben.keys.report()];
    expect(sent.sent).toEqual([0, 2, 0, 0]);
    expect(sent.notSent).toMatchObject({ 'no-key': 3, failed: 0 });
    expect(received.received).toEqual([{ ...ANAS_CAMERA, frames: 1, counter: 0 }]);
    expect(received.notReceived).toMatchObject({ replayed: 1, forged: 0 });
  });

  it('stop where the browser fails, and those after them go on', async () => {
    const ana = await worker('ana');
    await turn(ana.keys);
    const [out, into] = [ana.script('send', ANAS_CAMERA), ana.script('receive', ANAS_CAMERA)];
    for (const { wire } of [out, into]) {
      await wire.giveUnreadable();
      expect(wire.out).toEqual([]);
    }
    const sealed = await out.wire.give(KEY_FRAME);
    expect(await into.wire.give(sealed as Bytes)).toEqual(KEY_FRAME);
    const { notSent, notReceived } = await ana.keys.report();
    expect([notSent.failed, notReceived.failed]).toEqual([1, 1]);
  });

  it('that nobody has signed for are dropped, and a key frame is asked for when somebody has', async () => {
    const ana = await worker('ana');
    const ben = await worker('ben');
    await turn(ana.keys);
    const [out, into] = [ana.script('send', ANAS_CAMERA), ben.script('receive')];
    const give = async () => into.wire.give((await out.wire.give(DELTA_FRAME)) as Bytes);
    expect(await give()).toBeUndefined();
    ben.keys.use(into.pipe, ANAS_CAMERA);
    await settled();
    expect(ben.asked()).toBe(1);
    // Signed for, but the keys are not here yet.
    expect(await give()).toBeUndefined();
    await ben.keys.install(epochOf(1));
    expect(ben.asked()).toBe(2);
    expect(await give()).toEqual(DELTA_FRAME);
    // Nothing was missed: nothing is asked for.
    await ben.keys.install(epochOf(2));
    expect(ben.asked()).toBe(2);
    ben.keys.use(into.pipe, undefined);
    await settled();
    expect(await give()).toBeUndefined();
    expect((await ben.keys.report()).notReceived).toMatchObject({ unannounced: 2, 'unknown-key': 1 });
  });

  it('begin anew with a key frame when they are sealed for somebody who has come, and only then', async () => {
    const ana = await worker('ana');
    ana.script('send', ANAS_CAMERA);
    ana.script('receive', ANAS_CAMERA);
    await turn(ana.keys);
    expect(ana.made()).toBe(0);
    await ana.keys.install(epochOf(2));
    ana.keys.switchTo(2, true);
    // Of an epoch that is not there nothing is sealed.
    ana.keys.switchTo(3, true);
    await ana.keys.report();
    expect([ana.made(), ana.asked()]).toEqual([1, 0]);
  });

  it('of a browser without script transforms come by streams that are given away', async () => {
    const [ana, ben] = [await worker('ana'), await worker('ben')];
    await turn(ana.keys);
    await turn(ben.keys);
    // Frames can't be copied to another thread in this test; what is refused shows that they would go.
    const wire = new Wire();
    ben.keys.run(ben.keys.begin('receive', ANAS_CAMERA), wire.streams);
    expect(wire.streams.readable.locked).toBe(true);
    const sent = ben.keys.begin('send', ANAS_CAMERA);
    ben.keys.run(sent, new Wire().streams);
    ben.keys.switchTo(1, true);
    await settled();
    expect(ben.wanted).toEqual([sent.pipe]);
    // The worker's side of it.
    const [out, into] = [new Wire(), new Wire()];
    const wishes: string[] = [];
    ana.pipes.run({ pipe: 90, direction: 'send', of: ANAS_CAMERA }, out.streams, () => undefined);
    ben.pipes.use(91, ANAS_CAMERA);
    ben.pipes.run({ pipe: 91, direction: 'receive' }, into.streams, () => wishes.push('keyframe'));
    expect(await into.give((await out.give(KEY_FRAME)) as Bytes)).toEqual(KEY_FRAME);
    expect(wishes).toEqual([]);
    await out.end();
    await into.end();
  });

  it('of who is no member any more are not counted further', async () => {
    const [ana, ben] = [await worker('ana'), await worker('ben')];
    await turn(ana.keys);
    await turn(ben.keys);
    const [out, into] = [ana.script('send', ANAS_CAMERA), ben.script('receive', ANAS_CAMERA)];
    await into.wire.give((await out.wire.give(KEY_FRAME)) as Bytes);
    ben.keys.forget();
    await ben.keys.install(epochOf(2, new Map([['ben', 5]])));
    expect((await ben.keys.report()).received).toEqual([]);
  });
});
