import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { readValues } from '../../src/kernels/defineKernel';
import { startEngine } from '../../src/kernels/device';
import { filterProbabilities, sampleStep, type FilterOptions, type StepOptions } from '../../src/kernels/sampleTokens';
import { expectClose } from '../support/closeness';

/** Probabilities 0.1, 0.4, 0.2, 0.3 in id order. */
const LOGITS = [0.1, 0.4, 0.2, 0.3].map(Math.log);
const STEP: StepOptions = { temperature: 1, eos: 0, pad: 1, slot: 0 };

async function filtered(logits: number[], options: FilterOptions) {
  const { probs, kept } = filterProbabilities(tf.tensor2d([logits]), options);
  return { probs: await readValues(probs), kept: [...(await readValues(kept))][0] };
}

async function draw(logits: number[], u: number, options: Partial<StepOptions> = {}): Promise<number> {
  const state = {
    tokens: tf.zeros<tf.Rank.R2>([1, 1], 'int32'),
    done: tf.zeros<tf.Rank.R1>([1]),
    mask: tf.zeros<tf.Rank.R2>([1, 1]),
  };
  return (
    await readValues(sampleStep(tf.tensor2d([logits]), tf.tensor2d([[u]]), 0, state, { ...STEP, ...options }))
  )[0];
}

beforeAll(async () => void (await startEngine('cpu')));

describe('filterProbabilities by hand', () => {
  it.each([
    [{ temperature: 1 }, [0.1, 0.4, 0.2, 0.3]],
    [{ temperature: 0.5 }, [1 / 30, 16 / 30, 4 / 30, 9 / 30]],
    [{ temperature: 1, topK: 2 }, [0, 4 / 7, 0, 3 / 7]],
    [{ temperature: 1, topP: 0.65 }, [0, 4 / 7, 0, 3 / 7]],
    [{ temperature: 1, topP: 0.65, rule: 'lmhp' }, [0, 1, 0, 0]],
    [{ temperature: 1, topP: 0.75, rule: 'lmhp' }, [0, 4 / 7, 0, 3 / 7]],
    [{ temperature: 1, topP: 0 }, [0, 1, 0, 0]],
    [{ temperature: 1, topP: 0.2, rule: 'lmhp' }, [0, 1, 0, 0]],
    // The nucleus is taken of what topK left: 4/9 + 3/9 reach 0.7.
    [{ temperature: 1, topK: 3, topP: 0.7 }, [0, 4 / 7, 0, 3 / 7]],
    [{ temperature: 0, topK: 3 }, [0, 1, 0, 0]],
    [{ temperature: 1, topK: 99 }, [0.1, 0.4, 0.2, 0.3]],
  ] as [FilterOptions, number[]][])('%j', async (options, want) => {
    const { probs, kept } = await filtered(LOGITS, options);
    expectClose(probs, want);
    expect(kept).toBe(want.filter((p) => p > 0).length);
  });

  it('ties of the last kept token stay, large logits do no harm', async () => {
    expect((await filtered([5, 7, 5, 1], { temperature: 1, topK: 2 })).kept).toBe(3);
    expect((await filtered([0, 0, 0, 0], { temperature: 1, topP: 0.5 })).kept).toBe(4);
    expectClose((await filtered([1e4, 1e4, -1e4], { temperature: 1 })).probs, [0.5, 0.5, 0]);
  });

  it('refuses options out of range', () => {
    const logits = tf.zeros<tf.Rank.R2>([1, 2]);
    expect(() => filterProbabilities(logits, { temperature: -1 })).toThrow(/temperature is -1/);
    expect(() => filterProbabilities(logits, { temperature: 1, topK: 1.5 })).toThrow(/topK is 1.5/);
    expect(() => filterProbabilities(logits, { temperature: 1, topP: 2 })).toThrow(/topP is 2/);
  });
});

