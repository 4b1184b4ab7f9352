import { m } from '../../messages/messages.js';
import type { CaptureFailure, CaptureKind, Fallback } from '../../state/devices';
import type { Browser, Platform, System } from '../../state/platform';

/** Whom a notice is about: one device, or both for the same reason. */
export type Subject = CaptureKind | 'both';

/** A failed device in words: who and what, why, and what now. */
export interface FailureWords {
  readonly title: string;
  readonly why: string;
  /** What to do, step by step; empty where `why` says it all. */
  readonly steps: readonly string[];
  /** The button that tries again. */
  readonly again: string;
  /** What is possible without it. */
  readonly anyway: string;
}

export function failureWords(
  subject: Subject,
  failure: CaptureFailure,
  platform: Platform,
): FailureWords {
  return {
    title: TITLES[failure][subject](),
    why: whyOf(failure, platform.system),
    steps: failure === 'denied' ? stepsToUndo(platform) : [],
    again: againWords(failure),
    anyway: ANYWAY[subject](),
  };
}

type Title = Readonly<Record<Subject, () => string>>;

const NOT_STARTED: Title = {
  both: m.pre_busy_both,
  camera: m.pre_busy_camera,
  microphone: m.pre_busy_microphone,
};
const NOT_HERE: Title = {
  both: m.pre_insecure_both,
  camera: m.pre_insecure_both,
  microphone: m.pre_insecure_both,
};
const TITLES: Readonly<Record<CaptureFailure, Title>> = {
  denied: {
    both: m.pre_denied_both,
    camera: m.pre_denied_camera,
    microphone: m.pre_denied_microphone,
  },
  dismissed: {
    both: m.pre_dismissed_both,
    camera: m.pre_dismissed_camera,
    microphone: m.pre_dismissed_microphone,
  },
  'blocked-by-system': {
    both: m.pre_blocked_both,
    camera: m.pre_blocked_camera,
    microphone: m.pre_blocked_microphone,
  },
  missing: {
    both: m.pre_missing_both,
    camera: m.pre_missing_camera,
    microphone: m.pre_missing_microphone,
  },
  busy: NOT_STARTED,
  unknown: NOT_STARTED,
  insecure: NOT_HERE,
};

const ANYWAY: Title = {
  both: m.pre_anyway,
  camera: m.pre_anyway_camera,
  microphone: m.pre_anyway_microphone,
};

const SYSTEM_WORDS: Readonly<Record<System, () => string>> = {
  windows: m.pre_blocked_why_windows,
  macos: m.pre_blocked_why_macos,
  linux: m.pre_blocked_why_linux,
  android: m.pre_blocked_why_android,
  ios: m.pre_blocked_why_ios,
  other: m.pre_blocked_why_other,
};

function whyOf(failure: CaptureFailure, system: System): string {
  switch (failure) {
    case 'denied':
      return m.pre_denied_why();
    case 'dismissed':
      return m.pre_dismissed_why();
    case 'blocked-by-system':
      return SYSTEM_WORDS[system]();
    case 'missing':
      return m.pre_missing_why();
    case 'busy':
      return m.pre_busy_why();
    case 'insecure':
      return m.pre_insecure_why();
    case 'unknown':
      return m.pre_unknown_why();
  }
}

function againWords(failure: CaptureFailure): string {
  switch (failure) {
    case 'dismissed':
      return m.pre_ask_again();
    case 'missing':
      return m.pre_look_again();
    default:
      return m.pre_try_again();
  }
}

const DESKTOP_STEPS: Readonly<Record<Browser, readonly (() => string)[]>> = {
  chrome: [m.pre_undo_chrome_1, m.pre_undo_chrome_2],
  edge: [m.pre_undo_edge_1, m.pre_undo_edge_2],
  firefox: [m.pre_undo_firefox_1, m.pre_undo_firefox_2, m.pre_undo_firefox_3],
  safari: [m.pre_undo_safari_1, m.pre_undo_safari_2, m.pre_undo_then_again],
  other: [m.pre_undo_other_1, m.pre_undo_other_2, m.pre_undo_then_again],
};
const IOS_SAFARI_STEPS = [m.pre_undo_ios_safari_1, m.pre_undo_ios_safari_2, m.pre_undo_then_again];
const IOS_OTHER_STEPS = [m.pre_undo_ios_other_1, m.pre_undo_ios_other_2, m.pre_undo_then_again];
const ANDROID_STEPS = [m.pre_undo_android_1, m.pre_undo_android_2, m.pre_undo_then_again];

/** How a refusal is taken back, in the words of this browser's settings. */
export function stepsToUndo({ browser, system }: Platform): readonly string[] {
  if (system === 'ios') {
    return (browser === 'safari' ? IOS_SAFARI_STEPS : IOS_OTHER_STEPS).map((step) => step());
  }
  const steps = system === 'android' ? ANDROID_STEPS : DESKTOP_STEPS[browser];
  return steps.map((step) => step());
}

/** What to say when another device took over. */
export function fallbackWords({ from, to, why }: Fallback): {
  readonly title: string;
  readonly text: string;
} {
  const name = from === '' ? m.pre_fallback_device() : from;
  return {
    title:
      why === 'unplugged'
        ? m.pre_fallback_unplugged({ from: name })
        : m.pre_fallback_failed({ from: name }),
    text: to === '' ? m.pre_fallback_default() : m.pre_fallback_now({ to }),
  };
}

/** A level in words, for those who don't see the bar. */
export function levelWords(level: number, isOn: boolean): string {
  if (!isOn) {
    return m.pre_level_off();
  }
  if (level === 0) {
    return m.pre_level_none();
  }
  if (level < 0.35) {
    return m.pre_level_quiet();
  }
  return level < 0.9 ? m.pre_level_good() : m.pre_level_loud();
}
