import { expect, it } from 'vitest';

import { CaptureError, captureErrorFrom } from './capture_error';
import { browserError } from './fake_media';

it.each([
  ['Chromium, somebody said no', 'NotAllowedError', 'Permission denied', 'denied'],
  ['Chromium, the question was closed', 'NotAllowedError', 'Permission dismissed', 'dismissed'],
  [
    'Chromium, macOS or Windows says no',
    'NotAllowedError',
    'Permission denied by system',
    'blocked-by-system',
  ],
  [
    'Firefox and Safari, somebody said no',
    'NotAllowedError',
    'The request is not allowed by the user agent or the platform in the current context.',
    'denied',
  ],
  ['Chromium, another program has it', 'NotReadableError', 'Could not start video source', 'busy'],
  ['Firefox, another program has it', 'NotReadableError', 'Failed to allocate videosource', 'busy'],
  ['Firefox, it did not start', 'AbortError', 'Starting videoinput failed', 'busy'],
  ['no such device', 'NotFoundError', 'Requested device not found', 'missing'],
  ['the chosen device is gone', 'OverconstrainedError', '', 'missing'],
  ['Safari, the page is not secure', 'SecurityError', '', 'insecure'],
  ['something new', 'SurprisingError', 'by system', 'unknown'],
])('%s', (_, name, message, why) => {
  expect(captureErrorFrom(browserError(name, message)).why).toBe(why);
});

it.each([undefined, null, 'no', 7])('a rejection with %s has no reason', (rejection) => {
  expect(captureErrorFrom(rejection).why).toBe('unknown');
});

it('a reason once found is kept', () => {
  const error = new CaptureError('busy');
  expect(captureErrorFrom(error)).toBe(error);
});
