const COLOURS = [
  'amber',
  'cedar',
  'coral',
  'fern',
  'hazel',
  'indigo',
  'ivory',
  'lilac',
  'maple',
  'mint',
  'ochre',
  'olive',
  'pearl',
  'plum',
  'slate',
  'teal',
];
const ANIMALS = [
  'bear',
  'crane',
  'finch',
  'fox',
  'frog',
  'heron',
  'lynx',
  'marten',
  'mole',
  'otter',
  'owl',
  'seal',
  'swift',
  'toad',
  'vole',
  'wren',
];

/** A two-word name for a run, fixed by the text that describes it (settings and running number). FNV-1a picks the words. */
export function runName(description: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < description.length; i++) hash = Math.imul(hash ^ description.charCodeAt(i), 0x01000193) >>> 0;
  return `${COLOURS[(hash >>> 8) % COLOURS.length]}-${ANIMALS[(hash >>> 16) % ANIMALS.length]}`;
}
