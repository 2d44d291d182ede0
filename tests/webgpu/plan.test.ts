/** Captured steps against the same steps run one by one, and what a plan may and may not hold on to. */
import * as tf from '@tensorflow/tfjs';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { countDuring } from '../../src/kernels/counters';
import { readValues, writeValues } from '../../src/kernels/defineKernel';
import { engineBytes, startEngine } from '../../src/kernels/device';
import { emaUpdate } from '../../src/kernels/ema';
import { matMul } from '../../src/kernels/matMul';
import { randomUniform } from '../../src/kernels/randomUniform';
import { StepRunner, stepMode } from '../../src/kernels/stepRunner';
import { valueAndGradients } from '../../src/nn/gradients';
import type { Parameters } from '../../src/nn/gpt';
import { AdamW } from '../../src/nn/optimizer';
import { normals } from '../support/numbers';

const ADAM = { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1, maxGradNorm: 1 };

beforeAll(async () => void (await startEngine('webgpu')));
let runner: StepRunner;
beforeEach(() => void (runner = new StepRunner()));
afterEach(() => {
  runner.dispose();
  stepMode.captures = true;
});

const weights = (): Parameters => ({
  w: tf.tensor2d(normals(12, 1), [4, 3]),
  b: tf.tensor1d(normals(3, 2)),
});

/** One update of a linear map towards zero. @returns the loss */
function learn(parameters: Parameters, optimizer: AdamW, x: Tensor2D) {
  const { value, gradients } = valueAndGradients(parameters, () =>
    matMul(x, parameters.w, { bias: parameters.b as Tensor1D })
      .square()
      .mean(),
  );
  optimizer.update(gradients, value);
  return value;
}

/** Weights and losses of steps with a rate each, and the plans it took. */
async function train(rates: readonly number[], rows: (step: number) => number) {
  const parameters = weights();
  const optimizer = new AdamW(parameters, ADAM);
  const seen: number[][] = [];
  for (const [step, rate] of rates.entries()) {
    const x = tf.tensor2d(normals(4 * rows(step), 10 + step), [rows(step), 4]);
    optimizer.advance(rate);
    const run = { name: 'learn', uses: [parameters, optimizer], inputs: { x } };
    const { loss } = await runner.run(run, (given) => ({ loss: learn(parameters, optimizer, given.x) }));
    seen.push(
      [...(await readValues(loss))],
      [...(await readValues(parameters.w))],
      [...(await readValues(parameters.b))],
    );
    x.dispose();
  }
  const { plans } = runner;
  runner.dispose();
  optimizer.dispose();
  tf.dispose(parameters);
  return { seen, plans };
}

describe('captured steps', () => {
  it('equal eager steps bit for bit while rate and bias corrections change', async () => {
    const rates = [0.1, 0.1, 0.02, 0.3, 0.1, 0.05];
    const captured = await train(rates, () => 5);
    stepMode.captures = false;
    const eager = await train(rates, () => 5);
    expect(captured.plans).toBe(1);
    expect(eager.plans).toBe(0);
    expect(captured.seen).toEqual(eager.seen);
    const other = await train([0.1, 0.1, 0.02, 0.3, 0.1, 0.06], () => 5);
    expect(other.seen.at(-1)).not.toEqual(eager.seen.at(-1));
  });

  it('of another shape are captured anew, and those of the first are kept', async () => {
    const rates = [0.1, 0.1, 0.1, 0.1];
    const rows = (step: number) => [5, 7, 5, 7][step];
    const captured = await train(rates, rows);
    stepMode.captures = false;
    expect(captured.plans).toBe(2);
    expect(captured.seen).toEqual((await train(rates, rows)).seen);
  });

  it('read live numbers at each replay, without running JavaScript again', async () => {
    let calls = 0;
    const draw = (stream: number) =>
      runner.run({ name: 'draw', inputs: {}, live: { stream } }, (_, live) => {
        calls++;
        return { drawn: randomUniform([6], { seed: 1, stream: live.stream }) };
      });
    for (const stream of [3, 9, 3]) {
      const { drawn } = await draw(stream);
      const want = randomUniform([6], { seed: 1, stream });
      expect([...(await readValues(drawn))]).toEqual([...(await readValues(want))]);
      want.dispose();
    }
    // Once to find what has to be compiled, once to be captured.
    expect([calls, runner.plans]).toEqual([2, 1]);
  });

  it('begin constants that they write to from the same values each time', async () => {
    const decay = 0.5;
    for (let i = 0; i < 3; i++) {
      const x = tf.tensor1d([8, 8]);
      const { average } = await runner.run({ name: 'ema', inputs: { x } }, (given) => {
        const average = tf.zeros([2]);
        emaUpdate(average, given.x, decay);
        return { average };
      });
      expect([...(await readValues(average))]).toEqual([4, 4]);
      x.dispose();
    }
  });

  it('see weights written from outside, and are captured again when a weight is replaced', async () => {
    const model = { w: tf.tensor1d([2]) };
    const run = async () => {
      const { y } = await runner.run({ name: 'double', uses: [model], inputs: {} }, () => ({ y: model.w.mul(2) }));
      return (await readValues(y))[0];
    };
    expect([await run(), await run()]).toEqual([4, 4]);
    writeValues(model.w, Float32Array.of(5));
    expect(await run()).toBe(10);
    model.w.dispose();
    model.w = tf.tensor1d([7]);
    expect(await run()).toBe(14);
    expect(runner.plans).toBe(1);
    model.w.dispose();
  });

  it('take one submit, count their dispatches, and read nothing', async () => {
    const x = tf.tensor2d(normals(20, 3), [5, 4]);
    const w = tf.tensor2d(normals(12, 4), [4, 3]);
    const step = () =>
      runner.run({ name: 'product', uses: [w], inputs: { x } }, (given) => ({ y: matMul(given.x, w) }));
    await step();
    expect((await countDuring(step)).counted).toEqual({ dispatches: 1, submits: 1, readbacks: 0 });
    tf.dispose([x, w]);
  });
});

