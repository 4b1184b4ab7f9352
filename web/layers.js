/**
 * Who may import whom: ui -> state -> session | media | e2ee | translog -> protocol.
 * `compose` hands the browser to the rest, and only `main.ts` imports it.
 * `observable` is what changes over time, `messages` what is said on screen (generated).
 * A folder may import from itself and from the folders listed for it, from nothing else of ours.
 *
 * @type {Readonly<Record<string, readonly string[]>>}
 */
export const MAY_IMPORT = {
  compose: ['state', 'session', 'media', 'e2ee', 'translog', 'protocol', 'observable'],
  ui: ['state', 'observable', 'messages'],
  state: ['session', 'media', 'e2ee', 'translog', 'protocol', 'observable'],
  session: ['protocol', 'observable'],
  media: ['protocol', 'observable'],
  e2ee: ['protocol', 'observable'],
  translog: ['protocol', 'observable'],
  protocol: [],
  observable: [],
  messages: [],
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
