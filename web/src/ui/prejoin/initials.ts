/** The first letters of the first and the last word of a name; whole characters, whatever the script. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/u).filter((word) => word !== '');
  const shown = words.length > 1 ? [words.at(0), words.at(-1)] : words;
  return shown.map((word) => firstCharacter(word ?? '')).join('');
}

function firstCharacter(word: string): string {
  const [first] = new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(word);
  return first?.segment.toLocaleUpperCase() ?? '';
}
