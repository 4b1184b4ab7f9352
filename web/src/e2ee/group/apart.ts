/** Where the others are that a device sees, as far as they have signed it. */
export interface Whereabouts {
  readonly self: string;
  /** Nobody has acknowledged this device since it joined. */
  readonly isNew: boolean;
  /** Who is in this epoch, with these secrets; oneself not counted. */
  readonly here: ReadonlySet<string>;
  /** Who is in another epoch, in the own roster or known to hold the host's key. */
  readonly elsewhere: ReadonlySet<string>;
  /** Who has signed with the host's key; oneself, too, where one has it. */
  readonly hosts: ReadonlySet<string>;
}

/**
 * Whether a device is apart, so that it has to join anew: the host is elsewhere, or where no host is
 * heard, more people than are with it. When they are as many, or the device itself makes the difference,
 * those go whom nobody has acknowledged, then the side that does not have the first of them all. Each side
 * judges for itself. Never do both stay; where both go they meet where the server's GroupInfo is.
 */
export function isApart({ self, isNew, here, elsewhere, hosts }: Whereabouts): boolean {
  if (elsewhere.size === 0) {
    return false;
  }
  // A host whom nobody has acknowledged has only arrived: nobody comes to it, and it may have to go.
  const withSelf = isNew && hosts.has(self) ? [...here] : [...here, self];
  const hostsHere = withSelf.filter((identity) => hosts.has(identity));
  const hostsThere = [...elsewhere].filter((identity) => hosts.has(identity));
  if (hostsHere.length > 0 || hostsThere.length > 0) {
    return isFirstOf(hostsThere, hostsHere);
  }
  return (
    elsewhere.size > here.size + 1 ||
    (elsewhere.size >= here.size && (isNew || isFirstOf([...elsewhere], [...here, self])))
  );
}

/** Whether the first of all, in the order of their identities, is among `some`. */
function isFirstOf(some: readonly string[], others: readonly string[]): boolean {
  const [first] = [...some, ...others].sort();
  return first !== undefined && some.includes(first);
}
