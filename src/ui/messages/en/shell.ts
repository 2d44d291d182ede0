import { area } from '../words.svelte';

/** Top bar, step cards, transport, notices, footer, key help. */
export const shell = area('shell', {
  skip: 'Skip to content',
  changes: { one: 'Reset 1 change', other: 'Reset {count} changes' },
});
