import { expect, it } from 'vitest';

import { isPhone, platformOf } from './platform';

const MAC = 'Macintosh; Intel Mac OS X 10_15_7';
const WEBKIT = 'AppleWebKit/605.1.15 (KHTML, like Gecko)';
const BLINK = 'AppleWebKit/537.36 (KHTML, like Gecko)';

it.each([
  [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${BLINK} Chrome/140.0.0.0 Safari/537.36`, 0, 'chrome', 'windows'],
  [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${BLINK} Chrome/140.0 Safari/537.36 Edg/140.0`, 0, 'edge', 'windows'],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 0, 'firefox', 'linux'],
  [`Mozilla/5.0 (${MAC}) ${WEBKIT} Version/18.0 Safari/605.1.15`, 0, 'safari', 'macos'],
  [`Mozilla/5.0 (${MAC}) ${WEBKIT} Version/18.0 Safari/605.1.15`, 5, 'safari', 'ios'],
  [`Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) ${WEBKIT} Version/18.0 Mobile/15E148 Safari/604.1`, 5, 'safari', 'ios'],
  [`Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) ${WEBKIT} CriOS/140.0 Mobile/15E148 Safari/604.1`, 5, 'chrome', 'ios'],
  [`Mozilla/5.0 (Linux; Android 10; K) ${BLINK} Chrome/140.0.0.0 Mobile Safari/537.36`, 5, 'chrome', 'android'],
  ['Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0', 5, 'firefox', 'android'],
  [`Mozilla/5.0 (X11; Linux x86_64) ${BLINK} Chrome/140.0 Safari/537.36 OPR/120.0`, 0, 'other', 'linux'],
  ['', 0, 'other', 'other'],
] as const)('%s with %i touch points is %s on %s', (userAgent, touchPoints, browser, system) => {
  expect(platformOf(userAgent, touchPoints)).toEqual({ browser, system });
});

it('cameras face a side on phones and tablets only', () => {
  expect(isPhone({ browser: 'chrome', system: 'android' })).toBe(true);
  expect(isPhone({ browser: 'chrome', system: 'windows' })).toBe(false);
});
