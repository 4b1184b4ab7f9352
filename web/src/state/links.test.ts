import { describe, expect, it } from 'vitest';

import { partsOf } from './links';

function hrefs(text: string): string[] {
  return partsOf(text).flatMap((part) => (part.kind === 'link' ? [part.href] : []));
}

describe('addresses in a text', () => {
  it('are set apart, and nothing of the text is lost', () => {
    const text = 'See https://moot.example/a?b=c#d, and (http://two.example/x).';
    const parts = partsOf(text);
    expect(parts.map((part) => part.text).join('')).toBe(text);
    expect(hrefs(text)).toEqual(['https://moot.example/a?b=c#d', 'http://two.example/x']);
  });

  it.each([
    ['https://a.example/x_(y)', 'https://a.example/x_(y)'],
    ['https://a.example/x!?', 'https://a.example/x'],
    ['[https://a.example]', 'https://a.example/'],
    ['“https://a.example/x”', 'https://a.example/x'],
    ['HTTPS://A.example/X', 'https://a.example/X'],
  ])('in %j is %s', (text, href) => {
    expect(hrefs(text)).toEqual([href]);
  });

  it.each([
    'javascript:alert(1)',
    'data:text/html,x',
    'ftp://a.example',
    'xhttps://a.example',
    'https://bank.example@evil.example/',
    'https://',
    'https://:80',
    'a.example',
  ])('are no links in %j', (text) => {
    expect(partsOf(text)).toEqual([{ kind: 'words', text }]);
  });

  it('are shown as where they lead when letters only look like others', () => {
    const [link] = partsOf('https://аpple.example/');
    expect(link).toMatchObject({ kind: 'link', text: 'https://xn--pple-43d.example/' });
  });

  it('are found quickly in a text made to be slow', () => {
    const text = 'https://'.repeat(500) + ')'.repeat(3_000);
    expect(partsOf(text).map((part) => part.text).join('')).toHaveLength(7_000);
  });
});
