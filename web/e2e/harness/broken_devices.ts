import type { Page } from '@playwright/test';

/** What can be wrong with microphone and camera, by the error with which browsers say it. */
export type Trouble = 'none-there' | 'busy' | 'dismissed' | 'blocked-by-system' | 'silent';

const ERRORS: Readonly<Record<Trouble, readonly [name: string, message: string]>> = {
  'none-there': ['NotFoundError', 'Requested device not found'],
  busy: ['NotReadableError', 'Could not start video source'],
  dismissed: ['NotAllowedError', 'Permission dismissed'],
  'blocked-by-system': ['NotAllowedError', 'Permission denied by system'],
  silent: ['', ''],
};

/** Makes every page from here on find this trouble, as no machine that runs tests has it. */
export async function breakDevices(page: Page, trouble: Trouble): Promise<void> {
  const [name, message] = ERRORS[trouble];
  await page.addInitScript(
    ({ name: errorName, message: errorMessage, trouble: what }) => {
      const { mediaDevices } = navigator;
      const real = mediaDevices.getUserMedia.bind(mediaDevices);
      if (what === 'silent') {
        mediaDevices.getUserMedia = async (constraints) => {
          const stream = await real(constraints);
          for (const track of stream.getAudioTracks()) {
            stream.removeTrack(track);
            track.stop();
            const silence = new AudioContext().createMediaStreamDestination();
            stream.addTrack(silence.stream.getAudioTracks()[0] as MediaStreamTrack);
          }
          return stream;
        };
        return;
      }
      mediaDevices.getUserMedia = () => Promise.reject(new DOMException(errorMessage, errorName));
      if (what === 'none-there') {
        mediaDevices.enumerateDevices = () => Promise.resolve([]);
      }
    },
    { name, message, trouble },
  );
}

/** For a browser that really asks before it gives microphone and camera, as people's browsers do. */
export const ASKING: readonly string[] = ['!--use-fake-ui-for-media-stream'];

/** Answers the browser's question about microphone and camera, now and from now on. */
export async function setPermission(
  page: Page,
  origin: string,
  setting: 'granted' | 'denied',
): Promise<void> {
  const browser = page.context().browser();
  if (browser === null) {
    throw new Error('The page has no browser.');
  }
  const session = await page.context().newCDPSession(page);
  const { targetInfo } = await session.send('Target.getTargetInfo');
  // Kept: what it set ends with it.
  const whole = await browser.newBrowserCDPSession();
  for (const name of ['camera', 'microphone']) {
    await whole.send('Browser.setPermission', {
      permission: { name },
      setting,
      origin,
      ...(targetInfo.browserContextId === undefined
        ? {}
        : { browserContextId: targetInfo.browserContextId }),
    });
  }
  await session.detach();
}
