import * as tf from '@tensorflow/tfjs';
import { stream } from '../../src/data/random';
import { valueAndGradients } from '../../src/nn/gradients';
import { disposeModel } from '../../src/nn/gpt';
import { initialiseGpt } from '../../src/nn/initialise';
import { AdamW } from '../../src/nn/optimizer';
import { disposeWindows, textWindows } from '../../src/pipeline/pretrain';
import { nextTokenLoss } from '../../src/rlhf/languageModelLoss';

const SHAPE = { vocabulary: 256, width: 64, layers: 2, heads: 4, context: 64 };

/** Trains a small model on numbers that repeat, always in the same way. @returns every loss and the last weights */
export function trainTinyModel(steps: number): { losses: number[]; weights: Float32Array[] } {
  const random = stream(1, 'tiny training');
  const model = initialiseGpt(SHAPE, () => random.gaussian());
  const settings = { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1, maxGradNorm: 1 };
  const optimizer = new AdamW(model.parameters, settings);
  const pages = Int32Array.from({ length: 5000 }, (_, i) => (i * i) % 97);
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const starts = Array.from({ length: 8 }, () => random.int(pages.length - SHAPE.context - 1));
    const batch = textWindows(pages, starts, SHAPE.context, SHAPE.context);
    const { value, gradients } = valueAndGradients(model.parameters, () =>
      nextTokenLoss(model, batch.tokens, batch.targets, batch.counted),
    );
    optimizer.apply(gradients, 3e-3, value);
    losses.push(value.dataSync()[0]);
    disposeWindows(batch);
    tf.dispose([value, gradients]);
  }
  const weights = Object.values(model.parameters).map((tensor) => tensor.dataSync() as Float32Array);
  optimizer.dispose();
  disposeModel(model);
  return { losses, weights };
}
