import { describe, expect, it } from 'vitest';

import { concat, randomBytes, type Bytes } from '../../protocol/bytes';
import {
  ANAS_CAMERA,
  ANAS_VOICE,
  anaAndBen,
  DELTA_FRAME,
  epochOf,
  KEY_FRAME,
  LEAVES,
  MediaPerson,
  seeded,
  SOUND,
} from './frames_in_memory';
import { EPOCH_LIFE_MS, MAX_EPOCHS } from './media_keys';
import { RECEIVE_FAULTS } from './frame_faults';
import { ReplayWindow } from './replay_window';
import { encodeHeader, parseHeader } from './sframe_header';

describe('who forwards frames can’t', () => {
  it('put one track in the place of another, or one member in that of another', async () => {
    const { ana, ben } = await anaAndBen();
    const film = await ana.film();
    expect(await ben.watch(film, { identity: 'ana', slot: 2 })).toBe('wrong-sender');
    expect(await ben.watch(film, { identity: 'ben', slot: 1 })).toBe('wrong-sender');
    expect(await ben.watch(film, { identity: 'mallory', slot: 1 })).toBe('wrong-sender');
    // The screen's sound in the place of the microphone.
    const sound = (await ana.sealer.seal(SOUND, 'audio/opus', 3)) as Bytes;
    expect(await ben.watch(sound, ANAS_VOICE, 'audio/opus')).toBe('wrong-sender');
    expect(await ana.watch(film, { identity: 'ben', slot: 1 })).toBe('wrong-sender');
    expect(await ben.watch(film)).toMatchObject({ data: DELTA_FRAME });
  });

  it('say in the header that a frame is another’s', async () => {
    const { ana, ben } = await anaAndBen();
    const film = await ana.film();
    const header = parseHeader(film, 1);
    if (header === undefined) throw new Error('no header');
    const bens = encodeHeader({ kid: header.kid + 2 * 256, counter: header.counter });
    const forged = concat(film.subarray(0, 1), bens, film.subarray(1 + header.length));
    expect(await ben.watch(forged, { identity: 'ben', slot: 1 })).toBe('forged');
  });

  it('give a leaf’s new owner the track of the one before', async () => {
    const { ana, ben } = await anaAndBen();
    // Ana has left; in her place sits Mallory, and is recorded.
    const mallory = await MediaPerson.make('mallory');
    const later = new Map([
      ['mallory', 3],
      ['ben', 5],
    ]);
    mallory.turnTo(epochOf(2, later));
    ben.turnTo(epochOf(2, later));
    expect(await ben.watch(await mallory.film())).toBe('wrong-sender');
    expect(await ben.watch(await ana.film())).toMatchObject({ data: DELTA_FRAME });
  });

  it('bring frames of another group, or without the link’s part of the key', async () => {
    const { ben } = await anaAndBen();
    for (const seeds of [
      [8, 9],
      [7, 8],
    ] as const) {
      const other = await MediaPerson.make('ana', ...seeds);
      other.turnTo(epochOf(1));
      expect(await ben.watch(await other.film())).toBe('forged');
    }
  });

  it('play anything before its sender has signed what it is', async () => {
    const { ana, ben } = await anaAndBen();
    expect(await ben.opener.open(await ana.film(), 'video/VP8', undefined)).toBe('unannounced');
  });

  it('inject what is not encrypted, however it ends', async () => {
    const { ben } = await anaAndBen();
    // LiveKit's servers mark frames that they make themselves with a trailer, and its clients play them.
    const trailer = new TextEncoder().encode('LKSIF');
    for (const [frame, of, codec] of [
      [DELTA_FRAME, ANAS_CAMERA, 'video/VP8'],
      [KEY_FRAME, ANAS_CAMERA, 'video/VP8'],
      [concat(KEY_FRAME, trailer), ANAS_CAMERA, 'video/VP8'],
      [SOUND, ANAS_VOICE, 'audio/opus'],
      [concat(Uint8Array.of(0xf8, 0xff, 0xfe), trailer), ANAS_VOICE, 'audio/opus'],
    ] as const) {
      expect(RECEIVE_FAULTS).toContain(await ben.watch(frame, of, codec));
    }
    expect(await ben.watch(new Uint8Array())).toBe('empty');
  });

  it('change the bytes that are clear, or what the codec is said to be', async () => {
    const { ana, ben } = await anaAndBen();
    const film = await ana.film(KEY_FRAME);
    for (const at of [1, 2, 6, 7, 8, 9]) {
      const changed = Uint8Array.from(film);
      changed[at] = (changed[at] ?? 0) ^ 4;
      expect(await ben.watch(changed)).toBe('forged');
    }
    for (const codec of ['video/VP9', 'video/H264', 'video/AV1', 'audio/opus']) {
      expect(RECEIVE_FAULTS).toContain(await ben.watch(film, ANAS_CAMERA, codec));
    }
    expect(await ben.watch(film)).toMatchObject({ data: KEY_FRAME });
  });
});

