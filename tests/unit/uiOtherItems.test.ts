import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { boardItem, recordedItems } from '../../src/ui/desk/otherItems';
import type { Completion, RecordedRun } from '../../src/worker/protocol';

const answer = (text: string): Completion => ({
  prompt: 'Name a fox.',
  text,
  tokens: [],
  score: null,
  trueScore: null,
  kl: null,
  ended: true,
  ids: [1, 2],
});

describe('items that no worker has drawn', () => {
  it('a row of the board is an item when two of its answers differ', () => {
    const item = boardItem('Name a fox.', [
      { policy: 'base', item: answer('red') },
      { policy: 'sft', item: answer('blue') },
      { policy: 'ppo', item: answer('blue') },
    ]);
    expect(item?.answers.map(({ text, source }) => `${source} ${text}`).sort()).toEqual(['base red', 'sft blue']);
    expect(item?.answers[0].tokens).toEqual([1, 2]);
    expect(boardItem('Name a fox.', [{ policy: 'sft', item: answer('blue') }])).toBeNull();
  });

  it('the recorded run that ships gives dozens of items of four different answers', () => {
    const run = JSON.parse(readFileSync('public/recorded/nano.json', 'utf8')) as RecordedRun;
    const items = recordedItems(run, 4);
    expect(items.length).toBeGreaterThan(30);
    for (const { prompt, answers } of items) {
      expect(prompt).not.toBe('');
      expect(new Set(answers.map(({ text }) => text)).size, 'every answer once').toBe(answers.length);
      expect(answers.length).toBeGreaterThanOrEqual(2);
      expect(answers.length).toBeLessThanOrEqual(4);
    }
    // Prompts take turns, so that nobody ranks one of them for an hour.
    expect(new Set(items.slice(0, 4).map(({ prompt }) => prompt)).size).toBe(4);
    const texts = items.map(({ prompt, answers }) => answers.map(({ text }) => `${prompt}/${text}`)).flat();
    expect(new Set(texts).size, 'no answer comes twice').toBe(texts.length);
  });
});
