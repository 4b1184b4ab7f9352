import { describe, expect, it } from 'vitest';

import { ScreenCapture, ScreenCaptureError, type DisplayMediaPort } from './screen_capture';

function stream(video: object[], audio: object[]): MediaStream {
  return { getVideoTracks: () => video, getAudioTracks: () => audio } as unknown as MediaStream;
}

function answering(answer: () => Promise<MediaStream>): ScreenCapture {
  return new ScreenCapture({ getDisplayMedia: answer });
}

async function whyOf(port: DisplayMediaPort | undefined): Promise<string> {
  try {
    await new ScreenCapture(port).capture();
  } catch (error) {
    return error instanceof ScreenCaptureError ? error.why : 'another error';
  }
  return 'nothing';
}

describe('sharing a screen', () => {
  it('gives picture and sound where the person shared both', async () => {
    const video = { contentHint: '' };
    const audio = { contentHint: '' };
    const tracks = await answering(() => Promise.resolve(stream([video], [audio]))).capture();
    expect(tracks).toEqual({ video, audio });
    expect(video.contentHint).toBe('detail');
    expect(audio.contentHint).toBe('music');
  });

  it('works without sound', async () => {
    const tracks = await answering(() => Promise.resolve(stream([{}], []))).capture();
    expect(tracks.audio).toBeUndefined();
  });

  it('lets go of sound that comes without a picture', async () => {
    let isStopped = false;
    const audio = { stop: () => (isStopped = true) };
    expect(await whyOf({ getDisplayMedia: () => Promise.resolve(stream([], [audio])) })).toBe('failed');
    expect(isStopped).toBe(true);
  });

  it('tells a closed dialog from a refusal of the system', async () => {
    const failing = (name: string, message: string): DisplayMediaPort => ({
      getDisplayMedia: () => Promise.reject(new DOMException(message, name)),
    });
    expect(await whyOf(failing('NotAllowedError', 'Permission denied'))).toBe('cancelled');
    expect(await whyOf(failing('NotAllowedError', 'Permission denied by system'))).toBe('denied');
    expect(await whyOf(failing('NotReadableError', 'Could not start'))).toBe('failed');
  });

  it('is not offered by a browser that cannot', async () => {
    expect(new ScreenCapture(undefined).isSupported).toBe(false);
    expect(new ScreenCapture({}).isSupported).toBe(false);
    expect(await whyOf({})).toBe('unsupported');
  });
});
