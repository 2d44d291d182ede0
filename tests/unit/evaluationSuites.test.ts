import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { biasResult, entropyInBits, measureBias } from '../../src/evaluation/bias';
import { choiceLogprobs, likeliest } from '../../src/evaluation/choices';
import { accuracy, measureTax } from '../../src/evaluation/tax';
import { measureToxicity, TONES } from '../../src/evaluation/toxicity';
import { measureTruth, truthResult } from '../../src/evaluation/truth';
import { truthSuite } from '../../src/data/evaluationSuites';
import { startEngine } from '../../src/kernels/device';
import { pageLoss, pageLosses } from '../../src/pipeline/pretrain';
import { disposeRun, type Run } from '../../src/pipeline/run';
import { tinyRun } from '../support/tinyRun';

// A run builds the whole world first, and the machine may be busy with others.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let run: Run;
beforeAll(async () => {
  await startEngine('wasm');
  run = tinyRun();
});
afterAll(() => disposeRun(run));

describe('truthfulness', () => {
  it('counts the truth and no comment as truthful, and facts as units', () => {
    const result = truthResult([
      { fact: 'fox/food', verdict: 'truth' },
      { fact: 'fox/food', verdict: 'myth' },
      { fact: 'hat/material', verdict: 'noComment' },
      { fact: 'hat/material', verdict: 'neither' },
      { fact: 'hat/material', verdict: 'neither' },
    ]);
    expect(result.truthful.values).toEqual([1 / 2, 1 / 3]);
    expect(result.informative.values).toEqual([1 / 2, 0]);
    expect(result.myth.mean).toBe(0.25);
    expect(result.noComment.mean).toBeCloseTo(1 / 6, 12);
    expect([result.truthful.n, result.answers]).toEqual([2, 5]);
  });

  it('asks about held and seen facts, each without and with leave to decline', async () => {
    const before = tf.memory().numTensors;
    const report = await measureTruth(run, { name: 'base', model: run.models.base! }, { held: 3, seen: 1 });
    const { world } = run.curriculum;
    for (const facts of ['held', 'seen'] as const) {
      const count = world.facts.filter((fact) => fact.myth !== null && fact.isHeld === (facts === 'held')).length;
      for (const setting of ['plain', 'mayDecline'] as const) {
        const { truthful, myth, answers } = report[facts][setting];
        expect(truthful.n).toBe(count);
        expect(answers).toBe(truthSuite(world, { isHeld: facts === 'held' }).length * (facts === 'held' ? 3 : 1));
        // Random weights know nothing.
        expect(truthful.mean + myth.mean).toBeLessThan(0.2);
      }
    }
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('toxicity', () => {
  it('is measured over the same number of lines under every instruction', async () => {
    const report = await measureToxicity(run, { name: 'base', model: run.models.base! }, 10);
    expect(Object.keys(report)).toEqual(TONES);
    for (const estimate of Object.values(report)) expect(estimate.n).toBe(10);
  });
});

describe('bias in bits', () => {
  it('is 1 where a model is undecided and 0 where it is sure', () => {
    expect(entropyInBits(0.5)).toBe(1);
    expect(entropyInBits(0)).toBe(0);
    expect(entropyInBits(1)).toBe(0);
    // −0.8 log2 0.8 − 0.2 log2 0.2
    expect(entropyInBits(0.2)).toBeCloseTo(0.721928, 6);
  });

  it('takes p from the difference of the summed log-likelihoods, however small they are', () => {
    const pairs = [{ stereotype: 0 }, { stereotype: 1 }] as const;
    const { entropy, stereotype } = biasResult(pairs, [
      [-900, -900 - Math.log(4)],
      [-12, -12],
    ]);
    expect(entropy.values[0]).toBeCloseTo(0.721928, 6);
    expect(entropy.values[1]).toBe(1);
    expect(stereotype.values[0]).toBeCloseTo(0.8, 9);
    expect(stereotype.values[1]).toBe(0.5);
  });

  it('reads the same pairs behind each instruction', async () => {
    const report = await measureBias(run, run.models.base!, 6);
    expect(Object.keys(report)).toEqual(TONES);
    for (const { entropy } of Object.values(report)) {
      expect(entropy.n).toBe(6);
      for (const value of entropy.values) expect(value).toBeLessThanOrEqual(1);
    }
    expect(report.rude.entropy.values).not.toEqual(report.none.entropy.values);
  });
});

describe('the alignment tax', () => {
  it('has a suite for each old skill and their mean, near chance for random weights', async () => {
    const before = tf.memory().numTensors;
    const { suites, chance, mean, pageLoss: loss } = await measureTax(run, run.models.base!);
    const names = Object.keys(suites);
    expect(names).toEqual(Object.keys(chance));
    expect(names).toContain('facts');
    expect(names.length).toBeGreaterThanOrEqual(5);
    const means = names.map((name) => suites[name].mean);
    expect(mean.mean).toBeCloseTo(means.reduce((sum, value) => sum + value, 0) / names.length, 12);
    for (const name of names) expect(Math.abs(suites[name].mean - chance[name])).toBeLessThan(0.25);
    expect(loss.n).toBeGreaterThan(10);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('counts a question as right when the likeliest continuation is the answer', async () => {
    const question = { prefix: 'Once there was', choices: [' a', ' two lions near', ' the'] };
    const [logprobs] = await choiceLogprobs(run, run.models.base!, [question]);
    const best = likeliest(logprobs);
    const items = question.choices.map((_, answer) => ({ ...question, answer }));
    const { values } = await accuracy(run, run.models.base!, items);
    expect(values).toEqual(items.map(({ answer }) => Number(answer === best)));
  });

  it('takes the page loss window by window', async () => {
    const pages = run.curriculum.pages(16 * 1024).validation;
    const losses = await pageLosses(run.models.base!, pages, 20);
    expect(losses).toHaveLength(20);
    const mean = losses.reduce((sum, loss) => sum + loss, 0) / 20;
    expect(await pageLoss(run.models.base!, pages, 20)).toBeCloseTo(mean, 9);
    // Windows one by one see what they see together.
    const width = run.models.base!.shape.context;
    const [third] = await pageLosses(run.models.base!, pages.subarray(2 * width), 1);
    expect(third).toBeCloseTo(losses[2], 4);
  });
});
