/**
 * GPT-2, exactly: learned positions, pre-layer-norm, tanh GELU, tied output layer, epsilon 1e-5. Parameters carry the
 * names and shapes of Hugging Face's `GPT2LMHeadModel`, so weights can be exchanged; reward and value models add
 * `score.weight` [1, C] and `score.bias` [1].
 *
 * Letters: B batch, T tokens of a row, V vocabulary, C channels, H heads.
 */
import * as tf from '@tensorflow/tfjs';
import type { Tensor, Tensor1D, Tensor2D, Tensor3D } from '@tensorflow/tfjs';
import { causalAttention } from '../kernels/causalAttention';
import { feedForward } from '../kernels/feedForward';
import { layerNorm, type Norm } from '../kernels/layerNorm';
import { matMul, type Linear } from '../kernels/matMul';
import { normLinear } from '../kernels/normLinear';
import { normMatMul } from '../kernels/normMatMul';
import { dropout, type RandomKey } from '../kernels/randomUniform';
import { tokenEmbedding } from '../kernels/tokenEmbedding';
import type { GptShape } from './gptShape';

export { parameterShapes, type GptShape } from './gptShape';

/** Tensors by Hugging Face name, each owned by the model. */
export type Parameters = Record<string, Tensor>;

export interface Gpt {
  shape: GptShape;
  parameters: Parameters;
}

/** One padded batch on the device. `positions` count real tokens from 0 in each row, whatever the padding. */
export interface TokenBatch {
  /** [B, T] int32 */
  ids: Tensor2D;
  /** [B, T] float32, 1 where the token is real */
  mask: Tensor2D;
  /** [B·T] int32 */
  positions: Tensor1D;
}

export interface ForwardOptions {
  /** Residual dropout, for training only. */
  dropout?: { rate: number; key: RandomKey };
  /** For one new token a row: fewer passes, and nothing is kept for a gradient. */
  isDecoding?: boolean;
  /** Blocks to run, from the first to before the second; all unless given. */
  blocks?: [from: number, to: number];
  /** Called with every named activation, which may be gone afterwards: used to find the first one that is not finite. */
  observe?: (name: string, tensor: Tensor) => void;
}

/** One transformer block's parameters under short names. */
export function blockParameters(
  parameters: Parameters,
  layer: number,
): Record<'norm1' | 'norm2', Norm> & Record<'qkv' | 'attentionOut' | 'expand' | 'contract', Linear> {
  const at = (name: string) => parameters[`transformer.h.${layer}.${name}`];
  return {
    norm1: { gain: at('ln_1.weight') as Tensor1D, bias: at('ln_1.bias') as Tensor1D },
    qkv: { weight: at('attn.c_attn.weight') as Tensor2D, bias: at('attn.c_attn.bias') as Tensor1D },
    attentionOut: { weight: at('attn.c_proj.weight') as Tensor2D, bias: at('attn.c_proj.bias') as Tensor1D },
    norm2: { gain: at('ln_2.weight') as Tensor1D, bias: at('ln_2.bias') as Tensor1D },
    expand: { weight: at('mlp.c_fc.weight') as Tensor2D, bias: at('mlp.c_fc.bias') as Tensor1D },
    contract: { weight: at('mlp.c_proj.weight') as Tensor2D, bias: at('mlp.c_proj.bias') as Tensor1D },
  };
}

/**
 * Token plus position embedding. ids and positions [N] → [N, C]
 * @param positionsFrom first of the positions to be used, where there are more than ids
 */
export function embed(parameters: Parameters, ids: Tensor1D, positions: Tensor1D, positionsFrom = 0): Tensor2D {
  const { 'transformer.wte.weight': tokens, 'transformer.wpe.weight': places } = parameters;
  return tokenEmbedding(tokens as Tensor2D, places as Tensor2D, ids, positions, positionsFrom);
}

/** Dropout of one layer's branch; layers draw from one stream at offsets of their own. */
type DropBranch = ((branch: Tensor2D) => Tensor2D) | null;

function dropBranch({ dropout: drop }: ForwardOptions, offset: number): DropBranch {
  if (!drop || drop.rate === 0) return null;
  return (branch) => dropout(branch, drop.rate, { ...drop.key, offset: (drop.key.offset ?? 0) + offset });
}

/**
 * The attention half of a block: x + W·attention(norm(x)) + b. [N, C] → [N, C]
 * @param attend joint projection [N, 3C] → [N, C]
 */
function attentionHalf(
  x: Tensor2D,
  norm: Norm,
  qkv: Linear,
  out: Linear,
  attend: (joint: Tensor2D) => Tensor2D,
  drop: DropBranch,
  isDecoding: boolean,
): Tensor2D {
  // `skip` is x; taken from there it lets the gradients of both uses of x meet without a pass of their own.
  const { y: joint, skip } = isDecoding
    ? { y: normMatMul(x, norm, qkv.weight, { bias: qkv.bias }), skip: x }
    : normLinear(x, norm, qkv);
  const { weight, bias } = out;
  if (drop) return skip.add(drop(matMul(attend(joint), weight, { bias })));
  return matMul(attend(joint), weight, { bias, residual: skip });
}

