import * as tf from '@tensorflow/tfjs';
import type { Tensor } from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { startEngine } from '../../src/kernels/device';
import { disposeModel, hiddenStates, parameterShapes } from '../../src/nn/gpt';
import { addRewardHead, addZeroHead, initialiseGpt } from '../../src/nn/initialise';
import { sftLoss } from '../../src/rlhf/languageModelLoss';
import { responseLogprobs, responseScores, responseValues } from '../../src/rlhf/responses';
import { normals } from '../support/numbers';
import { ROWS, SHAPE, tinyBatch, tinyModel, tinyScalarModel } from '../support/tinyRollout';

beforeAll(async () => void (await startEngine('cpu')));

const deviation = (values: ArrayLike<number>) =>
  Math.sqrt(Array.from(values).reduce((sum, x) => sum + x * x, 0) / values.length);

describe('initialisation', () => {
  it('follows GPT-2: gains 1, biases 0, weights 0.02, residual projections smaller', () => {
    const numbers = normals(100_000, 3);
    const unit = deviation(numbers);
    let next = 0;
    const { parameters } = initialiseGpt({ ...SHAPE, width: 32 }, () => numbers[next++] / unit);
    for (const [name] of parameterShapes(SHAPE)) {
      const values = parameters[name].dataSync();
      if (/ln_.\.weight/.test(name)) expect(new Set(values), name).toEqual(new Set([1]));
      else if (name.endsWith('bias')) expect(new Set(values), name).toEqual(new Set([0]));
      else
        expect(Math.abs(deviation(values) / (name.endsWith('c_proj.weight') ? 0.01 : 0.02) - 1), name).toBeLessThan(
          0.1,
        );
    }
  });

  it('starts a value network at 0 and a reward head at 1/√(C+1)', () => {
    const model = tinyModel(1);
    expect([...responseValues(addZeroHead(model), tinyBatch()).dataSync()].every((value) => value === 0)).toBe(true);
    const head = addRewardHead(model, () => 1).parameters['score.weight'].dataSync();
    expect([...head]).toEqual(Array.from(head, () => Math.fround(1 / Math.sqrt(17))));
  });
});

describe('dropout', () => {
  it('draws another mask for every branch of every block', () => {
    const model = tinyModel(1);
    // Every branch gives 1, so what a block adds is its mask.
    for (const [name, x] of Object.entries(model.parameters)) {
      if (!name.includes('c_proj')) continue;
      x.dispose();
      model.parameters[name] = name.endsWith('bias') ? tf.ones(x.shape) : tf.zeros(x.shape);
    }
    const seen: Tensor[] = [];
    const observe = (name: string, x: Tensor) =>
      void (name.includes('.h.') || name.includes('wte') ? seen.push(tf.keep(x.clone())) : null);
    hiddenStates(model, tinyBatch().tokens, { dropout: { rate: 0.5, key: { seed: 1, stream: 1 } }, observe });
    const masks = seen.slice(1).map((x, i) => x.sub(seen[i]).dataSync().map(Math.round).join(''));
    expect(masks).toHaveLength(2 * SHAPE.layers);
    expect(new Set(masks).size).toBe(masks.length);
    for (const mask of masks) expect(new Set(mask)).toEqual(new Set(['0', '2']));
  });
});

describe('answers', () => {
  it('are learned with accuracy and entropy averaged over their real tokens', () => {
    const model = tinyModel(1);
    const batch = tinyBatch();
    const { logprobs, entropy, correct } = responseLogprobs(model, batch);
    const mask = batch.mask.dataSync();
    const mean = (x: Tensor) => Array.from(x.dataSync()).reduce((sum, value, i) => sum + (mask[i] ? value : 0), 0) / 10;
    const { loss, metrics } = sftLoss(model, batch);
    expect(loss.dataSync()[0]).toBeCloseTo(-mean(logprobs), 5);
    expect(metrics.dataSync()[0]).toBeCloseTo(mean(correct), 6);
    expect(metrics.dataSync()[1]).toBeCloseTo(mean(entropy), 5);
    disposeModel(model);
  });

  it('are scored at their last real token, one slot after the last value was read', () => {
    const model = tinyScalarModel(3);
    const scores = responseScores(model, tinyBatch()).dataSync();
    // With one more slot the value of the slot after the answer is read at the answer's last token.
    const values = responseValues(model, tinyBatch({ slots: 6 })).arraySync() as number[][];
    [5, 2, 3].forEach((length, row) => expect(scores[row]).toBeCloseTo(values[row][length], 5));
    expect(scores).toHaveLength(ROWS);
  });
});
