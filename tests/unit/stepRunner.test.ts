import * as tf from '@tensorflow/tfjs';
import type { Tensor1D } from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { readValues } from '../../src/kernels/defineKernel';
import { startEngine } from '../../src/kernels/device';
import { joinValues } from '../../src/kernels/joinValues';
import { randomUniform } from '../../src/kernels/randomUniform';
import { StepRunner } from '../../src/kernels/stepRunner';
import { StepValue } from '../../src/kernels/stepValue';

describe.each(['cpu', 'wasm'] as const)('a step runner on %s', (engine) => {
  beforeAll(async () => void (await startEngine(engine)));

  it('calls the step each time, hands out its results until the next run, and leaves nothing behind', async () => {
    const before = tf.memory().numTensors;
    const runner = new StepRunner();
    const x = tf.tensor1d([1, 2]);
    let calls = 0;
    const run = () =>
      runner.run({ name: 'double', inputs: { x } }, (given) => {
        calls++;
        return { y: given.x.mul(2) };
      });
    const first = await run();
    const second = await run();
    expect(first.y.isDisposed).toBe(true);
    expect([...(await readValues(second.y))]).toEqual([2, 4]);
    expect([calls, runner.plans]).toEqual([2, 0]);
    runner.dispose();
    x.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('gives kernels the number in force', async () => {
    const stream = new StepValue(3);
    const draw = () => randomUniform([4], { seed: 1, stream });
    const early = draw();
    stream.value = 8;
    const late = draw();
    const want = randomUniform([4], { seed: 1, stream: 8 });
    expect([...(await readValues(late))]).toEqual([...(await readValues(want))]);
    expect([...(await readValues(late))]).not.toEqual([...(await readValues(early))]);
    tf.dispose([early, late, want]);
  });

  it('refuses host arrays among its inputs: a replay would not see them change', async () => {
    const runner = new StepRunner();
    const inputs = { lengths: Int32Array.of(1, 2) };
    await expect(runner.run({ name: 'lengths', inputs }, () => ({}))).rejects.toThrow(/host array/);
  });

  it('joins tensors into one that shares nothing with them', async () => {
    const before = tf.memory().numTensors;
    const part = tf.tensor1d([1, 2]);
    const three = tf.scalar(3);
    const [joined, start] = [joinValues([part, three]), joinValues([part], 1)];
    expect([...(await readValues(joined))]).toEqual([1, 2, 3]);
    expect([...(await readValues(start))]).toEqual([1]);
    const alone: Tensor1D = joinValues([part]);
    part.dispose();
    expect([...(await readValues(alone))]).toEqual([1, 2]);
    tf.dispose([three, joined, start, alone]);
    expect(tf.memory().numTensors).toBe(before);
  });
});
