import type { shell } from '../en/shell';
import type { Translation } from '../words.svelte';

const messages: Translation<typeof shell> = {
  skip: 'Zum Inhalt springen',
  changes: { one: '1 Änderung zurücksetzen', other: '{count} Änderungen zurücksetzen' },
};
export default messages;
