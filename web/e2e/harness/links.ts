import { randomBytes } from 'node:crypto';

/** A link as it must be, to a meeting that nobody made. */
export function linkToNowhere(url: string): string {
  return `${url}/#v1.${letters(32)}.${letters(16)}`;
}

/** The same secret, and a host whom the server cannot show. */
export function withAnotherHost(link: string): string {
  return link.replace(/\.[\w-]{22}$/, `.${letters(16)}`);
}

/** Links that lead nowhere, and what the page says of each. */
export function faultyLinks(url: string): readonly FaultyLink[] {
  const link = linkToNowhere(url);
  return [
    { name: 'cut', link: link.slice(0, -7), heading: 'This link is not whole' },
    {
      name: 'padded',
      link: `${link}).`,
      heading: 'There is more in this link than belongs to it',
    },
    { name: 'garbled', link: link.replace('v1.', 'v1.%'), heading: 'This is not a meeting link' },
    {
      name: 'unknown-version',
      link: link.replace('#v1.', '#v2.'),
      heading: 'This link is from a newer Folkmoot',
    },
    { name: 'passcode', link: `${link}.p`, heading: 'This meeting needs a passcode, too' },
  ];
}

export interface FaultyLink {
  readonly name: string;
  readonly link: string;
  readonly heading: string;
}

function letters(bytes: number): string {
  return randomBytes(bytes).toString('base64url');
}