/** The feed-forward half of a block: x + W₂·gelu(W₁·norm(x) + b₁) + b₂. [N, C] → [N, C] */
function feedForwardHalf(
  x: Tensor2D,
  norm: Norm,
  expand: Linear,
  contract: Linear,
  drop: DropBranch,
  isDecoding: boolean,
): Tensor2D {
  if (isDecoding) {
    const hidden = normMatMul(x, norm, expand.weight, { bias: expand.bias, hasGelu: true });
    return matMul(hidden, contract.weight, { bias: contract.bias, residual: x });
  }
  const { y, skip } = feedForward(x, norm, expand, contract, drop === null);
  return drop ? skip.add(drop(y)) : y;
}

/**
 * Part of a forward pass. Where no gradient is taken, what it makes on the way to its result is freed at once instead of
 * at the end of the whole pass: without it a batch holds the activations of every layer.
 */
export function part<T extends tf.TensorContainer>(work: () => T): T {
  return tf.engine().isTapeOn() ? work() : tf.tidy(work);
}

/**
 * Runs the blocks. `attend` maps one layer's joint projection [N, 3C] to the attention output [N, C]; training, prefill
 * and decoding differ only there.
 * @returns [N, C], before the final layer norm
 */
export function runBlocks(
  model: Gpt,
  embedded: Tensor2D,
  attend: (qkv: Tensor2D, layer: number) => Tensor2D,
  options: ForwardOptions = {},
): Tensor2D {
  const { shape, parameters } = model;
  const { isDecoding = false, blocks: [from, to] = [0, shape.layers] } = options;
  let x = embedded;
  const stride = embedded.size;
  for (let layer = from; layer < to; layer++) {
    const { norm1, qkv, attentionOut, norm2, expand, contract } = blockParameters(parameters, layer);
    const dropFirst = dropBranch(options, (2 * layer + 1) * stride);
    const dropSecond = dropBranch(options, (2 * layer + 2) * stride);
    const attendHere = (joint: Tensor2D) => attend(joint, layer);
    const first = part(() => attentionHalf(x, norm1, qkv, attentionOut, attendHere, dropFirst, isDecoding));
    options.observe?.(`transformer.h.${layer}.attn`, first);
    const second = part(() => feedForwardHalf(first, norm2, expand, contract, dropSecond, isDecoding));
    options.observe?.(`transformer.h.${layer}.mlp`, second);
    if (!tf.engine().isTapeOn()) tf.dispose(x === embedded ? first : [x, first]);
    x = second;
  }
  return x;
}

const lastNorm = (parameters: Parameters): Norm => ({
  gain: parameters['transformer.ln_f.weight'] as Tensor1D,
  bias: parameters['transformer.ln_f.bias'] as Tensor1D,
});

/** Final layer norm. [N, C] → [N, C] */
export function finalNorm(parameters: Parameters, x: Tensor2D): Tensor2D {
  const { gain, bias } = lastNorm(parameters);
  return layerNorm(x, gain, bias);
}

/** @returns final hidden states [B·T, C], after the last layer norm; rows of padding carry no meaning */
export function hiddenStates(model: Gpt, batch: TokenBatch, options: ForwardOptions = {}): Tensor2D {
  const { shape, parameters } = model;
  const [rows, length] = batch.ids.shape;
  const hidden = part(() => {
    let x = embed(parameters, batch.ids.reshape([rows * length]), batch.positions);
    if (options.dropout && options.dropout.rate > 0)
      x = dropout(x, options.dropout.rate, options.dropout.key) as Tensor2D;
    options.observe?.('transformer.wte', x);
    const attend = (joint: Tensor2D) =>
      causalAttention(joint.reshape([rows, length, 3 * shape.width]) as Tensor3D, batch.mask, shape.heads).reshape([
        rows * length,
        shape.width,
      ]) as Tensor2D;
    return finalNorm(parameters, runBlocks(model, x, attend, options));
  });
  options.observe?.('transformer.ln_f', hidden);
  return hidden;
}

/** Output layer, tied to the token embedding. [N, C] → [N, V] */
export function languageModelHead(model: Gpt, hidden: Tensor2D): Tensor2D {
  return matMul(hidden, model.parameters['transformer.wte.weight'] as Tensor2D, { transposeB: true });
}

/** Final norm and output layer in one, for decoding; no gradient. [N, C] → [N, V] */
export function decodingHead({ parameters }: Gpt, x: Tensor2D): Tensor2D {
  return normMatMul(x, lastNorm(parameters), parameters['transformer.wte.weight'] as Tensor2D, { transposeB: true });
}

/** Scalar head of reward and value models. [N, C] → [N] */
export function scalarHead(model: Gpt, hidden: Tensor2D): Tensor1D {
  const { 'score.weight': weight, 'score.bias': bias } = model.parameters;
  return matMul(hidden, weight as Tensor2D, { transposeB: true, bias: bias as Tensor1D }).reshape([hidden.shape[0]]);
}

/** A model with its own copy of every tensor: training one does not move the other, although updates are in place. */
export function copyModel(model: Gpt): Gpt {
  const parameters: Parameters = {};
  // A clone would share the buffer; a product makes a new one.
  for (const [name, tensor] of Object.entries(model.parameters)) parameters[name] = tf.keep(tf.mul(tensor, 1));
  return { shape: { ...model.shape }, parameters };
}

export function disposeModel(model: Gpt): void {
  for (const tensor of Object.values(model.parameters)) tensor.dispose();
}
