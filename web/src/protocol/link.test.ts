import { describe, expect, it } from 'vitest';

import { encodeBase64url, encodeUtf8 } from './bytes';
import { encodeLink, parseLink, type LinkReading } from './link';

const ORIGIN = 'https://meet.example.org';
const S = 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8';
const H = 'UZyuk-k60BHXhTVYlEBe2A';
const K = 'gIGCg4SFhoeIiYqLjI2Oj5CRkpOUlZaXmJmam5ydnp8';
const FRAGMENT = `v1.${S}.${H}`;
const LINK = `${ORIGIN}/#${FRAGMENT}`;

function read(text: string): LinkReading {
  return parseLink(text, ORIGIN);
}

function second(origin: string): string {
  return encodeBase64url(encodeUtf8(origin));
}

describe('a link as it arrives', () => {
  it.each([
    LINK,
    `#${FRAGMENT}`,
    FRAGMENT,
    `  \n${LINK}\t`,
    `<${LINK}>`,
    ` < ${LINK} > `,
    `${ORIGIN}#${FRAGMENT}`,
    `HTTPS://MEET.example.org:443/#${FRAGMENT}`,
    `meet.example.org/#${FRAGMENT}`,
  ])('is opened: %j', (text) => {
    expect(read(text)).toMatchObject({ kind: 'meeting' });
  });

  it.each(['', '  ', '#', '<>'])('is nothing: %j', (text) => {
    expect(read(text)).toEqual({ kind: 'none' });
  });

  it('is cut, wherever it is cut', () => {
    for (let length = 'v'.length; length < FRAGMENT.length; length++) {
      expect(read(`${ORIGIN}/#${FRAGMENT.slice(0, length)}`), String(length)).toEqual({
        kind: 'cut',
      });
    }
    for (const text of [`${ORIGIN}/#`, ORIGIN, `#v1host.${S}.${K.slice(1)}`, `#v1host.${S}`]) {
      expect(read(text), text).toEqual({ kind: 'cut' });
    }
  });

  it.each([
    `${FRAGMENT.slice(0, -3)}.`,
    `v1.${S.slice(0, 20)}\n${S.slice(20)}.${H}`,
    `v1.${S}.…`,
    `${FRAGMENT}.~${second('https://b.example').slice(0, 9)}`,
    `${FRAGMENT}.~`,
  ])('is cut although something follows: %j', (text) => {
    expect(read(`#${text}`)).toEqual({ kind: 'cut' });
  });

  it.each([
    `${LINK}.`,
    `${LINK},`,
    `${LINK})`,
    `${LINK}a`,
    `${LINK}.please`,
    `${LINK}.p.`,
    `${LINK} see you there`,
    `Join: ${LINK}`,
    `<${LINK}`,
    `"${LINK}"`,
    `#v1host.${S}.${K}.`,
    `${LINK}${'x'.repeat(5_000)}`,
  ])('is padded: %j', (text) => {
    expect(read(text)).toEqual({ kind: 'padded' });
  });

  it.each([
    ['v2.abc', 2],
    ['v0.abc', 0],
    ['v12', 12],
    ['v2host.abc', 2],
    [`v999999.${S}.${H}`, 999_999],
  ])('is of a version that this release does not know: %s', (fragment, version) => {
    expect(read(`#${fragment}`)).toEqual({ kind: 'unknown-version', version });
  });

  it.each([`${FRAGMENT}.p`, `${FRAGMENT}.p.~${second('https://b.example')}`])(
    'needs a passcode: %s',
    (fragment) => {
      expect(read(`#${fragment}`)).toEqual({ kind: 'needs-passcode' });
    },
  );

  it.each([
    'hello',
    '#privacy',
    '#v01.a',
    '#v1x.a',
    '#v.a.b',
    `#v1.${S.slice(0, -1)}9.${H}`, // the last character says more than 32 bytes
    `#v1.${S}.${H.slice(0, -1)}B`,
    `#v1.${S}A.${H}`,
    `#v1.${S.slice(0, 10)}.${S.slice(10)}.${H}`,
    `#v1.${S}-${H}`,
    `#v1.${S.slice(0, 10)}*${S.slice(11)}.${H}`,
    `javascript://meet.example.org/#${FRAGMENT}`,
    `https://[/#${FRAGMENT}`,
  ])('is garbled: %j', (text) => {
    expect(read(text)).toEqual({ kind: 'garbled' });
  });

  it.each([
    [`https://other.example/#${FRAGMENT}`, 'https://other.example'],
    [`http://meet.example.org/#${FRAGMENT}`, 'http://meet.example.org'],
    [`https://meet.example.org:8443/#${FRAGMENT}`, 'https://meet.example.org:8443'],
    [`other.example/#${FRAGMENT}`, 'https://other.example'],
    [`https://meet.example.org@other.example/#${FRAGMENT}`, 'https://other.example'],
    [`https://other.example/#v1host.${S}.${K}`, 'https://other.example'],
    ['https://other.example/#v2.abc', 'https://other.example'],
  ])('leads to another server: %s', (text, origin) => {
    expect(read(text)).toEqual({ kind: 'other-server', origin });
  });

  it('is cut first, and of another server then', () => {
    expect(read(`https://other.example/#v1.${S}`)).toEqual({ kind: 'cut' });
  });

  it('keeps a second server', () => {
    const reading = read(`${LINK}.~${second('https://b.example:8443')}`);
    expect(reading).toMatchObject({ kind: 'meeting', secondServer: 'https://b.example:8443' });
    expect(reading.kind === 'meeting' && encodeLink(ORIGIN, reading)).toBe(
      `${LINK}.~${second('https://b.example:8443')}`,
    );
  });

  it.each(['http://b.example', 'https://b.example/', 'https://b.example/x', 'https://B.example'])(
    'takes no second server that is not an https origin: %s',
    (origin) => {
      expect(read(`${LINK}.~${second(origin)}`).kind).toBe('cut');
    },
  );
});
