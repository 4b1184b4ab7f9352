/** Whose words for settings someone sees. */
export type Browser = 'chrome' | 'edge' | 'firefox' | 'safari' | 'other';
export type System = 'windows' | 'macos' | 'linux' | 'android' | 'ios' | 'other';

/** Where the page runs, as far as it matters for telling people which settings to open. */
export interface Platform {
  readonly browser: Browser;
  readonly system: System;
}

// The first that matches counts: Edge calls itself Chrome too, and Chrome calls itself Safari.
const BROWSERS: readonly (readonly [RegExp, Browser])[] = [
  [/\bEdg(e|A|iOS)?\//, 'edge'],
  [/\b(OPR|SamsungBrowser|DuckDuckGo)\//, 'other'],
  [/\b(Firefox|FxiOS)\//, 'firefox'],
  [/\b(Chrome|Chromium|CriOS)\//, 'chrome'],
  [/\bVersion\/[\d.]+.*\bSafari\//, 'safari'],
];

const SYSTEMS: readonly (readonly [RegExp, System])[] = [
  [/\b(iPhone|iPad|iPod)\b/, 'ios'],
  [/\bAndroid\b/, 'android'],
  [/\bWindows\b/, 'windows'],
  [/\bMac OS X\b/, 'macos'],
  [/\b(Linux|X11|CrOS)\b/, 'linux'],
];

/**
 * Guesses from `navigator.userAgent`. A wrong guess costs a hint that doesn't fit, nothing else.
 *
 * @param touchPoints - `navigator.maxTouchPoints`: an iPad says it is a Mac, but no Mac has any.
 */
export function platformOf(userAgent: string, touchPoints: number): Platform {
  const browser = firstMatch(BROWSERS, userAgent) ?? 'other';
  const system = firstMatch(SYSTEMS, userAgent) ?? 'other';
  return { browser, system: system === 'macos' && touchPoints > 1 ? 'ios' : system };
}

/** Whether cameras face a side, and one is open at a time. */
export function isPhone({ system }: Platform): boolean {
  return system === 'android' || system === 'ios';
}

function firstMatch<T>(table: readonly (readonly [RegExp, T])[], text: string): T | undefined {
  return table.find(([pattern]) => pattern.test(text))?.[1];
}
