/** A lost device costs no number: the run goes on from its newest snapshot on another one. */
import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { playWithLosses } from '../support/deviceLosses';

const read = async (path: string) => new Uint8Array(await (await fetch(`/${path}`)).arrayBuffer());
const overrides = { 'pretrain.tokens': 1024, 'sft.epochs': 1, 'ppo.iterations': 3, 'ppo.emaDecay': 0.9 };

it('goes on with the same bits after its device was destroyed at random moments', { timeout: 600_000 }, async () => {
  const plan = { seed: 1, perStage: 2, withinMs: 60 };
  const whole = await playWithLosses(read, { ...plan, losses: 0 }, overrides);
  const torn = await playWithLosses(read, { ...plan, losses: 3 }, overrides);
  expect(whole.failures).toEqual([]);
  expect(torn.failures).toEqual([]);
  expect(torn.losses.map(({ losses }) => losses)).toEqual([1, 2, 3]);
  expect(torn.losses[0].suggestion).toBeNull();
  expect(torn.metrics).toEqual(whole.metrics);
  expect(torn.last.tensors).toEqual(whole.last.tensors);
  expect(tf.getBackend()).toBe('webgpu');
});
