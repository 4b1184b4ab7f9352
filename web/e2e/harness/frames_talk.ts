import type { FrameReport } from '../../src/e2ee/frames/frame_tally';
import type { TransformPath } from '../../src/e2ee/frames/frame_transforms';
import type { FrameTimes } from './frames_times';

/** The name under which the page offers what it can. */
export const SITTINGS = 'folkmootFrames';

export interface TalkRequest {
  readonly path: TransformPath;
  readonly videoCodec: 'video/VP8' | 'video/VP9' | 'video/H264' | 'video/AV1';
  /** How often keys change, and how much time is between. */
  readonly epochs: number;
  readonly everyMs: number;
  /** Ana sends in clear. */
  readonly isClear?: boolean;
}

/** What came of it: what Ana's worker had sent before it had a key and at the end, and what Ben got. */
export interface Talk extends Played {
  readonly before: FrameReport;
  readonly sent: FrameReport;
  readonly received: FrameReport;
}

/** What Ben's browser says that it played. */
export interface Played {
  readonly framesDecoded: number;
  readonly freezes: number;
  /** Samples that were made up, as none came in time, among all of them. */
  readonly concealed: number;
  readonly samples: number;
}

/** How late sound comes, in milliseconds, of each sound that both connections brought. */
export interface Delays {
  readonly clear: readonly number[];
  readonly sealed: readonly number[];
}

/** What the page can be asked for. */
export interface Sittings {
  talk(request: TalkRequest): Promise<Talk>;
  timesOf(frameBytes: number): Promise<FrameTimes>;
  /** Lets Ana make so many sounds, which Ben hears in clear over one connection and sealed over another. */
  delaysOf(path: TransformPath, sounds: number): Promise<Delays>;
}
