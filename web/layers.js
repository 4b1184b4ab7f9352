/**
 * Who may import whom: ui -> state -> session | media | e2ee | translog -> protocol.
 * A folder may import from itself and from the folders listed for it, from nothing else of ours.
 *
 * @type {Readonly<Record<string, readonly string[]>>}
 */
export const MAY_IMPORT = {
  ui: ['state'],
  state: ['session', 'media', 'e2ee', 'translog', 'protocol'],
  session: ['protocol'],
  media: ['protocol'],
  e2ee: ['protocol'],
  translog: ['protocol'],
  protocol: [],
};

/**
 * The folders that a layer must not import from.
 *
 * @param {string} layer
 * @returns {string[]}
 */
export function forbiddenFor(layer) {
  const allowed = MAY_IMPORT[layer] ?? [];
  return Object.keys(MAY_IMPORT).filter((other) => other !== layer && !allowed.includes(other));
}
