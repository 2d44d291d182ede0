/**
 * Log-probability of given tokens and entropy of the distribution, straight from logits.
 *   p = softmax(logits / temperature),   logprob = ln p[token],   entropy = −Σ p·ln p (nats),
 *   correct = 1 where no logit is larger than the token's (a tie counts)
 * logits [N, V], tokens [N], results [N]. As plain ops this stores several tensors [N, V] and runs over them about ten
 * times; here nothing of that size is stored, and the gradient of both writes d_logits once.
 */
import * as tf from '@tensorflow/tfjs';
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import gradSource from '../../shaders/tokenLogprobsGrad.wgsl?raw';
import source from '../../shaders/tokenLogprobs.wgsl?raw';
import { defineKernel, runKernel, type HostArray, type TensorSpec } from './defineKernel';
import { f32, linearGroups, u32 } from './dispatch';
import { rowTeam } from './rowTeam';
import { expectShape, expectType } from './shapes';
import { numberOf, type StepNumber } from './stepValue';

const WORKGROUP = 64;

/** What one pass over the logits leaves for each row. */
interface RowResults {
  logprobs: HostArray;
  entropy: HostArray;
  correct: HostArray;
  /** [N, 2] largest logit, and log of Σ exp((x − largest) / temperature) */
  stats: HostArray;
}

/** @throws RangeError when a token is outside the vocabulary */
export function tokenLogprobsReference(
  logits: HostArray,
  tokens: HostArray,
  { logprobs, entropy, correct, stats }: RowResults,
  vocabulary: number,
  temperature: number,
): void {
  for (let row = 0; row < tokens.length; row++) {
    const token = tokens[row];
    if (token < 0 || token >= vocabulary) {
      throw new RangeError(`tokenLogprobs: tokens[${row}] is ${token}; expected 0 to ${vocabulary - 1}.`);
    }
    const start = row * vocabulary;
    let highest = -Infinity;
    for (let i = start; i < start + vocabulary; i++) if (logits[i] > highest) highest = logits[i];
    let sum = 0;
    let weighted = 0;
    for (let i = start; i < start + vocabulary; i++) {
      const d = (logits[i] - highest) / temperature;
      const e = Math.exp(d);
      sum += e;
      // A logit of −∞ has no share: 0 · ∞ is left out.
      if (e !== 0) weighted += e * d;
    }
    const logSum = Math.log(sum);
    logprobs[row] = (logits[start + token] - highest) / temperature - logSum;
    entropy[row] = logSum - weighted / sum;
    correct[row] = logits[start + token] === highest ? 1 : 0;
    stats[2 * row] = highest;
    stats[2 * row + 1] = logSum;
  }
}

export function tokenLogprobsGradReference(
  dlogprobs: HostArray,
  dentropy: HostArray,
  logits: HostArray,
  tokens: HostArray,
  entropy: HostArray,
  stats: HostArray,
  dlogits: HostArray,
  vocabulary: number,
  temperature: number,
): void {
  for (let row = 0; row < tokens.length; row++) {
    const start = row * vocabulary;
    const [highest, logSum] = [stats[2 * row], stats[2 * row + 1]];
    const [fromLogprob, fromEntropy] = [dlogprobs[row] / temperature, dentropy[row] / temperature];
    for (let i = start; i < start + vocabulary; i++) {
      const logP = (logits[i] - highest) / temperature - logSum;
      const p = Math.exp(logP);
      dlogits[i] = p === 0 ? 0 : -p * (fromLogprob + fromEntropy * (logP + entropy[row]));
    }
    dlogits[start + tokens[row]] += fromLogprob;
  }
}

interface Attrs {
  temperature: number;
}