describe('plans', () => {
  it('give back every byte and tensor', async () => {
    const [bytes, tensors] = [engineBytes(), tf.memory().numTensors];
    await train([0.1, 0.1], () => 5);
    expect(tf.memory().numTensors).toBe(tensors);
    expect(engineBytes()).toBe(bytes);
  });

  it('stay as large as they are over fifty runs', async () => {
    const x = tf.tensor2d(normals(20, 3), [5, 4]);
    const step = () => runner.run({ name: 'square', inputs: { x } }, (given) => ({ y: given.x.square().sum(1) }));
    await step();
    const [bytes, tensors] = [engineBytes(), tf.memory().numTensors];
    for (let i = 0; i < 50; i++) await step();
    expect([engineBytes(), tf.memory().numTensors]).toEqual([bytes, tensors]);
    x.dispose();
  });

  it('share their temporaries with each other', async () => {
    const x = tf.zeros([64, 64]) as Tensor2D;
    const step = (name: string) =>
      runner.run({ name, inputs: { x } }, (given) => ({ y: given.x.square().neg().exp().sum() }));
    const bytes: number[] = [];
    for (const name of ['first', 'second', 'third']) {
      await step(name);
      bytes.push(engineBytes());
    }
    // Each plan keeps its input and its result; the first also makes the temporaries.
    expect(bytes[2] - bytes[1]).toBe(bytes[1] - bytes[0]);
    expect(bytes[1] - bytes[0]).toBeLessThan(2 * 4 * 64 * 64);
    x.dispose();
  });

  it('are no more than the runner may keep', async () => {
    const few = new StepRunner(2);
    for (const n of [1, 2, 3, 4]) {
      const x = tf.zeros([n]);
      await few.run({ name: 'neg', inputs: { x } }, (given) => ({ y: given.x.neg() }));
      x.dispose();
    }
    expect(few.plans).toBe(2);
    few.dispose();
  });

  it('refuse to read inside a step, and tensors that outlive it; the next step works', async () => {
    const bytes = engineBytes();
    const x = tf.tensor1d([1, 2]);
    const reading = () =>
      runner.run({ name: 'reads', inputs: { x } }, (given) => {
        const y = given.x.neg();
        return { y: tf.scalar(y.dataSync()[0]) };
      });
    await expect(reading()).rejects.toThrow(/read while a step is captured/);
    const keeping = () =>
      runner.run({ name: 'keeps', inputs: { x } }, (given) => {
        kept.push(tf.keep(given.x.neg()));
        return { y: given.x.neg() };
      });
    const kept: tf.Tensor[] = [];
    await expect(keeping()).rejects.toThrow(/1 tensors made inside a captured step outlive it/);
    tf.dispose(kept);
    const { y } = await runner.run({ name: 'works', inputs: { x } }, (given) => ({ y: given.x.mul(3) }));
    expect([...(await readValues(y))]).toEqual([3, 6]);
    runner.dispose();
    x.dispose();
    expect(engineBytes()).toBe(bytes);
  });
});
