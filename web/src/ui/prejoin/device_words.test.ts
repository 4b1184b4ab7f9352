import { describe, expect, it } from 'vitest';

import { failureWords, fallbackWords, levelWords, stepsToUndo } from './device_words';

const CHROME = { browser: 'chrome', system: 'linux' } as const;

describe('what is said of a device that does not work', () => {
  it('says who, what, why, and what is possible without it', () => {
    expect(failureWords('camera', 'busy', CHROME)).toEqual({
      title: 'Your camera did not start',
      why: expect.stringContaining('Another program') as string,
      steps: [],
      again: 'Try again',
      anyway: 'You can also join without a picture.',
    });
  });

  it('explains how to undo a refusal only where there was one', () => {
    expect(failureWords('both', 'denied', CHROME).steps).not.toHaveLength(0);
    expect(failureWords('both', 'blocked-by-system', CHROME).steps).toHaveLength(0);
  });

  it('sends people to the settings of the system they have', () => {
    const on = (system: 'windows' | 'macos'): string =>
      failureWords('both', 'blocked-by-system', { browser: 'chrome', system }).why;
    expect(on('windows')).toContain('Windows');
    expect(on('macos')).toContain('macOS');
  });

  it('has instructions of its own for each family of browsers', () => {
    const families = [
      stepsToUndo({ browser: 'chrome', system: 'windows' }),
      stepsToUndo({ browser: 'edge', system: 'windows' }),
      stepsToUndo({ browser: 'firefox', system: 'windows' }),
      stepsToUndo({ browser: 'safari', system: 'macos' }),
      stepsToUndo({ browser: 'safari', system: 'ios' }),
      stepsToUndo({ browser: 'chrome', system: 'ios' }),
      stepsToUndo({ browser: 'chrome', system: 'android' }),
      stepsToUndo({ browser: 'other', system: 'linux' }),
    ].map((steps) => steps.join(' '));
    expect(new Set(families).size).toBe(families.length);
  });
});

it('says which device took over, also when the browser gave no names', () => {
  const named = { kind: 'microphone', from: 'Headset', to: 'Desk', why: 'unplugged' } as const;
  expect(fallbackWords(named)).toEqual({ title: '“Headset” is gone', text: 'Now “Desk” is used.' });
  expect(fallbackWords({ ...named, from: '', to: '', why: 'busy' })).toEqual({
    title: '“A device” did not start',
    text: 'Now your system’s default is used.',
  });
});

it('has words for every level', () => {
  expect([
    levelWords(0.5, false),
    levelWords(0, true),
    levelWords(0.2, true),
    levelWords(0.5, true),
    levelWords(1, true),
  ]).toEqual(['Microphone is off', 'Nothing to hear', 'Quiet', 'Well audible', 'Loud']);
});
