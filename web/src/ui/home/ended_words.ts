import { m } from '../../messages/messages.js';
import type { Screen } from '../../state/app';
import type { Words } from './refusal_words';

type Why = Extract<Screen<never, never>, { kind: 'ended' }>['why'];

/** What an ending is called. "Connection lost" is what is said when nothing better is known. */
export function endedWords(why: Why, lastedMs: number, locale: string): Words {
  const duration = durationWords(lastedMs, locale);
  switch (why) {
    case 'left':
      return { heading: m.home_ended_left(), text: m.home_ended_left_text({ duration }) };
    case 'lost':
      return { heading: m.home_ended_lost(), text: m.home_ended_lost_text({ duration }) };
    case 'refused':
      return { heading: m.home_ended_refused(), text: m.home_ended_refused_text({ duration }) };
    case 'replaced':
      return { heading: m.home_ended_replaced(), text: m.home_ended_replaced_text({ duration }) };
    case 'server-stopped':
      return { heading: m.home_ended_stopped(), text: m.home_ended_stopped_text({ duration }) };
    case 'breached':
      return { heading: m.home_ended_breached(), text: m.home_ended_breached_text({ duration }) };
  }
}

/** "42 seconds", "7 minutes", "1 hour, 5 minutes", in the words of a language. */
export function durationWords(ms: number, locale: string): string {
  const totalS = Math.max(1, Math.round(ms / 1000));
  const hours = Math.floor(totalS / 3600);
  const minutes = Math.floor((totalS % 3600) / 60);
  const say = (value: number, unit: 'hour' | 'minute' | 'second'): string =>
    new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(value);
  const parts =
    hours > 0
      ? [say(hours, 'hour'), ...(minutes > 0 ? [say(minutes, 'minute')] : [])]
      : [minutes > 0 ? say(minutes, 'minute') : say(totalS, 'second')];
  return new Intl.ListFormat(locale, { style: 'long', type: 'unit' }).format(parts);
}
