/**
 * Why there is no picture or sound:
 * `denied` by the person or the site's settings, `dismissed` without an answer, `blocked-by-system`
 * for the whole browser, `missing` where there is no such device, `busy` in another program, and
 * `insecure` where the browser offers no devices because the page came unprotected.
 */
export type CaptureFailure =
  'denied' | 'dismissed' | 'blocked-by-system' | 'missing' | 'busy' | 'insecure' | 'unknown';

/** A device could not be captured. */
export class CaptureError extends Error {
  override readonly name = 'CaptureError';
  readonly why: CaptureFailure;

  constructor(why: CaptureFailure, options?: ErrorOptions) {
    super(why, options);
    this.why = why;
  }
}

/**
 * What a rejection of `getUserMedia` means. Names are those of the standard, and the older ones that
 * embedded browsers still use; what the standard leaves to the message is told by Chromium's words.
 *
 * Source: Media Capture and Streams, 10.2.1; Chromium's media_stream_manager and user_media_request.
 */
export function captureErrorFrom(error: unknown): CaptureError {
  if (error instanceof CaptureError) {
    return error;
  }
  return new CaptureError(failureIn(error), { cause: error });
}

const FAILURES: Readonly<Record<string, CaptureFailure>> = {
  NotAllowedError: 'denied',
  PermissionDeniedError: 'denied',
  PermissionDismissedError: 'dismissed',
  NotFoundError: 'missing',
  DevicesNotFoundError: 'missing',
  OverconstrainedError: 'missing',
  ConstraintNotSatisfiedError: 'missing',
  NotReadableError: 'busy',
  TrackStartError: 'busy',
  // Firefox and Safari: the device was there and then did not start.
  AbortError: 'busy',
  SecurityError: 'insecure',
};

function failureIn(error: unknown): CaptureFailure {
  if (typeof error !== 'object' || error === null || !('name' in error)) {
    return 'unknown';
  }
  const failure = FAILURES[String(error.name)] ?? 'unknown';
  const message = 'message' in error ? String(error.message) : '';
  if (failure !== 'denied') {
    return failure;
  }
  if (/by system|system (denied|blocked)/i.test(message)) {
    return 'blocked-by-system';
  }
  return /dismissed/i.test(message) ? 'dismissed' : 'denied';
}