describe('a frame that comes again', () => {
  it('is played once', async () => {
    const { ana, ben } = await anaAndBen();
    const film = await ana.film();
    const [one, two] = await Promise.all([ben.watch(film), ben.watch(film)]);
    expect([one, two].filter((result) => result === 'replayed')).toHaveLength(1);
    ben.turnTo(epochOf(2));
    expect(await ben.watch(film)).toBe('replayed');
  });

  it('may come out of order, but not too late', async () => {
    const { ana, ben } = await anaAndBen();
    const films: Bytes[] = [];
    for (let at = 0; at < 1026; at++) {
      films.push(await ana.film());
    }
    expect(await ben.watch(films[1025] as Bytes)).toMatchObject({ counter: 1025 });
    expect(await ben.watch(films[2] as Bytes)).toMatchObject({ counter: 2 });
    expect(await ben.watch(films[2] as Bytes)).toBe('replayed');
    expect(await ben.watch(films[1] as Bytes)).toBe('replayed');
    const sounds: Bytes[] = [];
    for (let at = 0; at < 258; at++) {
      sounds.push((await ana.sealer.seal(SOUND, 'audio/opus', 0)) as Bytes);
    }
    const hear = (at: number) => ben.watch(sounds[at] as Bytes, ANAS_VOICE, 'audio/opus');
    expect(await hear(257)).toMatchObject({ counter: 257 });
    expect(await hear(2)).toMatchObject({ counter: 2 });
    expect(await hear(1)).toBe('replayed');
  });

  it('does not move the window unless it is authentic', async () => {
    const { ana, ben } = await anaAndBen();
    const [film, next] = [await ana.film(), await ana.film()];
    const { kid = 0, length = 0 } = parseHeader(film, 1) ?? {};
    const far = encodeHeader({ kid, counter: 2 ** 50 });
    const forged = concat(film.subarray(0, 1), far, film.subarray(1 + length));
    expect(await ben.watch(forged)).toBe('forged');
    expect(await ben.watch(film)).toMatchObject({ counter: 0 });
    expect(await ben.watch(next)).toMatchObject({ counter: 1 });
  });

  it('is told from others as by somebody who remembers all', () => {
    const random = seeded(7);
    for (let round = 0; round < 20; round++) {
      const window = new ReplayWindow(16);
      const taken = new Set<number>();
      let highest = -1;
      for (let step = 0; step < 300; step++) {
        const jump = random() < 0.05 ? 200 : 24;
        const counter = Math.max(0, highest + Math.floor(random() * jump) - 20);
        const isFresh = !taken.has(counter) && counter > highest - 16;
        expect(window.isFresh(counter)).toBe(isFresh);
        expect(window.take(counter)).toBe(isFresh);
        if (isFresh) {
          taken.add(counter);
          highest = Math.max(highest, counter);
        }
      }
    }
  });
});

