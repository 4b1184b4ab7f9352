import type { Subject } from '../observable/observable';
import { MeetingsApi } from '../session/meetings_api';
import { RequestError } from '../session/request_error';
import { CallPreferences } from '../state/call_preferences';
import type { ServerFacts } from '../state/meeting';
import { platformOf, type Platform } from '../state/platform';
import { Preferences } from '../state/preferences';

/** What the page has whatever it shows. */
export interface Surroundings {
  readonly origin: string;
  readonly api: MeetingsApi;
  readonly server: Subject<ServerFacts | undefined>;
  readonly platform: Platform;
  readonly preferences: Preferences;
  readonly callPreferences: CallPreferences;
}

/** Looks around in this browser. */
export function surroundingsHere(server: Subject<ServerFacts | undefined>): Surroundings {
  const { origin } = location;
  const storage = (): Storage => localStorage;
  return {
    origin,
    api: new MeetingsApi((url, init) => fetch(url, init), origin),
    server,
    platform: platformOf(navigator.userAgent, navigator.maxTouchPoints),
    preferences: new Preferences(storage),
    callPreferences: new CallPreferences(storage),
  };
}

/** Asks the server who runs it. Without an answer nothing is said about that. */
export async function askWhoRunsIt({ api, server }: Surroundings): Promise<void> {
  try {
    server.set(await api.serverFacts());
  } catch (error) {
    if (!(error instanceof RequestError)) {
      throw error;
    }
  }
}
