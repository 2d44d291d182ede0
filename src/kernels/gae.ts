/**
 * Generalised advantage estimation.
 *   δ_t = r_t + γ·V_(t+1) − V_t,   A_t = δ_t + γλ·A_(t+1),   return_t = A_t + V_t
 * [B, R] arrays are response slots; slot t is real iff t < lengths[b], lengths counting the EOS. As plain ops the loop is
 * hundreds of dispatches (464 at R = 64); here one, a thread walking each row backwards.
 */
import * as tf from '@tensorflow/tfjs';
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import gradSource from '../../shaders/gaeGrad.wgsl?raw';
import source from '../../shaders/gae.wgsl?raw';
import { defineKernel, runKernel, sharedGradients, type HostArray } from './defineKernel';
import { f32, linearGroups, u32 } from './dispatch';
import { expectShape, expectType } from './shapes';

const WORKGROUP = 64;

export interface GaeInputs {
  /** [B, R] */
  rewards: Tensor2D;
  /** [B, R] */
  values: Tensor2D;
  /** int32 [B] */
  lengths: Tensor1D;
}

export interface GaeOptions {
  gamma: number;
  lambda: number;
  /**
   * `length`: the value after the last token is 0. `length_plus_one` (TRL): the slot behind the last token keeps its
   * reward and value, as the state after the end.
   */
  valueMask: 'length' | 'length_plus_one';
}

const extraSlots = ({ valueMask }: GaeOptions) => (valueMask === 'length_plus_one' ? 1 : 0);

/** @param slots R, the length of a row */
export function gaeReference(
  rewards: HostArray,
  values: HostArray,
  lengths: HostArray,
  advantages: HostArray,
  returns: HostArray,
  slots: number,
  options: GaeOptions,
): void {
  const { gamma, lambda } = options;
  advantages.fill(0);
  returns.fill(0);
  for (let row = 0; row < lengths.length; row++) {
    let nextValue = 0;
    let advantage = 0;
    for (let t = Math.min(lengths[row] + extraSlots(options), slots) - 1; t >= 0; t--) {
      const i = row * slots + t;
      advantage = rewards[i] + gamma * nextValue - values[i] + gamma * lambda * advantage;
      advantages[i] = advantage;
      returns[i] = advantage + values[i];
      nextValue = values[i];
    }
  }
}

export function gaeGradReference(
  dadvantages: HostArray,
  dreturns: HostArray,
  lengths: HostArray,
  drewards: HostArray,
  dvalues: HostArray,
  slots: number,
  options: GaeOptions,
): void {
  const { gamma, lambda } = options;
  drewards.fill(0);
  dvalues.fill(0);
  for (let row = 0; row < lengths.length; row++) {
    const counted = Math.min(lengths[row] + extraSlots(options), slots);
    let carried = 0;
    for (let t = 0; t < counted; t++) {
      const i = row * slots + t;
      const total = dadvantages[i] + dreturns[i] + gamma * lambda * carried;
      drewards[i] = total;
      dvalues[i] = dreturns[i] - total + gamma * carried;
      carried = total;
    }
  }
}

const scales = (rows: number, { gamma, lambda }: GaeOptions) => [
  u32('rows', rows),
  f32('gamma', gamma),
  f32('decay', gamma * lambda),
];

defineKernel<GaeOptions>({
  name: 'Gae',
  inputs: ['rewards', 'values', 'lengths'],
  outputs: ([rewards]) => [
    { shape: rewards, dtype: 'float32' },
    { shape: rewards, dtype: 'float32' },
  ],
  reference: ([rewards, values, lengths], [advantages, returns], [shape], options) =>
    gaeReference(rewards, values, lengths, advantages, returns, shape[1], options),
  wasm: {
    calls: (inputs, outputs, [[rows, slots]], options) => {
      const { gamma, lambda } = options;
      const args = [...inputs, ...outputs, slots, gamma, gamma * lambda, extraSlots(options)];
      return [{ kernel: 'gae', args, items: rows, work: 6 * rows * slots }];
    },
  },
  program: ([rewards, values, lengths], [advantages, returns], options) => {
    const [rows, slots] = rewards.shape;
    return [
      {
        file: 'shaders/gae.wgsl',
        source,
        constants: { WORKGROUP, SLOTS: slots, EXTRA: extraSlots(options) },
        bindings: [advantages, returns, rewards, values, lengths],
        uniforms: scales(rows, options),
        workgroups: linearGroups(rows, WORKGROUP),
      },
    ];
  },
});

defineKernel<GaeOptions>({
  name: 'GaeGrad',
  inputs: ['dadvantages', 'dreturns', 'lengths'],
  outputs: ([dadvantages]) => [
    { shape: dadvantages, dtype: 'float32' },
    { shape: dadvantages, dtype: 'float32' },
  ],
  reference: ([dadvantages, dreturns, lengths], [drewards, dvalues], [shape], options) =>
    gaeGradReference(dadvantages, dreturns, lengths, drewards, dvalues, shape[1], options),
  program: ([dadvantages, dreturns, lengths], [drewards, dvalues], options) => {
    const [rows, slots] = dadvantages.shape;
    return [
      {
        file: 'shaders/gaeGrad.wgsl',
        source: gradSource,
        constants: { WORKGROUP, SLOTS: slots, EXTRA: extraSlots(options) },
        bindings: [drewards, dvalues, dadvantages, dreturns, lengths],
        uniforms: scales(rows, options),
        workgroups: linearGroups(rows, WORKGROUP),
      },
    ];
  },
});

// The map is linear in rewards and values: only the lengths are saved from the forward pass.
tf.registerGradient({
  kernelName: 'Gae',
  inputsToSave: ['lengths'],
  gradFunc: (dys, [lengths], attrs) => {
    const [dadvantages, dreturns] = dys as Tensor[];
    return sharedGradients(() => {
      const [drewards, dvalues] = runKernel('GaeGrad', { dadvantages, dreturns, lengths }, attrs);
      return { rewards: drewards, values: dvalues };
    }, ['rewards', 'values']);
  },
});

/**
 * Advantages and returns of a batch of responses, not whitened, 0 behind each response. Differentiable in rewards and
 * values through both outputs (PPO itself treats them as constants).
 * @returns `advantages` and `returns`, [B, R]
 * @throws RangeError when shapes differ, or γ or λ is outside [0, 1]
 * @throws TypeError when `lengths` is not int32
 * @source PPO (arXiv:1707.06347) eq. 11-12; openai/lm-human-preferences, train_policy.py `loss`. Differs: masks padding.
 */
export function gae(inputs: GaeInputs, options: GaeOptions): { advantages: Tensor2D; returns: Tensor2D } {
  const { rewards, values, lengths } = inputs;
  expectShape('gae', 'rewards', rewards, [-1, -1]);
  expectShape('gae', 'values', values, rewards.shape);
  expectShape('gae', 'lengths', lengths, [rewards.shape[0]]);
  expectType('gae', 'lengths', lengths, 'int32');
  for (const name of ['gamma', 'lambda'] as const) {
    const value = options[name];
    if (!(value >= 0 && value <= 1)) throw new RangeError(`gae: ${name} is ${value}; expected 0 to 1.`);
  }
  const [advantages, returns] = runKernel('Gae', { rewards, values, lengths }, options);
  return { advantages: advantages as Tensor2D, returns: returns as Tensor2D };
}
