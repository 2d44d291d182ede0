import { beforeAll, expect, test, vi } from 'vitest';
import { makeTask } from '../../src/bench/task';
import { workload } from '../../src/bench/workloads';
import { writePpo } from '../../src/bench/writtenPpo';
import { readPublic } from '../../src/cli/publicFiles';
import { startEngine } from '../../src/kernels/device';

vi.setConfig({ testTimeout: 120_000 });
beforeAll(async () => void (await startEngine('wasm')));

const written = (id: 'W5' | 'W6') => {
  const task = makeTask(workload(id));
  if (task.kind !== 'ppo') throw new Error(`${id} is PPO`);
  return writePpo(task, readPublic, 2);
};

test('iterations that are written down have every prompt, order and window a side needs', async () => {
  const { iterations, answers, settings, networks, shape } = await written('W6');
  expect(iterations).toHaveLength(2);
  expect(iterations[1].prompts).not.toEqual(iterations[0].prompts);
  for (const { prompts, order, text, learningRate } of iterations) {
    expect(prompts).toHaveLength(64);
    expect(learningRate).toBeGreaterThan(0);
    const rows = Array.from({ length: 64 }, (_, row) => row);
    for (let epoch = 0; epoch < settings.epochs; epoch++) {
      const own = [...order.subarray(64 * epoch, 64 * (epoch + 1))];
      expect(own).not.toEqual(rows);
      expect(own.sort((a, b) => a - b)).toEqual(rows);
    }
    expect(order).toHaveLength(64 * settings.epochs);
    expect(text!.length % (settings.epochs * settings.minibatches * (settings.ptxLength + 1))).toBe(0);
    expect(Math.max(...text!)).toBeLessThan(shape.vocabulary);
  }
  expect(answers).toHaveLength(64);
  for (const answer of answers) {
    const end = answer.indexOf(settings.eos);
    expect(answer).toHaveLength(end < 0 ? settings.responseLength : end + 1);
  }
  // Only the networks that give a number have a head for it, and the value network's starts at zero.
  const head = (name: keyof typeof networks) => networks[name].find((each) => each.name === 'score.weight')?.values;
  expect(head('policy')).toBeUndefined();
  expect(head('rewardModel')!.some((value) => value !== 0)).toBe(true);
  expect(head('valueModel')!.every((value) => value === 0)).toBe(true);
});

test('without a pretraining mix there is no text', async () => {
  const { iterations } = await written('W5');
  expect(iterations.map(({ text }) => text)).toEqual([null, null]);
});
