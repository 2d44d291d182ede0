/**
 * One AdamW step over all parameters of a model, in three dispatches: sum of squares, norm and flag, update. The
 * arithmetic is that of `adamW.ts`; parameters, moments and gradients lie end to end in one buffer each. Per parameter it
 * would be two dispatches, 56 for two layers. Gradients get there by buffer copies, because autodiff makes each where it
 * likes. On `cpu` and `wasm` a call costs next to nothing, so there the kernels of `adamW.ts` go over the parameters.
 */
import * as tf from '@tensorflow/tfjs';
import type { Tensor, Tensor1D } from '@tensorflow/tfjs';
import source from '../../shaders/flatAdamW.wgsl?raw';
import sumOfSquaresSource from '../../shaders/flatSumOfSquares.wgsl?raw';
import { adapterTraits } from './adapter';
import { adamWReference, adamWStep, coefficients, finishNorm, sumOfSquares, type AdamWOptions } from './adamW';
import { defineKernel, runKernel, type HostArray } from './defineKernel';
import { f32, linearGroups, u32 } from './dispatch';
import { BLOCK, copyIntoFlat, flatLike, pack, type Packing } from './packing';
import type { StepValue } from './stepValue';

const WORKGROUP = 64;
/** Workgroups of the sum, one slot each: enough to fill a GPU, few enough for one thread to add up. */
const SLOTS = 64;

/** What a block of floats does. */
const [STILL, MOVES, DECAYS] = [0, 1, 2];

/** @param slots filled with sums of squares, here all in the first */
export function flatSumOfSquaresReference(grad: HostArray, blocks: HostArray, slots: HostArray): void {
  slots.fill(0);
  for (let i = 0; i < grad.length; i++) if (blocks[Math.floor(i / BLOCK)] !== STILL) slots[0] += grad[i] * grad[i];
}

/** `adamWReference` block by block. */
export function flatAdamWReference(
  [param, grad, m, v]: HostArray[],
  blocks: HostArray,
  state: HostArray,
  options: AdamWOptions,
): void {
  blocks.forEach((kind: number, b: number) => {
    if (kind === STILL) return;
    const [p, g, first, second] = [param, grad, m, v].map((array) => array.subarray(b * BLOCK, (b + 1) * BLOCK));
    adamWReference(p, g, first, second, state, { ...options, weightDecay: kind === DECAYS ? options.weightDecay : 0 });
  });
}

defineKernel<object>({
  name: 'FlatSumOfSquares',
  inputs: ['grad', 'blocks', 'slots'],
  outputs: () => [],
  reference: ([grad, blocks, slots]) => flatSumOfSquaresReference(grad, blocks, slots),
  program: ([grad, blocks, slots]) => [
    {
      file: 'shaders/flatSumOfSquares.wgsl',
      source: sumOfSquaresSource,
      // Threads of one workgroup run in turn on a software adapter; on hardware more of them keep more reads in flight.
      constants: { WORKGROUP: adapterTraits.isSoftware ? 16 : 256, BLOCK },
      bindings: [slots, grad, blocks],
      uniforms: [u32('count', grad.shape[0])],
      workgroups: [slots.shape[0]],
    },
  ],
});

defineKernel<{ options: AdamWOptions }>({
  name: 'FlatAdamW',
  inputs: ['param', 'grad', 'm', 'v', 'blocks', 'state'],
  outputs: () => [],
  reference: ([param, grad, m, v, blocks, state], _, __, { options }) =>
    flatAdamWReference([param, grad, m, v], blocks, state, options),
  program: ([param, grad, m, v, blocks, state], _, { options }) => [
    {
      file: 'shaders/flatAdamW.wgsl',
      source,
      constants: { WORKGROUP, BLOCK },
      bindings: [param, m, v, grad, blocks, state],
      uniforms: [
        u32('count', param.shape[0]),
        ...Object.entries(coefficients(options)).map(([name, value]) => f32(name, value)),
      ],
      workgroups: linearGroups(param.shape[0], WORKGROUP),
    },
  ],
});

