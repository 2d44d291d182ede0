/**
 * Exponential moving average of weights, in place.
 *   average ← decay · average + (1 − decay) · value
 * Any shape. One dispatch a parameter instead of three and a new tensor.
 */
import type { Tensor } from '@tensorflow/tfjs';
import source from '../../shaders/ema.wgsl?raw';
import { defineKernel, runKernel, type HostArray } from './defineKernel';
import { f32, linearGroups, u32 } from './dispatch';
import { expectShape } from './shapes';

const WORKGROUP = 64;

export function emaReference(average: HostArray, value: HostArray, decay: number): void {
  const rest = 1 - decay;
  for (let i = 0; i < average.length; i++) average[i] = decay * average[i] + rest * value[i];
}

defineKernel<{ decay: number }>({
  name: 'Ema',
  inputs: ['average', 'value'],
  outputs: () => [],
  reference: ([average, value], _, __, { decay }) => emaReference(average, value, decay),
  program: ([average, value], _, { decay }) => {
    const count = average.shape.reduce((product, n) => product * n, 1);
    return [
      {
        file: 'shaders/ema.wgsl',
        source,
        constants: { WORKGROUP },
        bindings: [average, value],
        uniforms: [u32('count', count), f32('decay', decay), f32('rest', 1 - decay)],
        workgroups: linearGroups(count, WORKGROUP),
      },
    ];
  },
});

// No gradient: an average of weights is never differentiated through.

/**
 * Moves `average` towards `value`, in place; a tensor that shares its buffer (`clone`, `reshape`) moves with it.
 * @param value shape of `average`
 * @param decay in [0, 1]: 1 keeps the average, 0 copies the value
 * @throws RangeError when shapes differ or `decay` is out of range
 * @source Ouyang et al. 2022 (arXiv:2203.02155), appendix C.4
 */
export function emaUpdate(average: Tensor, value: Tensor, decay: number): void {
  expectShape('emaUpdate', 'value', value, average.shape);
  if (!(decay >= 0 && decay <= 1)) throw new RangeError(`emaUpdate: decay is ${decay}; expected 0 to 1.`);
  runKernel('Ema', { average, value }, { decay });
}
