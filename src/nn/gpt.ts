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
import { embedding } from '../kernels/embedding';
import { gelu } from '../kernels/gelu';
import { layerNorm } from '../kernels/layerNorm';
import { matMul } from '../kernels/matMul';
import { dropout, type RandomKey } from '../kernels/randomUniform';

export interface GptShape {
  layers: number;
  /** C */
  width: number;
  /** H */
  heads: number;
  /** Longest row. */
  context: number;
  /** V */
  vocabulary: number;
}

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
  /** Called with every named activation: used to find the first one that is not finite. */
  observe?: (name: string, tensor: Tensor) => void;
}

/** Names and shapes of all parameters of the language model, in Hugging Face's order. */
export function parameterShapes(shape: GptShape): [name: string, shape: number[]][] {
  const c = shape.width;
  const block = (i: number): [string, number[]][] => {
    const at = `transformer.h.${i}`;
    return [
      [`${at}.ln_1.weight`, [c]],
      [`${at}.ln_1.bias`, [c]],
      [`${at}.attn.c_attn.weight`, [c, 3 * c]],
      [`${at}.attn.c_attn.bias`, [3 * c]],
      [`${at}.attn.c_proj.weight`, [c, c]],
      [`${at}.attn.c_proj.bias`, [c]],
      [`${at}.ln_2.weight`, [c]],
      [`${at}.ln_2.bias`, [c]],
      [`${at}.mlp.c_fc.weight`, [c, 4 * c]],
      [`${at}.mlp.c_fc.bias`, [4 * c]],
      [`${at}.mlp.c_proj.weight`, [4 * c, c]],
      [`${at}.mlp.c_proj.bias`, [c]],
    ];
  };
  return [
    ['transformer.wte.weight', [shape.vocabulary, c]],
    ['transformer.wpe.weight', [shape.context, c]],
    ...Array.from({ length: shape.layers }, (_, i) => block(i)).flat(),
    ['transformer.ln_f.weight', [c]],
    ['transformer.ln_f.bias', [c]],
  ];
}

/** One transformer block's parameters under short names. */
export function blockParameters(parameters: Parameters, layer: number) {
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

/** Token plus position embedding. ids and positions [N] → [N, C] */
export function embed(parameters: Parameters, ids: Tensor1D, positions: Tensor1D): Tensor2D {
  const tokens = embedding(parameters['transformer.wte.weight'] as Tensor2D, ids);
  return tokens.add(embedding(parameters['transformer.wpe.weight'] as Tensor2D, positions));
}

/** x + W·branch, with the branch dropped out while training. */
function addBranch(
  x: Tensor2D,
  branch: Tensor2D,
  weight: Tensor2D,
  bias: Tensor1D,
  drop: ForwardOptions['dropout'],
  offset: number,
): Tensor2D {
  if (!drop || drop.rate === 0) return matMul(branch, weight, { bias, residual: x });
  const key = { ...drop.key, offset: (drop.key.offset ?? 0) + offset };
  return x.add(dropout(matMul(branch, weight, { bias }), drop.rate, key));
}

/** The feed-forward half of a block. [N, C] → [N, C] */
export function feedForward(
  parameters: Parameters,
  layer: number,
  x: Tensor2D,
  drop?: ForwardOptions['dropout'],
  offset = 0,
): Tensor2D {
  const { norm2, expand, contract } = blockParameters(parameters, layer);
  const hidden = gelu(matMul(layerNorm(x, norm2.gain, norm2.bias), expand.weight, { bias: expand.bias }));
  return addBranch(x, hidden as Tensor2D, contract.weight, contract.bias, drop, offset);
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
  let x = embedded;
  const stride = embedded.size;
  for (let layer = 0; layer < shape.layers; layer++) {
    const { norm1, qkv, attentionOut } = blockParameters(parameters, layer);
    const joint = matMul(layerNorm(x, norm1.gain, norm1.bias), qkv.weight, { bias: qkv.bias });
    x = addBranch(
      x,
      attend(joint, layer),
      attentionOut.weight,
      attentionOut.bias,
      options.dropout,
      (2 * layer + 1) * stride,
    );
    options.observe?.(`transformer.h.${layer}.attn`, x);
    x = feedForward(parameters, layer, x, options.dropout, (2 * layer + 2) * stride);
    options.observe?.(`transformer.h.${layer}.mlp`, x);
  }
  return x;
}

/** Final layer norm. [N, C] → [N, C] */
export function finalNorm(parameters: Parameters, x: Tensor2D): Tensor2D {
  return layerNorm(
    x,
    parameters['transformer.ln_f.weight'] as Tensor1D,
    parameters['transformer.ln_f.bias'] as Tensor1D,
  );
}

/** @returns final hidden states [B·T, C], after the last layer norm; rows of padding carry no meaning */
export function hiddenStates(model: Gpt, batch: TokenBatch, options: ForwardOptions = {}): Tensor2D {
  const { shape, parameters } = model;
  const [rows, length] = batch.ids.shape;
  let x = embed(parameters, batch.ids.reshape([rows * length]), batch.positions);
  if (options.dropout && options.dropout.rate > 0)
    x = dropout(x, options.dropout.rate, options.dropout.key) as Tensor2D;
  options.observe?.('transformer.wte', x);
  const attend = (joint: Tensor2D) =>
    causalAttention(joint.reshape([rows, length, 3 * shape.width]) as Tensor3D, batch.mask, shape.heads).reshape([
      rows * length,
      shape.width,
    ]) as Tensor2D;
  const hidden = finalNorm(parameters, runBlocks(model, x, attend, options));
  options.observe?.('transformer.ln_f', hidden);
  return hidden;
}

/** Output layer, tied to the token embedding. [N, C] → [N, V] */
export function languageModelHead(model: Gpt, hidden: Tensor2D): Tensor2D {
  return matMul(hidden, model.parameters['transformer.wte.weight'] as Tensor2D, { transposeB: true });
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
