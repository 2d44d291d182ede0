import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { RankingLabel } from '../../src/data/labels';
import { startEngine } from '../../src/kernels/device';
import {
  countPairs,
  rankedItems,
  settingsForFew,
  trainingDemonstrations,
  type Contributions,
} from '../../src/pipeline/contributions';
import { disposeRun, type Run } from '../../src/pipeline/run';
import { finish, tinyRun } from '../support/tinyRun';

// Whole stages, which on a busy machine take far more than the usual limit.
vi.setConfig({ testTimeout: 120_000 });

beforeAll(() => startEngine('wasm'));

const label = (change: Partial<RankingLabel> = {}): RankingLabel => ({
  prompt: 'What does the fox eat?',
  answers: ['The fox eats bread.', 'The fox eats cheese.', 'No.'],
  ranks: [0, 1, 2],
  labeler: 'wren',
  ...change,
});

/** Labels that all prefer the short answer, with two to four answers each. */
const labels = (count: number): RankingLabel[] =>
  Array.from({ length: count }, (_, i) =>
    i % 2 === 0
      ? label({ prompt: `Name a food, number ${i}.`, answers: ['Jam.', 'The jam is sweet.'], ranks: [0, 1] })
      : label({
          prompt: `Name ${i} foods.`,
          answers: ['Jam.', 'Soup.', 'A soup.', 'The jam.'],
          ranks: [0, 0, null, 1],
        }),
  );

const given = (change: Partial<Contributions>): Contributions => ({
  rankings: [],
  withSimulated: true,
  demonstrations: [],
  withExamples: true,
  ...change,
});

function onTinyRun(check: (run: Run) => void): void {
  const run = tinyRun();
  check(run);
  disposeRun(run);
}

describe('rankings by people', () => {
  it('become items without the answers nobody ranked', () =>
    onTinyRun(({ curriculum, config }) => {
      const { items, pairs } = rankedItems(curriculum, config, [label({ ranks: [1, null, 0] })]);
      expect(items[0].ranks).toEqual([1, 0]);
      expect(curriculum.decodeAnswer(items[0].items[1].response)).toBe('No.');
      expect(pairs).toBe(1);
    }));

  it('are left out, with the reason, when nothing can be learnt from them', () =>
    onTinyRun(({ curriculum, config }) => {
      const useless = [
        label({ skipped: 'unclear' }),
        label({ ranks: [0, 0, 0] }),
        label({ ranks: [0, null, null] }),
        label({ prompt: 'fox '.repeat(200) }),
      ];
      const { items, leftOut } = rankedItems(curriculum, config, useless);
      expect(items).toEqual([]);
      expect(leftOut).toEqual({ skipped: 1, oneRank: 2, promptTooLong: 1 });
    }));

  it('use sampled tokens only where they spell the answer', () =>
    onTinyRun(({ curriculum, config }) => {
      // "No." spelled letter by letter is no encoding the tokenizer would choose.
      const letters = ['N', 'o', '.'].flatMap((letter) => curriculum.encodeAnswer(letter, false));
      const answers = ['No.', 'Yes.'];
      const tokens = [letters, letters];
      const { items } = rankedItems(curriculum, config, [label({ answers, ranks: [0, 1], tokens })]);
      expect(items[0].items[0].response).toEqual(letters);
      expect(items[0].items[1].response).toEqual(curriculum.encodeAnswer('Yes.', true));
    }));

  it('give one comparison per pair of different ranks', () => {
    expect(countPairs([0, 1, 2, 3])).toBe(6);
    expect(countPairs([0, 1, 1, 2])).toBe(5);
    expect(countPairs([0, 0])).toBe(0);
  });
});

describe('the reward model', () => {
  it('learns from people alone, and from prompts with different numbers of answers', async () => {
    const before = tf.memory().numTensors;
    const run = tinyRun({ 'rm.learningRate': 0.02 });
    await finish(run, 'sft');
    run.contributions = given({ rankings: labels(30), withSimulated: false });
    const rows = await finish(run, 'rm');
    const sources = run.rewardSources!;
    expect(sources.simulated).toEqual({ rankings: 0, pairs: 0 });
    expect(sources.people).toMatchObject({ rankings: 24, heldOut: 6 });
    expect(sources.updates).toBeGreaterThanOrEqual(24);
    // Every label prefers the shortest answer, which one layer can see; prompts of the check were not trained on.
    expect(sources.check.correct / sources.check.pairs).toBeGreaterThan(0.8);
    const losses = rows.map(({ metrics }) => metrics['rm/loss']).filter((loss) => loss !== undefined);
    expect(losses.at(-1)!).toBeLessThan(losses[0]);
    disposeRun(run);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('counts both sources when they are mixed', async () => {
    const run = tinyRun();
    await finish(run, 'sft');
    run.contributions = given({ rankings: labels(6) });
    await finish(run, 'rm');
    expect(run.rewardSources).toMatchObject({ simulated: { rankings: 8 }, people: { rankings: 6, heldOut: 0 } });
    expect(run.rewardData!.train.length).toBe(14);
    disposeRun(run);
  });

  it('refuses too few rankings by people alone, with the number', async () => {
    const run = tinyRun();
    await finish(run, 'sft');
    run.contributions = given({ rankings: labels(19), withSimulated: false });
    await expect(finish(run, 'rm')).rejects.toThrow(/rm: got 19 rankings.*at least 20/);
    disposeRun(run);
  });

  it('makes more passes over few rankings, never fewer than the run asks for', () =>
    onTinyRun(({ config }) => {
      const settings = { ...config, 'rm.batchSize': 8, 'rm.epochs': 2 };
      expect(settingsForFew(settings, 24)['rm.epochs']).toBe(8);
      expect(settingsForFew(settings, 3000)['rm.epochs']).toBe(2);
      expect(settingsForFew(settings, 3)['rm.epochs']).toBe(24);
    }));
});

describe('demonstrations by people', () => {
  it("take the place of the world's own for the same prompt", () =>
    onTinyRun(({ curriculum, config }) => {
      const { prompt } = curriculum.sft.train[0];
      const text = curriculum.decodeAnswer(prompt.slice(1)).trim();
      const demonstrations = [
        { prompt: text, completion: 'I do not know.', labeler: 'wren', source: 'fixed' as const },
      ];
      const train = trainingDemonstrations(curriculum, config, given({ demonstrations }));
      const same = train.filter((item) => item.prompt.join() === prompt.join());
      expect(same.map((item) => curriculum.decodeAnswer(item.response))).toEqual(['I do not know.']);
    }));

  it('stand alone only when there are enough', () =>
    onTinyRun(({ curriculum, config }) => {
      const demonstrations = [{ prompt: 'Hi.', completion: 'Hello.', labeler: 'wren', source: 'written' as const }];
      const alone = given({ demonstrations, withExamples: false });
      expect(() => trainingDemonstrations(curriculum, config, alone)).toThrow(/sft: got 1 demonstrations.*at least 20/);
      const many = { ...alone, demonstrations: new Array(20).fill(demonstrations[0]) };
      expect(trainingDemonstrations(curriculum, config, many)).toHaveLength(20);
    }));
});
