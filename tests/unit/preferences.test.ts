import { describe, expect, it } from 'vitest';
import { preferredLanguage } from '../../src/ui/state/preferences.svelte';
import {
  canBeShortcut,
  DEFAULT_KEYS,
  readKeys,
  SHORTCUT_NAMES,
  shortcutOf,
  writeKeys,
} from '../../src/ui/state/shortcuts';

describe('shortcuts', () => {
  it('no two of them share a key', () => {
    expect(new Set(Object.values(DEFAULT_KEYS)).size).toBe(SHORTCUT_NAMES.length);
  });

  it('come back as they were remembered, also Space and none', () => {
    const keys = { ...DEFAULT_KEYS, toggle: 'x', step: ' ', restart: '' };
    expect(readKeys(writeKeys(keys).split(' '))).toEqual(keys);
    expect(readKeys(['nonsense', 'gone=q', 'help=h'])).toEqual({ ...DEFAULT_KEYS, help: 'h' });
  });

  it('letters count in both cases, and a removed key means nothing', () => {
    expect(shortcutOf('R', DEFAULT_KEYS)).toBe('restart');
    expect(shortcutOf('r', { ...DEFAULT_KEYS, restart: '' })).toBeNull();
    expect(shortcutOf('', { ...DEFAULT_KEYS, restart: '' })).toBeNull();
  });

  it('are single signs without modifiers', () => {
    const press = (key: string, ctrlKey = false) => canBeShortcut({ key, ctrlKey, metaKey: false, altKey: false });
    expect([press('k'), press('Enter'), press('k', true)]).toEqual([true, false, false]);
  });
});

describe('language', () => {
  it('is the first wish of the browser that the page speaks', () => {
    expect(preferredLanguage(['fr-CH', 'de-CH', 'en'])).toBe('de');
    expect(preferredLanguage(['en-GB', 'de'])).toBe('en');
    expect(preferredLanguage(['fr'])).toBe('en');
  });
});
