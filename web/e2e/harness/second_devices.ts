import type { Page } from '@playwright/test';

import { POSTER } from './pattern';

/** What the second camera shows. The second microphone gives a tone, in pulses. */
export const SECOND_PICTURE = POSTER;

const SECOND = [
  { deviceId: 'second-camera', kind: 'videoinput', label: 'Second camera', groupId: 'second' },
  { deviceId: 'second-mic', kind: 'audioinput', label: 'Second microphone', groupId: 'second' },
] as const;

declare global {
  interface Window {
    folkmootUnplug?: () => void;
  }
}

/**
 * Gives every page from here on a second camera and a second microphone: where files stand in for
 * devices, Chromium has one of each. Needs `bringPatterns`.
 */
export async function plugInSecond(page: Page): Promise<void> {
  await page.addInitScript(
    ({ devices, picture }) => {
      const { mediaDevices } = navigator;
      const realList = mediaDevices.enumerateDevices.bind(mediaDevices);
      const realGet = mediaDevices.getUserMedia.bind(mediaDevices);
      const given: MediaStreamTrack[] = [];
      let isThere = true;
      const tone = (): MediaStreamTrack => {
        const context = new AudioContext();
        const oscillator = new OscillatorNode(context, { frequency: 440 });
        const loudness = new GainNode(context, { gain: 0.3 });
        const out = context.createMediaStreamDestination();
        oscillator.connect(loudness).connect(out);
        oscillator.start();
        return out.stream.getAudioTracks()[0] as MediaStreamTrack;
      };
      const wants = (asked: MediaStreamConstraints['audio'], id: string): boolean =>
        typeof asked === 'object' && JSON.stringify(asked).includes(id);
      mediaDevices.enumerateDevices = async () => [
        ...(await realList()),
        ...(isThere ? devices.map((one) => ({ ...one, toJSON: () => one })) : []),
      ];
      mediaDevices.getUserMedia = async (asked) => {
        const isCamera = wants(asked?.video, 'second-camera');
        if (!isCamera && !wants(asked?.audio, 'second-mic')) {
          return realGet(asked);
        }
        const track = isCamera ? window.folkmootFilm?.(picture) : tone();
        if (!isThere || track === undefined) {
          throw new DOMException('Requested device not found', 'NotFoundError');
        }
        const id = isCamera ? 'second-camera' : 'second-mic';
        track.getSettings = () => ({ deviceId: id });
        given.push(track);
        return new MediaStream([track]);
      };
      window.folkmootUnplug = () => {
        isThere = false;
        for (const track of given) {
          track.stop();
          track.dispatchEvent(new Event('ended'));
        }
        mediaDevices.dispatchEvent(new Event('devicechange'));
      };
    },
    { devices: SECOND, picture: SECOND_PICTURE },
  );
}
