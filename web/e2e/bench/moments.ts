import type { Page } from '@playwright/test';

/** When things happened in one join, in milliseconds since the click on *Join*. */
export interface Moments {
  /** The ticket is there, and the WebSocket is opened with it. */
  readonly admitted: number;
  /** The server's first offer for receiving has arrived. */
  readonly offered: number;
  /** ICE and DTLS of the receiving transport are through. */
  readonly connected: number;
  /** The first offer with a picture in it has arrived. */
  readonly announced: number;
  /** This device is in the group, and its frame worker gets the keys of an epoch. */
  readonly keyed: number;
  /** The browser shows the first frame. */
  readonly shown: number;
}

declare global {
  interface Window {
    /** Written by `watchMoments`. */
    folkmootMoments?: Record<keyof Moments | 'clicked', number>;
  }
}

/** Notes the moments of a join in every page that is opened from now on. */
export async function watchMoments(page: Page): Promise<void> {
  await page.addInitScript(watch);
}

/** Waits for the first frame and returns the moments. */
export async function readMoments(page: Page): Promise<Moments> {
  await page.waitForFunction(() => (window.folkmootMoments?.shown ?? 0) > 0);
  const noted = await page.evaluate(() => window.folkmootMoments);
  if (noted === undefined) {
    throw new Error('The page noted nothing.');
  }
  const { clicked, ...since } = noted;
  return {
    admitted: since.admitted - clicked,
    offered: since.offered - clicked,
    connected: since.connected - clicked,
    announced: since.announced - clicked,
    keyed: since.keyed - clicked,
    shown: since.shown - clicked,
  };
}

/** Runs in the page, before anything of the page does. */
function watch(): void {
  const moments = {
    ...{ clicked: 0, admitted: 0, offered: 0, connected: 0, announced: 0 },
    ...{ keyed: 0, shown: 0 },
  };
  window.folkmootMoments = moments;
  const remote = new WeakSet<MediaStreamTrack>();
  const watched = new WeakSet<HTMLVideoElement>();
  const note = (name: keyof typeof moments, at = performance.now()): void => {
    moments[name] ||= at;
  };
  addEventListener(
    'click',
    ({ target, timeStamp }) => {
      if (target instanceof Element && target.closest('button')?.textContent.trim() === 'Join') {
        note('clicked', timeStamp);
      }
    },
    { capture: true },
  );
  window.WebSocket = new Proxy(WebSocket, {
    construct: (socket, args: ConstructorParameters<typeof WebSocket>) => {
      note('admitted');
      return new socket(...args);
    },
  });
  // What the page says to its frame worker.
  const { prototype } = Worker;
  prototype.postMessage = new Proxy(Reflect.get(prototype, 'postMessage'), {
    apply: (post, worker, given: unknown[]) => {
      if ((given[0] as { kind?: unknown } | undefined)?.kind === 'install') {
        note('keyed');
      }
      Reflect.apply(post, worker, given);
    },
  });
  window.RTCPeerConnection = new Proxy(RTCPeerConnection, {
    construct: (connection, args: ConstructorParameters<typeof RTCPeerConnection>) => {
      const made = new connection(...args);
      let isReceiving = false;
      // The subscriber's transport is the one that gets offers.
      made.addEventListener('signalingstatechange', () => {
        if (made.signalingState === 'have-remote-offer') {
          isReceiving = true;
          note('offered');
        }
      });
      made.addEventListener('connectionstatechange', () => {
        if (isReceiving && made.connectionState === 'connected') {
          note('connected');
        }
      });
      made.addEventListener('track', ({ track }) => {
        remote.add(track);
        if (track.kind === 'video') {
          note('announced');
        }
      });
      return made;
    },
  });
  const untilShown = (video: HTMLVideoElement): void => {
    video.requestVideoFrameCallback((_, { expectedDisplayTime }) => {
      const [track] = video.srcObject instanceof MediaStream ? video.srcObject.getVideoTracks() : [];
      if (track !== undefined && remote.has(track)) {
        note('shown', expectedDisplayTime);
      } else {
        untilShown(video);
      }
    });
  };
  new MutationObserver(() => {
    for (const video of document.querySelectorAll('video')) {
      if (!watched.has(video)) {
        watched.add(video);
        untilShown(video);
      }
    }
  }).observe(document, { childList: true, subtree: true });
}
