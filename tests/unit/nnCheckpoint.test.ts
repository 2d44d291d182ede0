import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { StorageError } from '../../src/config/errors';
import { startEngine } from '../../src/kernels/device';
import { positionsOf, tokenBatch } from '../../src/nn/batch';
import { loadModel, modelFromValues, modelValues, saveModel } from '../../src/nn/checkpoint';
import { disposeModel, parameterShapes } from '../../src/nn/gpt';
import { encodeSafetensors } from '../../src/nn/safetensors';
import { SHAPE, tinyModel, tinyScalarModel } from '../support/tinyRollout';

beforeAll(async () => void (await startEngine('cpu')));

describe('a checkpoint', () => {
  it('gives back every weight, heads included, and what was noted', async () => {
    const model = tinyScalarModel(3);
    const bytes = await saveModel(model, { seed: '3' });
    const { model: loaded, metadata } = loadModel(bytes, SHAPE, 'x.safetensors');
    expect(metadata).toEqual({ seed: '3' });
    expect(await modelValues(loaded.parameters)).toEqual(await modelValues(model.parameters));
    expect(Object.keys(loaded.parameters)).toHaveLength(parameterShapes(SHAPE).length + 2);
    [model, loaded].forEach(disposeModel);
  });

  it.each([
    [
      'lacks a tensor',
      (tensors: Record<string, unknown>) => delete tensors['transformer.ln_f.bias'],
      /x: transformer\.ln_f\.bias is missing/,
    ],
    [
      'has half a head',
      (tensors: Record<string, unknown>) =>
        (tensors['score.weight'] = { shape: [1, 16], values: new Float32Array(16) }),
      /score\.bias is missing/,
    ],
    [
      'is of another width',
      (tensors: Record<string, unknown>) =>
        (tensors['transformer.h.1.ln_1.bias'] = { shape: [8], values: new Float32Array(8) }),
      /h\.1\.ln_1\.bias has shape \[8\]; expected \[16\]/,
    ],
  ])('that %s is refused by name and leaves no tensor behind', async (_, spoil, message) => {
    const model = tinyModel(1);
    const tensors = await modelValues(model.parameters);
    disposeModel(model);
    spoil(tensors);
    const before = tf.memory().numTensors;
    expect(() => modelFromValues(SHAPE, tensors, 'x')).toThrow(StorageError);
    expect(() => modelFromValues(SHAPE, tensors, 'x')).toThrow(message);
    expect(tf.memory().numTensors).toBe(before);
  });
});

it('a file whose weights are not all numbers is no model', async () => {
  const model = tinyModel(1);
  const tensors = await modelValues(model.parameters);
  disposeModel(model);
  tensors['transformer.wpe.weight'].values[3] = NaN;
  const bytes = encodeSafetensors({ tensors, metadata: {} }, 'F32');
  const before = tf.memory().numTensors;
  expect(() => loadModel(bytes, SHAPE, 'x')).toThrow(/x: transformer\.wpe\.weight holds NaN at place 3/);
  expect(tf.memory().numTensors).toBe(before);
});

describe('positions', () => {
  it('count real tokens from 0, and stay inside the context', () => {
    const mask = [0, 0, 1, 1, 1, 1, 1, 0, 0, 0, 1, 0, 1, 1, 1];
    expect([...positionsOf(mask, 5, 3)]).toEqual([0, 0, 0, 1, 2, 0, 1, 2, 2, 2, 0, 1, 1, 2, 2]);
  });

  it('refuses rows that do not divide, or exceed the context', () => {
    expect(() => tokenBatch(new Int32Array(6), new Float32Array(5), 3, 8)).toThrow(/6 ids and 5 mask values/);
    expect(() => tokenBatch(new Int32Array(9), new Float32Array(9), 9, 8)).toThrow(
      /rows of 9 tokens exceed the context of 8/,
    );
  });
});