defineKernel<Attrs>({
  name: 'TokenLogprobs',
  inputs: ['logits', 'tokens'],
  outputs: ([, tokens]) => {
    const perRow: TensorSpec = { shape: tokens, dtype: 'float32' };
    return [perRow, perRow, perRow, { shape: [tokens[0], 2], dtype: 'float32' }];
  },
  reference: ([logits, tokens], [logprobs, entropy, correct, stats], [shape], { temperature }) =>
    tokenLogprobsReference(logits, tokens, { logprobs, entropy, correct, stats }, shape[1], temperature),
  wasm: {
    fits: ([logits]) => logits[1] % 4 === 0,
    calls: (inputs, outputs, [[rows, vocabulary]], { temperature }) => {
      const args = [...inputs, ...outputs, vocabulary, temperature];
      return [{ kernel: 'tokenLogprobs', args, items: rows, work: 10 * rows * vocabulary }];
    },
  },
  program: ([logits, tokens], outputs, { temperature }) => {
    const [rows, vocabulary] = logits.shape;
    return [
      {
        ...rowTeam(source, rows),
        file: 'shaders/tokenLogprobs.wgsl',
        bindings: [...outputs, logits, tokens],
        uniforms: [u32('rows', rows), u32('vocabulary', vocabulary), f32('temperature', temperature)],
      },
    ];
  },
});

defineKernel<Attrs>({
  name: 'TokenLogprobsGrad',
  inputs: ['dlogprobs', 'dentropy', 'logits', 'tokens', 'entropy', 'stats'],
  outputs: ([, , logits]) => [{ shape: logits, dtype: 'float32' }],
  reference: ([dlogprobs, dentropy, logits, tokens, entropy, stats], [dlogits], shapes, { temperature }) =>
    tokenLogprobsGradReference(dlogprobs, dentropy, logits, tokens, entropy, stats, dlogits, shapes[2][1], temperature),
  wasm: {
    fits: ([, , logits]) => logits[1] % 4 === 0,
    calls: (inputs, outputs, shapes, { temperature }) => {
      const [rows, vocabulary] = shapes[2];
      const args = [...inputs, ...outputs, vocabulary, temperature];
      return [{ kernel: 'tokenLogprobsGrad', args, items: rows, work: 10 * rows * vocabulary }];
    },
  },
  program: (inputs, [dlogits], { temperature }) => {
    const [rows, vocabulary] = dlogits.shape;
    return [
      {
        file: 'shaders/tokenLogprobsGrad.wgsl',
        source: gradSource,
        constants: { WORKGROUP },
        bindings: [dlogits, ...inputs],
        uniforms: [u32('size', rows * vocabulary), u32('vocabulary', vocabulary), f32('temperature', temperature)],
        workgroups: linearGroups(rows * vocabulary, WORKGROUP),
      },
    ];
  },
});

// Saved from the forward pass: logits, tokens, the entropy and two numbers a row; probabilities are computed again.
tf.registerGradient({
  kernelName: 'TokenLogprobs',
  inputsToSave: ['logits', 'tokens'],
  outputsToSave: [false, true, false, true],
  gradFunc: (dys, [logits, tokens, entropy, stats], attrs) => {
    const [dlogprobs, dentropy] = dys as Tensor[];
    const inputs = { dlogprobs, dentropy, logits, tokens, entropy, stats };
    return { logits: () => runKernel('TokenLogprobsGrad', inputs, attrs)[0] };
  },
});

/** One number per row, each [N] float32. */
export interface TokenLogprobs {
  logprobs: Tensor1D;
  /** nats */
  entropy: Tensor1D;
  /** 1 where the token is the most likely one; no gradient. */
  correct: Tensor1D;
}

/**
 * @param logits [N, V], already aligned: row n is the prediction of tokens[n]
 * @param tokens [N] int32, each in [0, V)
 * @param temperature divides the logits, above 0
 * @throws RangeError when shapes or temperature do not fit, or on cpu and wasm when a token is outside the vocabulary
 * (the GPU takes the nearest one)
 */
export function tokenLogprobs(logits: Tensor2D, tokens: Tensor1D, temperature: StepNumber = 1): TokenLogprobs {
  expectShape('tokenLogprobs', 'logits', logits, [-1, -1]);
  expectShape('tokenLogprobs', 'tokens', tokens, [logits.shape[0]]);
  expectType('tokenLogprobs', 'tokens', tokens, 'int32');
  if (!(numberOf(temperature) > 0))
    throw new RangeError(`tokenLogprobs: temperature is ${numberOf(temperature)}; expected above 0.`);
  const [logprobs, entropy, correct, stats] = runKernel('TokenLogprobs', { logits, tokens }, { temperature });
  stats.dispose();
  return { logprobs: logprobs as Tensor1D, entropy: entropy as Tensor1D, correct: correct as Tensor1D };
}