describe('sampleStep by hand', () => {
  it('inverts the cumulative distribution in id order', async () => {
    const picks = [0.05, 0.15, 0.45, 0.55, 0.65, 0.75, 0.9999999];
    expect(await Promise.all(picks.map((u) => draw(LOGITS, u)))).toEqual([0, 1, 1, 2, 2, 3, 3]);
  });

  it('never draws a removed token, not even at 0, and always draws something', async () => {
    expect(await draw(LOGITS, 0, { topK: 2 })).toBe(1);
    expect(await draw(LOGITS, 1, { topK: 2 })).toBe(3);
    expect(await draw([0, 0, -1e4], 1)).toBe(1);
    expect(await draw([-1e4, 0, 0], 0)).toBe(1);
  });

  it('temperature 0 takes the largest, the first of equals, whatever the draw', async () => {
    expect(await draw(LOGITS, 0.99, { temperature: 0 })).toBe(1);
    expect(await draw([1, 3, 3, 2], 0.99, { temperature: 0 })).toBe(1);
  });

  it('keeps the books: the end token is real, padding follows', async () => {
    const tokens = tf.fill([2, 2], 9, 'int32') as tf.Tensor2D;
    const done = tf.zeros<tf.Rank.R1>([2]);
    const mask = tf.fill([2, 4], 5) as tf.Tensor2D;
    const logits = tf.tensor2d([LOGITS, LOGITS]);
    const uniforms = tf.tensor2d([
      [0.45, 0.9],
      [0.45, 0.9],
    ]);
    const options = { ...STEP, eos: 1, pad: 0 };
    const first = sampleStep(logits, uniforms, 0, { tokens, done, mask }, { ...options, slot: 2 });
    const second = sampleStep(logits, uniforms, 1, { tokens, done, mask }, { ...options, slot: 3 });
    expect([...(await readValues(first))]).toEqual([1, 3]);
    expect([...(await readValues(second))]).toEqual([0, 3]);
    expect([...(await readValues(tokens))]).toEqual([1, 0, 3, 3]);
    expect([...(await readValues(mask))]).toEqual([5, 5, 1, 0, 5, 5, 1, 1]);
    expect([...(await readValues(done))]).toEqual([1, 0]);
  });

  it('draws with the probabilities it states', async () => {
    const counts = [0, 0, 0, 0];
    const [rows, draws] = [100, 20];
    const uniforms = tf.tensor2d(
      Float32Array.from({ length: rows * draws }, (_, i) => (i + 0.5) / (rows * draws)),
      [draws, rows],
    );
    const state = {
      tokens: tf.zeros<tf.Rank.R2>([rows, draws], 'int32'),
      done: tf.zeros<tf.Rank.R1>([rows]),
      mask: tf.zeros<tf.Rank.R2>([rows, 1]),
    };
    const logits = tf.tensor2d(Array.from({ length: rows }, () => LOGITS));
    for (let step = 0; step < draws; step++) sampleStep(logits, uniforms, step, state, { ...STEP, eos: 99 });
    for (const token of await readValues(state.tokens)) counts[token]++;
    for (const [id, count] of counts.entries())
      expect(Math.abs(count - [200, 800, 400, 600][id])).toBeLessThanOrEqual(1);
  });

  it('refuses a step or slot outside the tensors', async () => {
    const state = {
      tokens: tf.zeros<tf.Rank.R2>([1, 2], 'int32'),
      done: tf.zeros<tf.Rank.R1>([1]),
      mask: tf.zeros<tf.Rank.R2>([1, 3]),
    };
    const [logits, uniforms] = [tf.tensor2d([LOGITS]), tf.zeros<tf.Rank.R2>([2, 1])];
    expect(() => sampleStep(logits, uniforms, 2, state, STEP)).toThrow(/step is 2/);
    expect(() => sampleStep(logits, uniforms, 0, state, { ...STEP, slot: 3 })).toThrow(/slot is 3/);
  });
});
