import { m } from '../../messages/messages.js';
import type { Told } from '../../state/ending';
import type { EndingFacts, EndingName } from '../../state/ending_name';
import type { Words } from '../home/refusal_words';

/** A thing that is known of an ending, and how it is known. */
export interface KnownFact {
  readonly what: string;
  readonly value: string;
}

/** What an ending is called on screen, and why. It says no more than the facts do. */
export function endedWords({ name, facts }: Told, lastedMs: number, locale: string): Words {
  const duration = durationWords(lastedMs, locale);
  switch (name) {
    case 'left':
      return { heading: m.home_ended_left(), text: m.home_ended_left_text({ duration }) };
    case 'replaced':
      return { heading: m.home_ended_replaced(), text: m.home_ended_replaced_text({ duration }) };
    case 'breached':
      return { heading: m.home_ended_breached(), text: m.home_ended_breached_text({ duration }) };
    default:
      return { heading: headingOf(name), text: textOf(name, facts) };
  }
}

/** Whether a text says already how long somebody was there. */
export function saysDuration(name: EndingName): boolean {
  return name === 'left' || name === 'replaced' || name === 'breached';
}

/** What is known of an ending, one by one. */
export function knownFacts(facts: EndingFacts): readonly KnownFact[] {
  const { failedReturns, serverSaid, deadAddresses, isDrained, othersLost, attestations } = facts;
  return [
    serverSaid === 'leave' && { what: m.call_ended_known_leave(), value: m.call_ended_known_yes() },
    failedReturns > 0 && { what: m.call_ended_known_answered(), value: times(failedReturns) },
    deadAddresses > 0 && { what: m.call_ended_known_dead(), value: m.call_ended_known_last() },
    isDrained && { what: m.call_ended_known_drained(), value: m.call_ended_known_checked() },
    othersLost > 0 && { what: m.call_ended_known_lost(), value: String(othersLost) },
    attestations > 0 && { what: m.call_ended_known_served(), value: String(attestations) },
  ].filter((fact) => fact !== false);
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

type Own = 'left' | 'replaced' | 'breached';

function headingOf(name: Exclude<EndingName, Own>): string {
  const headings: Readonly<Record<typeof name, () => string>> = {
    'ended-by-host': m.call_ended_host_end,
    'removed-by-host': m.call_ended_removed,
    'withheld': m.call_ended_withheld,
    'suspended': m.call_ended_suspended,
    'connection-lost': m.call_ended_lost,
    'server-unreachable': m.call_ended_unreachable,
    'cut-by-server': m.call_ended_cut,
    'expired': m.call_ended_expired,
  };
  return headings[name]();
}

function textOf(name: Exclude<EndingName, Own>, facts: EndingFacts): string {
  const texts: Readonly<Record<typeof name, () => string>> = {
    'ended-by-host': m.call_ended_host_end_text,
    'removed-by-host': m.call_ended_removed_text,
    'withheld': m.call_ended_withheld_text,
    'suspended': m.call_ended_suspended_text,
    'connection-lost': facts.isDrained ? m.call_ended_drained_text : m.call_ended_lost_text,
    'server-unreachable':
      facts.othersLost > 0 ? m.call_ended_unreachable_text : m.call_ended_unreachable_addresses,
    'cut-by-server': cutText(facts),
    'expired': m.call_ended_expired_text,
  };
  return texts[name]();
}

function cutText({ serverSaid }: EndingFacts): () => string {
  if (serverSaid === undefined) {
    return m.call_ended_cut_seen;
  }
  return serverSaid === 'leave' ? m.call_ended_cut_leave : m.call_ended_cut_refusal;
}

function times(count: number): string {
  return count === 1 ? m.call_ended_known_time() : m.call_ended_known_times({ count });
}
