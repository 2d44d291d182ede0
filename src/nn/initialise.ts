import * as tf from '@tensorflow/tfjs';
import { parameterShapes, type Gpt, type GptShape, type Parameters } from './gpt';

/** Draws one standard normal number. */
export type Gaussian = () => number;

const SPREAD = 0.02;

/**
 * A fresh GPT-2: weights N(0, 0.02), output projections of the residual branches divided by √(2·layers), layer norms at
 * gain 1, biases 0.
 * @source GPT-2 (Radford et al. 2019), as in transformers' `_init_weights`
 */
export function initialiseGpt(shape: GptShape, gaussian: Gaussian): Gpt {
  const parameters: Parameters = {};
  const residualSpread = SPREAD / Math.sqrt(2 * shape.layers);
  for (const [name, size] of parameterShapes(shape)) {
    const count = size.reduce((product, n) => product * n, 1);
    const isGain = /ln_(1|2|f)\.weight$/.test(name);
    const spread = name.endsWith('c_proj.weight') ? residualSpread : SPREAD;
    const values = new Float32Array(count);
    if (isGain) values.fill(1);
    else if (name.endsWith('weight')) for (let i = 0; i < count; i++) values[i] = gaussian() * spread;
    parameters[name] = tf.keep(tf.tensor(values, size));
  }
  return { shape, parameters };
}

/** Adds a scalar head of zeros, the start of a value network. */
export function addZeroHead(model: Gpt): Gpt {
  setHead(model, new Float32Array(model.shape.width), 0);
  return model;
}

/**
 * Adds a reward head: weight N(0, 1/√(C+1)) times `scale`, bias 0.
 * @source lm-human-preferences language/model.py:251-254; Stiennon et al. 2020
 */
export function addRewardHead(model: Gpt, gaussian: Gaussian, scale = 1): Gpt {
  const spread = scale / Math.sqrt(model.shape.width + 1);
  setHead(
    model,
    Float32Array.from({ length: model.shape.width }, () => gaussian() * spread),
    0,
  );
  return model;
}

function setHead(model: Gpt, weight: Float32Array, bias: number): void {
  const { parameters, shape } = model;
  tf.dispose([parameters['score.weight'], parameters['score.bias']].filter(Boolean));
  parameters['score.weight'] = tf.keep(tf.tensor2d(weight, [1, shape.width]));
  parameters['score.bias'] = tf.keep(tf.tensor1d([bias]));
}
