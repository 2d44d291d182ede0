import { findHidden } from '../../config/hiddenText';

/** The single keys of the page and what they are called. Desk and dialogs have keys of their own, which cannot clash. */
export const DEFAULT_KEYS = {
  toggle: ' ',
  step: '.',
  restart: 'r',
  back: '[',
  on: ']',
  sft: '1',
  rm: '2',
  ppo: '3',
  eval: '4',
  label: 'l',
  smooth: 'g',
  projector: 'p',
  share: 's',
  help: '?',
} as const satisfies Record<string, string>;

export type ShortcutName = keyof typeof DEFAULT_KEYS;
/** The key of each shortcut, as `KeyboardEvent.key` names it, letters in lower case; empty for none. */
export type ShortcutKeys = Readonly<Record<ShortcutName, string>>;

export const SHORTCUT_NAMES = Object.keys(DEFAULT_KEYS) as ShortcutName[];

/** @param stored words like `step=.`; what it does not name keeps its default */
export function readKeys(stored: readonly string[] | null): ShortcutKeys {
  const keys: Record<ShortcutName, string> = { ...DEFAULT_KEYS };
  for (const word of stored ?? []) {
    const at = word.indexOf('=');
    const name = SHORTCUT_NAMES.find((candidate) => candidate === word.slice(0, at));
    const key = word.slice(at + 1).replace('Space', ' ');
    // One character that can be seen, as the page would have written it.
    if (name !== undefined && [...key].length <= 1 && findHidden(key) === null) keys[name] = key;
  }
  return keys;
}

export function writeKeys(keys: ShortcutKeys): string {
  return SHORTCUT_NAMES.map((name) => `${name}=${keys[name] === ' ' ? 'Space' : keys[name]}`).join(' ');
}

/** The shortcut a key press means, or null. */
export function shortcutOf(key: string, keys: ShortcutKeys): ShortcutName | null {
  const pressed = key.length === 1 ? key.toLowerCase() : key;
  return SHORTCUT_NAMES.find((name) => keys[name] !== '' && keys[name] === pressed) ?? null;
}

/** How a key is written on the page. */
export function keyLabel(key: string): string {
  if (key === ' ') return 'Space';
  return key.length === 1 ? key.toUpperCase() : key;
}

/** Keys that move the focus, type into fields or belong to the browser keep their meaning. */
export function canBeShortcut(event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'>): boolean {
  return event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey;
}
