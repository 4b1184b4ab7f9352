/** One person's voice, as it was heard so far. */
export interface Voice {
  /** 0 to 1, linear in decibels as level meters show it, smoothed. */
  readonly loudness: number;
  readonly isSpeaking: boolean;
  /** When it was last loud enough to count as speech. */
  readonly lastLoudMs: number;
  /** Since when it has been clearly louder than the active speaker. */
  readonly louderSinceMs: number | undefined;
}

/** Who is speaking, and whom the stage follows. */
export interface Speakers {
  readonly atMs: number;
  readonly voices: ReadonlyMap<string, Voice>;
  /** The last person who was the loudest for long enough; stays through silence. */
  readonly active: string | undefined;
}

/** Nobody has been heard yet. */
export const SILENCE: Speakers = { atMs: 0, voices: new Map(), active: undefined };

/** −37 and −42 dB of full scale: speech goes over the first, quiet rooms stay below the second. */
const START_LEVEL = 0.48;
const STOP_LEVEL = 0.38;
/** People breathe between words; the ring does not blink with it. */
const HOLD_MS = 600;
const SMOOTHING_MS = 150;
/** A laugh or a cough does not take the stage. */
const TAKE_OVER_MS = 1_000;
/** Three decibels. */
const CLEARLY_LOUDER = 0.06;

/**
 * Decides anew from levels measured now. Whoever is missing in `levels` is muted, or gone.
 *
 * @param levels - each person's level, 0 to 1, linear in decibels from −60 to −12.
 */
export function hear(
  before: Speakers,
  levels: ReadonlyMap<string, number>,
  nowMs: number,
): Speakers {
  const weight = 1 - Math.exp(-Math.max(0, nowMs - before.atMs) / SMOOTHING_MS);
  const heard = new Map(
    [...levels].map(([who, level]) => {
      return [who, nextVoice(before.voices.get(who) ?? UNHEARD, level, weight, nowMs)];
    }),
  );
  const activeLoudness = loudnessOf(before.active, heard);
  const voices = new Map(
    [...heard].map(([who, voice]) => [who, rivalled(who, voice, before, activeLoudness, nowMs)]),
  );
  return { atMs: nowMs, voices, active: nextActive(before.active, voices, nowMs) };
}

/** Everybody who speaks now. */
export function speaking(speakers: Speakers): string[] {
  return [...speakers.voices].filter(([, voice]) => voice.isSpeaking).map(([who]) => who);
}

const UNHEARD: Voice = {
  loudness: 0,
  isSpeaking: false,
  lastLoudMs: Number.NEGATIVE_INFINITY,
  louderSinceMs: undefined,
};

function nextVoice(before: Voice, level: number, weight: number, nowMs: number): Voice {
  const loudness = before.loudness + (level - before.loudness) * weight;
  const isLoud = loudness >= (before.isSpeaking ? STOP_LEVEL : START_LEVEL);
  const lastLoudMs = isLoud ? nowMs : before.lastLoudMs;
  const isSpeaking = isLoud || (before.isSpeaking && nowMs - lastLoudMs < HOLD_MS);
  return { ...before, loudness, isSpeaking, lastLoudMs };
}

function rivalled(
  who: string,
  voice: Voice,
  before: Speakers,
  activeLoudness: number,
  nowMs: number,
): Voice {
  const isLouder =
    who !== before.active && voice.isSpeaking && voice.loudness > activeLoudness + CLEARLY_LOUDER;
  return { ...voice, louderSinceMs: isLouder ? (voice.louderSinceMs ?? nowMs) : undefined };
}

function nextActive(
  active: string | undefined,
  voices: ReadonlyMap<string, Voice>,
  nowMs: number,
): string | undefined {
  const isActiveSpeaking = active !== undefined && voices.get(active)?.isSpeaking === true;
  const rivals = [...voices]
    .filter(([who, voice]) => who !== active && voice.isSpeaking)
    .filter(
      ([, voice]) =>
        !isActiveSpeaking || nowMs - (voice.louderSinceMs ?? nowMs) >= TAKE_OVER_MS,
    )
    .sort(([, one], [, other]) => other.loudness - one.loudness);
  return rivals[0]?.[0] ?? active;
}

function loudnessOf(who: string | undefined, voices: ReadonlyMap<string, Voice>): number {
  return who === undefined ? 0 : (voices.get(who)?.loudness ?? 0);
}
