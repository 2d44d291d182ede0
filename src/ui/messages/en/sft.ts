import { area } from '../words.svelte';

/** The table of demonstrations on the SFT screen. */
export const sft = area('sft', {
  title: 'Demonstrations',
  range: '{from}–{to} of {total}',
  help: 'Point at a row to see its tokens: those of the prompt are only read, those of the answer carry the loss.',
  prompt: 'prompt',
  answer: 'demonstration',
  source: 'source',
  people: 'written here',
  example: 'example',
  read: 'read only, no loss',
  learned: 'carries the loss',
  counts: '{read} read, {learned} learned',
  before: 'Earlier',
  after: 'More',
  write: 'Write or fix demonstrations',
  waiting: 'Demonstrations are written when a run begins.',
  load: 'Show what SFT learns from',
});