// No gradients: nothing is differentiated through an optimiser step.

/** What one optimiser updates, in one order. */
export interface ParameterSet {
  parameters: readonly Tensor[];
  firstMoments: readonly Tensor[];
  secondMoments: readonly Tensor[];
  /** Which of them shrink by the weight decay. */
  decays: readonly boolean[];
}

/** Flat views of a parameter set on the GPU. */
interface Flat {
  parameters: Packing;
  first: Packing;
  second: Packing;
  gradients: Tensor1D;
}

/** Updates one set of parameters. On WebGPU it moves their bytes into common buffers when it is made. */
export class ParameterUpdate {
  readonly #flat: Flat | null;
  readonly #slots: Tensor1D;
  /** [4] norm before clipping, flag, steps applied, unused */
  readonly state: Tensor1D = tf.keep(tf.zeros([4]));

  constructor(readonly set: ParameterSet) {
    const isFlat = tf.getBackend() === 'webgpu';
    this.#slots = tf.keep(tf.zeros([isFlat ? SLOTS : set.parameters.length]));
    if (!isFlat) {
      this.#flat = null;
      return;
    }
    const parameters = pack(set.parameters);
    const [first, second] = [pack(set.firstMoments), pack(set.secondMoments)];
    this.#flat = { parameters, first, second, gradients: flatLike(parameters) };
  }

  /**
   * One step, in place; nothing moves while the flag is up.
   * @param gradients in the order of the parameters; where there is none the parameter does not move
   * @param options weight decay for those that decay; read again at every replay of a captured step
   * @param watched usually the loss: raises the flag when it is not finite
   */
  apply(gradients: readonly (Tensor | undefined)[], options: StepValue<AdamWOptions>, watched?: Tensor): void {
    if (this.#flat) this.#applyFlat(this.#flat, gradients, options, watched);
    else this.#applyEach(gradients, options.value, watched);
  }

  dispose(): void {
    tf.dispose([this.#slots, this.state]);
    if (!this.#flat) return;
    const { parameters, first, second, gradients } = this.#flat;
    tf.dispose([parameters.flat, first.flat, second.flat, gradients]);
  }

  #applyFlat(
    { parameters, first, second, gradients: flat }: Flat,
    gradients: readonly (Tensor | undefined)[],
    options: StepValue<AdamWOptions>,
    watched?: Tensor,
  ): void {
    gradients.forEach((gradient, i) => {
      if (gradient) copyIntoFlat(gradient, flat, parameters.starts[i]);
    });
    const blocks = tf.tensor1d(this.#kinds(gradients, parameters), 'int32');
    runKernel('FlatSumOfSquares', { grad: flat, blocks, slots: this.#slots });
    finishNorm(this.#slots, this.state, watched);
    const flats = { param: parameters.flat, grad: flat, m: first.flat, v: second.flat, blocks, state: this.state };
    runKernel('FlatAdamW', flats, { options });
    blocks.dispose();
  }

  #kinds(gradients: readonly (Tensor | undefined)[], { starts, blocks }: Packing): Int32Array {
    const kinds = new Int32Array(blocks);
    starts.forEach((start, i) => {
      const kind = !gradients[i] ? STILL : this.set.decays[i] ? DECAYS : MOVES;
      kinds.fill(kind, start, starts[i + 1] ?? blocks);
    });
    return kinds;
  }

  #applyEach(gradients: readonly (Tensor | undefined)[], options: AdamWOptions, watched?: Tensor): void {
    const { parameters, firstMoments, secondMoments, decays } = this.set;
    gradients.forEach((gradient, i) => {
      if (gradient) sumOfSquares(gradient, this.#slots, i);
    });
    finishNorm(this.#slots, this.state, watched);
    gradients.forEach((gradient, i) => {
      if (!gradient) return;
      const weightDecay = decays[i] ? options.weightDecay : 0;
      adamWStep(parameters[i], gradient, firstMoments[i], secondMoments[i], this.state, { ...options, weightDecay });
    });
  }
}
