import { expect, it } from 'vitest';

import { signallingUrl } from './signalling_url';

it.each([
  ['http://localhost:7880', 'ws://localhost:7880'],
  ['https://meet.example.org', 'wss://meet.example.org'],
  ['https://[2001:db8::1]:8443', 'wss://[2001:db8::1]:8443'],
])('a page at %s tells SDK clients to use %s', (origin, expected) => {
  expect(signallingUrl(origin)).toBe(expected);
});
