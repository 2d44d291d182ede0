import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { startEngine } from '../../src/kernels/device';
import type { PhaseFrame } from '../../src/pipeline/ppoPhases';
import { disposeRun, runStage } from '../../src/pipeline/run';
import { whatIf, type WhatIfBatch } from '../../src/pipeline/whatIf';
import { finish, tinyRun } from '../support/tinyRun';

beforeAll(async () => void (await startEngine('wasm')));

/** The stops of the first update of PPO under some settings. */
async function stops(changes: Parameters<typeof tinyRun>[0] = {}): Promise<PhaseFrame[]> {
  const run = tinyRun({ 'ppo.iterations': 1, ...changes });
  await finish(run, 'sft', 'rm');
  run.watch.isOn = true;
  const frames: PhaseFrame[] = [];
  for await (const { frame } of runStage(run, 'ppo')) if (frame) frames.push(frame);
  disposeRun(run);
  return frames;
}

const at = (frames: readonly PhaseFrame[], phase: PhaseFrame['phase']) => frames.find((each) => each.phase === phase)!;

function batchOf(frames: readonly PhaseFrame[]): WhatIfBatch {
  const { items, slots } = at(frames, 'sample');
  const { logprobs, referenceLogprobs, values } = at(frames, 'readings').tensors;
  return {
    slots,
    lengths: items.map(({ response }) => response.length),
    logprobs: logprobs!,
    referenceLogprobs: referenceLogprobs!,
    values: values!,
    scoresUsed: at(frames, 'rewards').tensors.scoresUsed!,
  };
}

describe('what if the settings were others', () => {
  it('gives back the numbers of the run under its own settings, and keeps no tensor', async () => {
    const frames = await stops();
    const { tensors, settings } = at(frames, 'credit');
    const before = tf.memory().numTensors;
    const again = await whatIf(batchOf(frames), settings);
    expect(tf.memory().numTensors).toBe(before);
    for (const name of ['kl', 'rewards', 'rawAdvantages', 'advantages', 'returns'] as const)
      expect(again[name], name).toEqual(tensors[name]);
  });

  it('gives what a run with the other settings has for the same answers', async () => {
    const other = { 'ppo.klCoef': 0.7, 'ppo.lambda': 0.3, 'ppo.gamma': 0.9 } as const;
    const [frames, expected] = [await stops(), await stops(other)];
    const again = await whatIf(batchOf(frames), at(expected, 'credit').settings);
    expect(again.rawAdvantages).not.toEqual(at(frames, 'credit').tensors.rawAdvantages);
    for (const name of ['kl', 'rewards', 'rawAdvantages', 'advantages', 'returns'] as const)
      expect(again[name], name).toEqual(at(expected, 'credit').tensors[name]);
  });

  it('takes β times the distance from every token', async () => {
    const frames = await stops();
    const batch = batchOf(frames);
    // In the first update both policies are the same: half a nat is put between them.
    const referenceLogprobs = batch.referenceLogprobs.map((value) => (value === 0 ? 0 : value - 0.5));
    const { rewards, kl } = await whatIf(
      { ...batch, referenceLogprobs },
      { ...at(frames, 'credit').settings, klCoef: 2 },
    );
    batch.lengths.forEach((length, row) => {
      for (let t = 0; t < length; t++) {
        const i = row * batch.slots + t;
        expect(kl![i]).toBeCloseTo(0.5, 5);
        expect(rewards![i]).toBeCloseTo((t === length - 1 ? batch.scoresUsed[row] : 0) - 1, 5);
      }
    });
  });

  it('refuses arrays that do not fit', async () => {
    const batch = batchOf(await stops());
    const settings = { klCoef: 0.1, klEstimator: 'k1', gamma: 1, lambda: 1 } as const;
    await expect(
      whatIf({ ...batch, slots: batch.slots + 1 }, { ...settings, whitenRewards: false, whitenAdvantages: true }),
    ).rejects.toThrow(/logprobs holds \d+ numbers; expected/);
  });
});
