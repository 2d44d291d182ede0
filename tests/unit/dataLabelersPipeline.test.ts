import { beforeAll, describe, expect, it } from 'vitest';
import { startEngine } from '../../src/kernels/device';
import type { Item } from '../../src/pipeline/items';
import { answerCounts, cutByPrompt, rankAnswers, settleNoise } from '../../src/pipeline/labelling';
import { stream } from '../../src/data/random';
import { finish, tinyRun } from '../support/tinyRun';

beforeAll(() => startEngine('cpu'));

describe('how many answers a prompt gets', () => {
  it('is one number, or from 4 to 9 as in the paper', () => {
    const { config } = tinyRun();
    expect(new Set(answerCounts({ ...config, 'data.answersPerPrompt': 5 }, 100))).toEqual(new Set([5]));
    const varied = answerCounts({ ...config, 'data.rankingSizes': '4_to_9' }, 600);
    expect([...new Set(varied)].sort()).toEqual([4, 5, 6, 7, 8, 9]);
    expect(varied).toEqual(answerCounts({ ...config, 'data.rankingSizes': '4_to_9' }, 600));
  });

  it('cuts the sampled answers accordingly', () => {
    const items: Item[] = [1, 2, 3, 4, 5].map((id) => ({ prompt: [0], response: [id] }));
    const groups = cutByPrompt(items, [2, 3]);
    expect(groups.map((group) => group.map(({ response }) => response[0]))).toEqual([
      [1, 2],
      [3, 4, 5],
    ]);
  });
});

describe('simulated rankings', () => {
  /** Four answers to each of some prompts: two demonstrations of other prompts, one cut short, one repeated. */
  function labelled() {
    const run = tinyRun({ 'data.rankings': 60 });
    const { curriculum } = run;
    const prompts = curriculum.rankingPrompts;
    const demonstrations = curriculum.sft.train.map(({ response }) => response);
    const groups = prompts.map(({ tokens }, i) => {
      const [a, b] = [demonstrations[i % 24], demonstrations[(i + 7) % 24]];
      return [a, b, a.slice(0, 3), a].map((response) => ({ prompt: tokens, response }));
    });
    settleNoise(curriculum, prompts, groups);
    return { curriculum, prompts, groups, rankings: rankAnswers(curriculum, prompts, groups, stream(1, 'labels')) };
  }

  it('carry the whole label, with the tokens that were sampled', () => {
    const { prompts, groups, rankings, curriculum } = labelled();
    rankings.forEach(({ items, ranks, label }, i) => {
      expect(label.prompt).toBe(prompts[i].spec.text);
      expect(label.tokens).toEqual(groups[i].map(({ response }) => response));
      expect(items).toEqual(groups[i]);
      expect(label.ranks).toEqual(ranks);
      expect(curriculum.labelers.training.map(({ id }) => id)).toContain(label.labeler);
      expect(ranks[3]).toBe(ranks[0]);
    });
    expect(new Set(rankings.map(({ label }) => label.labeler)).size).toBeGreaterThan(15);
  });

  it('settle the noise of both groups once, and come out the same again', () => {
    const { curriculum, prompts, groups, rankings } = labelled();
    const { labelers, calibration } = curriculum;
    expect(calibration?.training.team).toEqual(labelers.training);
    expect(calibration?.heldOut.team).toEqual(labelers.heldOut);
    expect(labelled().rankings).toEqual(rankings);
    settleNoise(curriculum, prompts.slice(0, 10), groups);
    expect(curriculum.calibration).toBe(calibration);
    expect(curriculum.labelers).toBe(labelers);
  });
});

describe('a reward model', () => {
  it('learns from rankings of different sizes', async () => {
    const run = tinyRun({ 'data.rankingSizes': '4_to_9' });
    const rows = await finish(run, 'sft', 'rm');
    const sizes = new Set(run.rewardData?.train.map(({ ranks }) => ranks.length));
    expect(sizes.size).toBeGreaterThan(1);
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(4);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(9);
    const losses = rows.flatMap(({ metrics }) => metrics['rm/loss'] ?? []);
    expect(losses.length).toBeGreaterThan(0);
    for (const loss of losses) expect(Number.isFinite(loss)).toBe(true);
  });
});