describe('an epoch', () => {
  it('is opened before anybody sends in it, and for 5 s after one’s own switch', async () => {
    const { ana, ben } = await anaAndBen();
    ben.keys.install(epochOf(2));
    const early = await MediaPerson.make('ana');
    early.turnTo(epochOf(2));
    expect(await ben.watch(await early.film())).toMatchObject({ counter: 0 });

    // However long the switch takes, what is not switched from lives.
    ben.clock.pass(60_000);
    const [one, two, three] = [await ana.film(), await ana.film(), await ana.film()];
    expect(await ben.watch(one)).toMatchObject({ counter: 0 });
    ben.keys.switchTo(2);
    ben.clock.pass(EPOCH_LIFE_MS - 1);
    expect(await ben.watch(two)).toMatchObject({ counter: 1 });
    ben.clock.pass(1);
    expect(await ben.watch(three)).toBe('unknown-key');
    expect(ben.clock.waiting).toBe(0);
  });

  it('does not live longer because others come after it', async () => {
    const { ana, ben } = await anaAndBen();
    const late = await ana.film();
    for (let epoch = 2; epoch < 9; epoch++) {
      ben.turnTo(epochOf(epoch));
      ben.clock.pass(1_000);
    }
    expect(await ben.watch(late)).toBe('unknown-key');
  });

  it('is put out by the 32nd after it', async () => {
    const { ana, ben } = await anaAndBen();
    const [one, two] = [await ana.film(), await ana.film()];
    for (let epoch = 2; epoch <= MAX_EPOCHS; epoch++) {
      ben.keys.install(epochOf(epoch));
    }
    expect(await ben.watch(one)).toMatchObject({ counter: 0 });
    ben.keys.install(epochOf(MAX_EPOCHS + 1));
    expect(await ben.watch(two)).toBe('unknown-key');
    // It was the one that was sent with, too: nothing is sent rather than in another.
    expect(await ben.sealer.seal(DELTA_FRAME, 'video/VP8', 1)).toBe('no-key');
  });

  it('never shares its bits with another', async () => {
    const { ana, ben } = await anaAndBen();
    const film = await ana.film();
    ben.keys.install(epochOf(257));
    expect(await ben.watch(film)).toBe('forged');
  });

  it('that is earlier or the same is not taken', async () => {
    const { ben } = await anaAndBen();
    expect([3, 2, 3, 1.5, NaN].map((epoch) => ben.keys.install(epochOf(epoch)))).toEqual([
      true,
      false,
      false,
      false,
      false,
    ]);
    expect(ben.keys.switchTo(2)).toBe(false);
  });

  it('of a group that was made anew is not mistaken for that of the old one', async () => {
    const { ana, ben } = await anaAndBen();
    const film = await ana.film();
    ben.keys.forget();
    ben.turnTo(epochOf(1, LEAVES, 1));
    expect(await ben.watch(film)).toBe('forged');
  });
});

describe('bytes that are no frame', () => {
  it('are dropped at any length, with any bit changed', async () => {
    const { ana, ben } = await anaAndBen();
    for (const frame of [DELTA_FRAME, KEY_FRAME]) {
      const film = await ana.film(frame);
      for (let length = 0; length < film.length; length++) {
        expect(RECEIVE_FAULTS).toContain(await ben.watch(film.slice(0, length)));
      }
      for (let bit = 0; bit < film.length * 8; bit++) {
        const changed = Uint8Array.from(film);
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(RECEIVE_FAULTS).toContain(await ben.watch(changed));
      }
      expect(await ben.watch(concat(film, Uint8Array.of(0)))).toBe('forged');
      expect(await ben.watch(film)).toMatchObject({ data: frame });
    }
  });

  it('are dropped, whatever they are', async () => {
    const { ben } = await anaAndBen();
    const random = seeded(3);
    const codecs = ['video/VP8', 'video/VP9', 'audio/opus', 'video/AV1', ''];
    const rounds = process.env['FOLKMOOT_TEST_FULL'] === undefined ? 20_000 : 1_000_000;
    for (let round = 0; round < rounds; round++) {
      const bytes = randomBytes(Math.floor(random() * 60));
      const codec = codecs[round % codecs.length];
      const of = round % 2 === 0 ? ANAS_CAMERA : ANAS_VOICE;
      expect(RECEIVE_FAULTS).toContain(await ben.watch(bytes, of, codec));
    }
  }, 300_000);

  it('are read as a header only where one can be written so', () => {
    for (let round = 0; round < 100_000; round++) {
      const bytes = randomBytes(18);
      const read = parseHeader(bytes);
      if (read !== undefined) {
        expect(encodeHeader(read)).toEqual(bytes.slice(0, read.length));
      }
    }
  });
});
