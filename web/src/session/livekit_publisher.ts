import {
  AudioPresets,
  LocalAudioTrack,
  LocalVideoTrack,
  Track,
  type LocalParticipant,
  type LocalTrack,
  type TrackPublishOptions,
} from 'livekit-client';

import type { Source } from './call';
import type { Offer } from './room_port';

/** Our sources in LiveKit's words. */
const SOURCES: Readonly<Record<Source, Track.Source>> = {
  microphone: Track.Source.Microphone,
  camera: Track.Source.Camera,
  screen: Track.Source.ScreenShare,
  'screen-audio': Track.Source.ScreenShareAudio,
};

const OPTIONS: Readonly<Record<Source, TrackPublishOptions>> = {
  microphone: { audioPreset: AudioPresets.music, dtx: true },
  camera: { simulcast: true },
  // Text has to be sharp more than smooth, and it is one size for all.
  screen: { simulcast: false, screenShareEncoding: { maxBitrate: 2_500_000, maxFramerate: 15 } },
  'screen-audio': { audioPreset: AudioPresets.musicStereo, dtx: false },
};

/** Tracks belong to whoever captured them; LiveKit would stop them when publishing takes too long. */
class KeptAudioTrack extends LocalAudioTrack {
  override stop(): void {
    this.stopMonitor();
  }
}

/** See `KeptAudioTrack`. */
class KeptVideoTrack extends LocalVideoTrack {
  override stop(): void {
    this.stopMonitor();
  }
}

/** What oneself publishes over one connection. */
export class LiveKitPublisher {
  readonly #local: LocalParticipant;

  constructor(local: LocalParticipant) {
    this.#local = local;
  }

  /** Makes what is published from a source be as offered. */
  async publish(source: Source, offer: Offer): Promise<void> {
    const published = this.#local.getTrackPublication(SOURCES[source])?.track;
    if (offer.track === undefined) {
      await this.#takeAway(source, published);
    } else if (published === undefined) {
      await this.#add(source, offer.track, offer.isMuted);
    } else {
      await replace(published, offer.track, offer.isMuted);
    }
  }

  async #add(source: Source, track: MediaStreamTrack, isMuted: boolean): Promise<void> {
    // Their types were not written for exact optional properties.
    const added = (
      track.kind === 'audio'
        ? new KeptAudioTrack(track, undefined, true)
        : new KeptVideoTrack(track, undefined, true)
    ) as LocalTrack;
    if (isMuted) {
      await added.mute();
    }
    await this.#local.publishTrack(added, { ...OPTIONS[source], source: SOURCES[source] });
  }

  async #takeAway(source: Source, published: LocalTrack | undefined): Promise<void> {
    if (published === undefined) {
      return;
    }
    if (source === 'camera') {
      await published.mute();
      await published.pauseUpstream();
    } else {
      await this.#local.unpublishTrack(published, false);
    }
  }
}

async function replace(
  published: LocalTrack,
  track: MediaStreamTrack,
  isMuted: boolean,
): Promise<void> {
  if (isMuted) {
    await published.mute();
  }
  if (published.mediaStreamTrack !== track) {
    await published.replaceTrack(track, true);
  }
  await published.resumeUpstream();
  if (!isMuted) {
    await published.unmute();
  }
}
