/**
 * What runs in pages and workers before the published code: it marks and copies, and changes nothing
 * else. It is never part of a build.
 */

/** Marks of all people, in hexadecimal, and the two that this client's frames carry. */
export interface Marks {
  readonly sound: string;
  readonly picture: string;
  readonly all: readonly string[];
}

/** The channel between a worker and its page. */
export const CHANNEL = 'canary';

/** Runs in pages and workers: tells every secret key that WebCrypto makes or takes. */
export function tellKeys(channelName: string): void {
  const channel = new BroadcastChannel(channelName);
  const tell = (kind: string, bytes: Uint8Array): void => {
    channel.postMessage({ kind, hex: hexOf(bytes) });
  };
  /* eslint-disable-next-line @typescript-eslint/unbound-method -- they are called with the one that is asked. */
  const { generateKey, importKey, deriveKey, exportKey } = SubtleCrypto.prototype;
  Object.assign(SubtleCrypto.prototype, { generateKey: made, importKey: taken, deriveKey: derived });

  /** A private key: the last 32 bytes of its PKCS #8 form (RFC 8410 section 7). */
  async function made(
    this: SubtleCrypto,
    algorithm: AlgorithmIdentifier,
    isExtractable: boolean,
    uses: KeyUsage[],
  ): Promise<CryptoKey | CryptoKeyPair> {
    const key: CryptoKey | CryptoKeyPair = await generateKey.call(this, algorithm, true, uses);
    if (!('privateKey' in key)) {
      return key;
    }
    const form = (await exportKey.call(this, 'pkcs8', key.privateKey)) as ArrayBuffer;
    tell('private key of a device', new Uint8Array(form).slice(-32));
    const { privateKey: { usages }, publicKey } = key;
    return { publicKey, privateKey: await importKey.call(this, 'pkcs8', form, algorithm, isExtractable, usages) };
  }

  function taken(this: SubtleCrypto, ...what: Parameters<typeof importKey>): Promise<CryptoKey> {
    const [form, bytes, algorithm] = what as unknown as [string, BufferSource, { name?: string } | string];
    const name = typeof algorithm === 'string' ? algorithm : algorithm.name;
    if (form === 'pkcs8') {
      tell('private key of a device', bytesOf(bytes).slice(-32));
    } else if (form === 'raw' && name === 'AES-GCM') {
      // MLS runs in a worker; what a page encrypts with follows from the link.
      tell('document' in globalThis ? 'key that follows from the link' : 'key of the group', bytesOf(bytes));
    }
    return importKey.apply(this, what);
  }

  /** The keys of frames are derived, and are all that is. */
  async function derived(this: SubtleCrypto, ...what: Parameters<typeof deriveKey>): Promise<CryptoKey> {
    const [algorithm, base, aes, isExtractable, uses] = what;
    const key = await deriveKey.call(this, algorithm, base, aes, true, uses);
    const raw = (await exportKey.call(this, 'raw', key)) as ArrayBuffer;
    tell('key of sound or picture', new Uint8Array(raw));
    return importKey.call(this, 'raw', raw, 'AES-GCM', isExtractable, uses as KeyUsage[]);
  }

  function bytesOf(source: BufferSource): Uint8Array {
    return source instanceof ArrayBuffer
      ? new Uint8Array(source.slice(0))
      : new Uint8Array(source.buffer, source.byteOffset, source.byteLength).slice();
  }

  function hexOf(bytes: Uint8Array): string {
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  }
}

/** An encoded frame of either kind. */
interface Frame {
  data: ArrayBuffer;
}

/** What the page says to the worker of frames, as far as it is looked at. */
interface Said {
  readonly kind: string;
  readonly start?: { readonly direction: 'send' | 'receive' };
  readonly streams?: { readable: ReadableStream<Frame>; writable: WritableStream<Frame> };
  readonly epoch?: { readonly exported: Uint8Array };
}

/**
 * Runs in the worker of frames, before its code: puts a mark behind every frame before it is sealed, and
 * counts and takes off the marks of frames that were opened.
 */
