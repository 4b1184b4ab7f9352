import { getLocale, locales, setLocale } from '../messages/runtime.js';
import { Subject, type Observable } from '../observable/observable';

export type Locale = (typeof locales)[number];

/** Each language by its own name. */
export const LANGUAGES: Readonly<Record<Locale, string>> = { en: 'English', de: 'Deutsch' };

const current = new Subject<Locale>(getLocale());

/** The language on screen. */
export const locale: Observable<Locale> = current;

/** Changes the language without loading the page again, which would forget the meeting. */
export function chooseLocale(chosen: Locale): void {
  void setLocale(chosen, { reload: false });
  current.set(chosen);
}
