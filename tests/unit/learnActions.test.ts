import { expect, it } from 'vitest';
import { askSideBySide } from '../../src/ui/learn/actions';
import type { AppState } from '../../src/ui/state/app.svelte';

it('asks side by side once the worker has said who can answer, not before', async () => {
  const asked: string[][] = [];
  const evaluation = {
    tab: 'figures',
    ready: [] as string[],
    ask: () => void asked.push([...evaluation.ready]),
  };
  // Of the whole page the action uses the run's plan and these.
  const app = { live: { status: { plan: 'ppo' } }, evaluation } as unknown as AppState;
  const done = askSideBySide(app, 'Name three animals.');
  await new Promise((resolve) => setTimeout(resolve, 0));
  expect(asked, 'nobody can answer yet').toEqual([]);
  evaluation.ready = ['base', 'sft'];
  await done;
  expect(asked).toEqual([['base', 'sft']]);
  expect(evaluation.tab).toBe('answers');
});
