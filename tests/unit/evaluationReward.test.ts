import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { sampleMany } from '../../src/evaluation/answers';
import { calibration } from '../../src/evaluation/calibration';
import { joinRounds, judge, trueRanks, type AnswerGroup } from '../../src/evaluation/rankedAnswers';
import { agreementOf, measureReward, pairAccuracy } from '../../src/evaluation/rewardAccuracy';
import { cohortsOf, crossValidate, rewardLearningCurve } from '../../src/evaluation/rewardTraining';
import { writeAnswer } from '../../src/data/demonstrations';
import { stream } from '../../src/data/random';
import { startEngine } from '../../src/kernels/device';
import { copyModel } from '../../src/nn/gpt';
import { startRewardModel } from '../../src/pipeline/rewardModel';
import { disposeRun, type Run } from '../../src/pipeline/run';
import { tinyRun } from '../support/tinyRun';

// A run builds the whole world first, and the machine may be busy with others.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

describe('pair accuracy', () => {
  it('is the share of pairs in the order of the ranks; the labeler’s ties are left out, equal scores are wrong', () => {
    // Right, wrong and equal; the fourth row is all ties.
    const { mean, n } = pairAccuracy([
      { scores: [3, 2, 1], ranks: [0, 1, 2] },
      { scores: [1, 2], ranks: [0, 1] },
      { scores: [5, 5], ranks: [1, 0] },
      { scores: [1, 2, 3], ranks: [0, 0, 0] },
    ]);
    expect(mean).toBeCloseTo(3 / 5, 12);
    expect(n).toBe(4);
  });

  it('needs somebody who prefers something', () =>
    expect(() => pairAccuracy([{ scores: [1, 2], ranks: [0, 0] }])).toThrow(/every pair/));

  it('counts agreement of two orders where neither ties', () => {
    expect(agreementOf([[0, 1, 2]], [[0, 1, 1]]).mean).toBe(1);
    expect(agreementOf([[0, 1, 2]], [[2, 1, 0]]).mean).toBe(0);
    expect(agreementOf([[0, 1, 2]], [[0, 2, 1]]).mean).toBeCloseTo(2 / 3, 12);
  });
});

describe('calibration', () => {
  /** Pairs whose better answer is drawn with probability σ(slope · margin). */
  const pairs = (slope: number) => {
    const random = stream(2, 'calibration');
    return Array.from({ length: 4000 }, () => {
      const scores = [random.gaussian(), random.gaussian()];
      const first = random.chance(1 / (1 + Math.exp(-slope * (scores[0] - scores[1]))));
      return { scores, ranks: first ? [0, 1] : [1, 0] };
    });
  };

  it('finds the slope that made the labels, and little error', () => {
    const { slope, bins, error } = calibration(pairs(0.7));
    expect(Math.abs(slope - 0.7)).toBeLessThan(0.08);
    expect(error).toBeLessThan(0.03);
    expect(bins).toHaveLength(8);
    expect(bins.reduce((sum, bin) => sum + bin.pairs, 0)).toBe(4000);
    for (let i = 1; i < bins.length; i++) expect(bins[i].margin).toBeGreaterThan(bins[i - 1].margin);
  });

  it('sees scores that say nothing: slope near 0, half of the pairs right in every bin', () => {
    const random = stream(3, 'noise');
    const noise = pairs(1).map(({ scores }) => ({ scores, ranks: random.chance(0.5) ? [0, 1] : [1, 0] }));
    const { slope, bins } = calibration(noise);
    expect(Math.abs(slope)).toBeLessThan(0.1);
    for (const bin of bins) expect(Math.abs(bin.correct - 0.5)).toBeLessThan(0.1);
  });
});

