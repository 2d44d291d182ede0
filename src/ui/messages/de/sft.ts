import type { sft } from '../en/sft';
import type { Translation } from '../words.svelte';

const messages: Translation<typeof sft> = {
  title: 'Demonstrationen',
  range: '{from}–{to} von {total}',
  help: 'Auf eine Zeile zeigen, um ihre Token zu sehen: die des Prompts werden nur gelesen, die der Antwort tragen den Verlust.',
  prompt: 'Prompt',
  answer: 'Demonstration',
  source: 'Herkunft',
  people: 'hier geschrieben',
  example: 'Beispiel',
  read: 'nur gelesen, kein Verlust',
  learned: 'trägt den Verlust',
  counts: '{read} gelesen, {learned} gelernt',
  before: 'Frühere',
  after: 'Weitere',
  write: 'Demonstrationen schreiben oder verbessern',
  waiting: 'Demonstrationen entstehen, wenn ein Lauf beginnt.',
  load: 'Zeigen, woraus SFT lernt',
};
export default messages;
