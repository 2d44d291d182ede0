/** Sampling in nothing but TensorFlow.js' own operations. */
import * as tf from '@tensorflow/tfjs';
import type { Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import type { Gpt } from '../nn/gpt';
import { attend, causalMask, splitHeads, stockBlocks, stockLogits } from './stockGpt';

/** Prompts that differ in length are padded on the left. */
export interface Padding {
  /** [B, 1, 1, P], far below 0 at padding, else 0 */
  hidden: Tensor4D;
  /** [B, P] int32, real tokens counted from 0 in each row */
  positions: Tensor2D;
  /** [B] int32, real tokens */
  lengths: Tensor1D;
}

export interface StockSampling {
  newTokens: number;
  temperature: number;
  isGreedy: boolean;
  padding: Padding | null;
}

/**
 * With a key/value cache, and tokens drawn on the device by the Gumbel maximum.
 * @param prompts [B, P] int32
 * @returns [B, newTokens] int32, whatever ends an answer
 */
export function stockSample(model: Gpt, prompts: Tensor2D, settings: StockSampling): Tensor2D {
  const { shape, parameters } = model;
  const { newTokens, temperature, isGreedy, padding } = settings;
  const [rows, promptTokens] = prompts.shape;
  const wte = parameters['transformer.wte.weight'] as Tensor2D;
  const wpe = parameters['transformer.wpe.weight'] as Tensor2D;
  return tf.tidy(() => {
    const keys: Tensor4D[] = [];
    const values: Tensor4D[] = [];
    const split = (each: Tensor2D) => splitHeads(each, rows, shape.heads);
    const places = padding ? tf.gather(wpe, padding.positions) : wpe.slice([0, 0], [promptTokens, shape.width]);
    const embedded = tf
      .gather(wte, prompts)
      .add(places)
      .reshape([rows * promptTokens, shape.width]) as Tensor2D;
    const mask = padding ? causalMask(promptTokens).add(padding.hidden) : causalMask(promptTokens);
    const remember = (layer: number, k: Tensor2D, v: Tensor2D) => {
      keys[layer] = keys[layer] ? (tf.concat([keys[layer], split(k)], 2) as Tensor4D) : split(k);
      values[layer] = values[layer] ? (tf.concat([values[layer], split(v)], 2) as Tensor4D) : split(v);
    };
    let x = stockBlocks(model, embedded, (q, k, v, layer) => {
      remember(layer, k, v);
      return attend(split(q), keys[layer], values[layer], mask);
    });
    x = x
      .reshape([rows, promptTokens, shape.width])
      .slice([0, promptTokens - 1, 0], [rows, 1, shape.width])
      .reshape([rows, shape.width]) as Tensor2D;
    const noise = tf.randomUniform([newTokens, rows, shape.vocabulary], 1e-7, 1).log().neg().log().neg();
    const drawn: Tensor1D[] = [];
    let hidden = padding?.hidden;
    for (let step = 0; step < newTokens; step++) {
      const logits = temperature === 1 ? stockLogits(model, x) : stockLogits(model, x).div(temperature);
      const scores = isGreedy
        ? logits
        : logits.add(noise.slice([step, 0, 0], [1, rows, shape.vocabulary]).reshape([rows, shape.vocabulary]));
      const next = tf.argMax(scores, 1) as Tensor1D;
      drawn.push(next);
      if (step === newTokens - 1) break;
      const position = padding
        ? tf.gather(wpe, padding.lengths.add(tf.scalar(step, 'int32')))
        : wpe.slice([promptTokens + step, 0], [1, shape.width]);
      hidden = hidden && (tf.concat([hidden, tf.zeros([rows, 1, 1, 1])], 3) as Tensor4D);
      const seen = hidden ?? null;
      x = stockBlocks(model, tf.gather(wte, next).add(position) as Tensor2D, (q, k, v, layer) => {
        remember(layer, k, v);
        return attend(split(q), keys[layer], values[layer], seen);
      });
    }
    return tf.stack(drawn, 1) as Tensor2D;
  });
}