describe('reward models under study', () => {
  let run: Run;
  let groups: AnswerGroup[];

  beforeAll(async () => {
    await startEngine('wasm');
    run = tinyRun({ 'rm.epochs': 1 });
    run.models.sft = copyModel(run.models.base!);
    const prompts = run.curriculum.testPrompts.slice(0, 16);
    const rounds = await sampleMany(run, { name: 'sft', model: run.models.sft }, prompts, 2, 'groups');
    groups = joinRounds(rounds).map(withGoodAnswer);
  });
  afterAll(() => disposeRun(run));

  /** A model of random weights says nothing that anybody would prefer. */
  function withGoodAnswer({ spec, items }: AnswerGroup): AnswerGroup {
    const { curriculum } = run;
    const text = writeAnswer(curriculum.world, spec.task, stream(1, spec.text));
    return { spec, items: [...items, { prompt: items[0].prompt, response: curriculum.encodeAnswer(text, true) }] };
  }

  it('are asked about answers prompt by prompt', () => {
    expect(groups).toHaveLength(16);
    for (const { spec, items } of groups) {
      expect(items).toHaveLength(3);
      for (const { prompt } of items) expect(prompt).toEqual(run.curriculum.encodePrompt(spec.text));
    }
  });

  it('meet labelers who follow from seed and name, and give equal texts equal ranks', () => {
    const team = run.curriculum.labelers.training;
    const doubled = groups.map(({ spec, items }) => ({ spec, items: [items[0], items[0], items[1]] }));
    const ranks = judge(run, team, doubled, 'a');
    expect(judge(run, team, doubled, 'a')).toEqual(ranks);
    expect(judge(run, team, doubled, 'b')).not.toEqual(ranks);
    for (const row of ranks) expect(row[0]).toBe(row[1]);
  });

  it('meet the true order: a good answer before noise', () => {
    for (const row of trueRanks(run, groups)) expect(row).toEqual([expect.any(Number), expect.any(Number), 0]);
    expect(
      trueRanks(run, groups)
        .flat()
        .filter((rank) => rank > 0).length,
    ).toBeGreaterThan(groups.length);
  });

  it('are measured against everybody with the same prompts', async () => {
    const model = startRewardModel(run.models.sft!, run.config);
    const before = tf.memory().numTensors;
    const { calibration: curve, ...accuracies } = await measureReward(run, model, groups);
    for (const { n, mean } of Object.values(accuracies)) {
      expect(n).toBe(groups.length);
      expect(mean).toBeGreaterThanOrEqual(0);
      expect(mean).toBeLessThanOrEqual(1);
    }
    expect(curve.bins.length).toBeGreaterThan(0);
    expect(tf.memory().numTensors).toBe(before);
    Object.values(model.parameters).forEach((tensor) => tensor.dispose());
  });

  it('leave out every cohort of labelers once, and keep nothing', async () => {
    const before = tf.memory().numTensors;
    const steps = { count: 0 };
    const study = { train: groups.slice(0, 8), test: groups.slice(8) };
    const { own, other, drop, folds } = await crossValidate(run, study, () => void steps.count++);
    const cohorts = [...cohortsOf(run.curriculum.labelers.training).keys()];
    expect(folds.map(({ leftOut }) => leftOut)).toEqual(cohorts);
    expect(cohorts.length).toBeGreaterThanOrEqual(5);
    // Two steps of four prompts in each fold.
    expect(steps.count).toBe(2 * cohorts.length);
    expect(drop.mean).toBeCloseTo(own.mean - other.mean, 12);
    expect(own.n).toBe(8);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('learn from as many rankings as they are given', async () => {
    const study = { train: groups.slice(0, 8), test: groups.slice(8) };
    const points = await rewardLearningCurve(run, study, [4, 8]);
    expect(points.map(({ prompts }) => prompts)).toEqual([4, 8]);
    expect(points[1].comparisons).toBeGreaterThan(points[0].comparisons);
    expect(points[1].comparisons).toBeLessThanOrEqual(8 * 3);
    await expect(rewardLearningCurve(run, study, [9])).rejects.toThrow(/9 ranked prompts of 8/);
  });
});
