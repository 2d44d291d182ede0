/** The whole network: forward, backward, greedy decoding. */
import * as tf from '@tensorflow/tfjs';
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import { sumOfSquares } from '../../../src/kernels/adamW';
import { tokenBatch } from '../../../src/nn/batch';
import { modelFromValues } from '../../../src/nn/checkpoint';
import { generate } from '../../../src/nn/generate';
import { disposeModel, hiddenStates, languageModelHead, type Gpt, type GptShape } from '../../../src/nn/gpt';
import { disposeAll, valueAndGradients } from '../../../src/nn/gradients';
import { nextTokenLoss } from '../../../src/rlhf/languageModelLoss';
import { responseLogprobs, type ResponseBatch } from '../../../src/rlhf/responses';
import { GRADIENT_PREFIX, input, listAttr, numberAttr, type GoldenCase } from '../cases';
import { readAll, tensorRunner, type Runner } from './runner';

interface Config {
  vocab: number;
  n_embd: number;
  n_layer: number;
  n_head: number;
  n_positions: number;
  eos: number;
  pad: number;
}

export function config(golden: GoldenCase): Config {
  return golden.attrs.config as Config;
}

export function shapeOf(golden: GoldenCase): GptShape {
  const { vocab, n_embd, n_layer, n_head, n_positions } = config(golden);
  return { layers: n_layer, width: n_embd, heads: n_head, context: n_positions, vocabulary: vocab };
}

/** The model whose weight file stands in this attribute; the caller disposes it. */
export function loadWeights(golden: GoldenCase, attr: string): Gpt {
  const file = String(golden.attrs[attr]);
  return modelFromValues(shapeOf(golden), golden.weights[file], file);
}

/** Euclidean norm of each tensor, in the order of `names`. */
export function tensorNorms(tensors: Record<string, Tensor>, names: string[]): Tensor1D {
  const squares = tf.zeros([names.length]) as Tensor1D;
  names.forEach((name, i) => sumOfSquares(tensors[name], squares, i));
  return squares.sqrt();
}

/** Ids and labels of rows whose labels stand at the token itself, −100 where it does not count: token t predicts t + 1. */
export function shiftedLabels(labels: number[], length: number): { targets: Tensor1D; counted: Tensor1D } {
  const next = labels.map((_, i) => (i % length === length - 1 ? -100 : labels[i + 1]));
  return {
    targets: tf.tensor1d(
      next.map((label) => Math.max(label, 0)),
      'int32',
    ),
    counted: tf.tensor1d(next.map((label) => (label === -100 ? 0 : 1))),
  };
}

/** Rows of an input as ids and mask on the device. */
export function batchOf(golden: GoldenCase, ids: number[], mask: ArrayLike<number>, length: number) {
  return tokenBatch(Int32Array.from(ids), Float32Array.from(mask), length, config(golden).n_positions);
}

function forwardBackward(golden: GoldenCase) {
  const model = loadWeights(golden, 'weights');
  const { data: ids, shape } = input(golden, 'input_ids');
  const batch = batchOf(golden, ids, input(golden, 'attention_mask').data, shape[1]);
  const { targets, counted } = shiftedLabels(input(golden, 'labels').data, shape[1]);
  const names = listAttr<string>(golden, 'param_names', 'string');
  const hidden = hiddenStates(model, batch);
  const { value: loss, gradients } = valueAndGradients(model.parameters, () =>
    nextTokenLoss(model, batch, targets, counted),
  );
  const padded = batch.mask.reshape([-1, 1]);
  const outputs = {
    // Expected values are 0 at padding, where nothing is defined.
    logits: languageModelHead(model, hidden).mul(padded),
    final_hidden: hidden.mul(padded),
    position_ids: batch.positions,
    loss,
    grad_norms: tensorNorms(gradients, names),
    grad_first8: tf.stack(names.map((name) => gradients[name].flatten().slice(0, 8))),
    ...Object.fromEntries(names.map((name) => [GRADIENT_PREFIX + name, gradients[name].clone()])),
  };
  disposeAll(gradients);
  disposeModel(model);
  return outputs;
}

/** Padded rows of one length, flat. */
export interface Rows {
  ids: number[];
  mask: ArrayLike<number>;
  length: number;
}

/** Rows [query | response] as the algorithms want them. */
export function responseBatch(
  golden: GoldenCase,
  queries: Rows,
  responses: Rows & { lengths: ArrayLike<number> },
): ResponseBatch {
  const rows = responses.lengths.length;
  const row = (values: ArrayLike<number>, b: number, length: number) =>
    Array.from(values).slice(b * length, (b + 1) * length);
  const join = (left: ArrayLike<number>, right: ArrayLike<number>) =>
    Array.from({ length: rows }, (_, b) => [
      ...row(left, b, queries.length),
      ...row(right, b, responses.length),
    ]).flat();
  return {
    tokens: batchOf(
      golden,
      join(queries.ids, responses.ids),
      join(queries.mask, responses.mask),
      queries.length + responses.length,
    ),
    responses: tf.tensor2d(responses.ids, [rows, responses.length], 'int32'),
    mask: tf.tensor2d(Array.from(responses.mask), [rows, responses.length]),
    lengths: tf.tensor1d(Int32Array.from(responses.lengths), 'int32'),
    queryLength: queries.length,
  };
}

/** Decodes with the cache, then scores the tokens with the full forward pass. */
async function greedy(golden: GoldenCase) {
  const model = loadWeights(golden, 'weights');
  const { data: ids, shape } = input(golden, 'input_ids');
  const mask = input(golden, 'attention_mask').data;
  const [rows, length] = shape;
  const steps = numberAttr(golden, 'steps');
  const lengths = Int32Array.from({ length: rows }, (_, b) =>
    mask.slice(b * length, (b + 1) * length).reduce((sum, real) => sum + real, 0),
  );
  const responses = tf.tidy(() => {
    const prompts = { tokens: batchOf(golden, ids, mask, length), lengths, queryLength: length };
    // Exactly `steps` tokens are asked for, so no token ends a row.
    return generate(model, prompts, {
      responseLength: steps,
      temperature: 0,
      eos: -1,
      pad: config(golden).pad,
      key: { seed: 1, stream: 1 },
    }).responses;
  });
  const { tokens } = await readAll({ tokens: responses });
  const { logprobs } = await readAll(
    tf.tidy(() => {
      const answer = {
        ids: Array.from(tokens),
        mask: Array.from(tokens, () => 1),
        length: steps,
        lengths: Array.from(lengths, () => steps),
      };
      return {
        logprobs: responseLogprobs(model, responseBatch(golden, { ids, mask, length }, answer)).logprobs as Tensor2D,
      };
    }),
  );
  disposeModel(model);
  return { tokens, logprobs };
}

export const modelRunners: Record<string, Runner> = {
  gpt2_forward_backward: tensorRunner(forwardBackward),
  gpt2_greedy: { kind: 'tensor', run: greedy },
};