export function markFrames([channelName, marks]: readonly [string, Marks]): void {
  const channel = new BroadcastChannel(channelName);
  const mine = { sound: bytesOf(marks.sound), picture: bytesOf(marks.picture) };
  const size = mine.sound.length;
  const arrived = new Map<string, number>();
  addEventListener('message', ({ data }: MessageEvent<Said>) => {
    if (data.kind === 'install' && data.epoch !== undefined) {
      channel.postMessage({ kind: 'secret of an epoch', hex: hexOf(data.epoch.exported) });
    }
    const { streams } = data;
    if (streams !== undefined && data.start?.direction === 'send') {
      streams.readable = streams.readable.pipeThrough(stepping(put));
    } else if (streams !== undefined) {
      const opened = stepping(take);
      opened.readable.pipeTo(streams.writable).catch(() => undefined);
      streams.writable = opened.writable;
    }
  });
  setInterval(() => {
    channel.postMessage({ kind: 'arrived', counts: [...arrived] });
    arrived.clear();
  }, 500);

  function put(frame: Frame): void {
    const bytes = new Uint8Array(frame.data);
    // Without a byte it is a pause, which is not sent.
    if (bytes.length > 0) {
      const mark = frame instanceof RTCEncodedVideoFrame ? mine.picture : mine.sound;
      const marked = new Uint8Array(bytes.length + size);
      marked.set(bytes);
      marked.set(mark, bytes.length);
      frame.data = marked.buffer;
    }
  }

  function take(frame: Frame): void {
    const bytes = new Uint8Array(frame.data);
    const mark = hexOf(bytes.subarray(-size));
    if (marks.all.includes(mark)) {
      arrived.set(mark, (arrived.get(mark) ?? 0) + 1);
      frame.data = bytes.slice(0, -size).buffer;
    }
  }

  function stepping(step: (frame: Frame) => void): TransformStream<Frame, Frame> {
    return new TransformStream({
      transform: (frame, controller) => {
        step(frame);
        controller.enqueue(frame);
      },
    });
  }

  function bytesOf(hex: string): Uint8Array {
    return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  }

  function hexOf(bytes: Uint8Array): string {
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  }
}

/** The methods that are put in the way of; of each there is an older spelling, which nobody uses. */
interface Before {
  addIceCandidate(candidate?: RTCIceCandidateInit | null): Promise<void>;
  setRemoteDescription(description: RTCSessionDescriptionInit): Promise<void>;
}

/** Runs in the page: sends media through this client's own door, and hands on what workers tell. */
export function throughDoor([channelName, from, to]: readonly [string, number, number]): void {
  const hear = new BroadcastChannel(channelName);
  hear.onmessage = ({ data }: MessageEvent<unknown>) => {
    (globalThis as unknown as { canaryHears: (what: unknown) => void }).canaryHears(data);
  };
  const prototype = RTCPeerConnection.prototype;
  const before = prototype as unknown as Before;
  // eslint-disable-next-line @typescript-eslint/unbound-method -- they are called with the one that is asked.
  const { addIceCandidate, setRemoteDescription } = before;
  const led = (text: string): string => text.replaceAll(`127.0.0.1 ${String(from)} `, `127.0.0.1 ${String(to)} `);
  before.addIceCandidate = function (candidate) {
    const text = candidate?.candidate;
    const other = text === undefined ? candidate : { ...plain(candidate), candidate: led(text) };
    return addIceCandidate.call(this, other ?? undefined);
  };
  before.setRemoteDescription = function ({ type, sdp }) {
    return setRemoteDescription.call(this, { type, sdp: led(sdp ?? '') });
  };

  /** A candidate that is an object of the browser's gives its fields away one by one only. */
  function plain(candidate?: RTCIceCandidateInit | null): RTCIceCandidateInit {
    const { sdpMid, sdpMLineIndex, usernameFragment } = candidate ?? {};
    return { sdpMid, sdpMLineIndex, usernameFragment } as RTCIceCandidateInit;
  }
}
