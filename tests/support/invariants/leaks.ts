/** Nothing that computes leaves a tensor behind. */
import * as tf from '@tensorflow/tfjs';
import type { Scalar, Tensor, Tensor2D } from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { rankingLoss } from '../../../src/kernels/rankingLoss';
import { generate } from '../../../src/nn/generate';
import type { Gpt } from '../../../src/nn/gpt';
import { disposeAll, valueAndGradients } from '../../../src/nn/gradients';
import { AdamW } from '../../../src/nn/optimizer';
import { sftLoss } from '../../../src/rlhf/languageModelLoss';
import { responseScores, responseValues } from '../../../src/rlhf/responses';
import { tinyBatch, tinyModel, tinyScalarModel } from '../tinyRollout';
import { experience, minibatchOf, mixOf, ppoOutputs } from './ppoOutputs';
import { SAMPLING, prompts } from './prompts';
import { ADAM, withModels } from './reading';

export function describeLeaks(): void {
  describe('no tensor is left behind by', () => {
    /** Runs `step` twice and expects no more tensors than before; the first call may fill caches. */
    const expectNoLeak = (step: () => void) => {
      step();
      const before = tf.memory().numTensors;
      step();
      expect(tf.memory().numTensors).toBe(before);
    };
    const freeing = (loss: () => Scalar, { parameters }: Gpt) => {
      const { value, gradients } = valueAndGradients(parameters, loss);
      value.dispose();
      disposeAll(gradients);
    };

    it('a step of supervised fine-tuning with dropout', () =>
      withModels([tinyModel(1)], async (model) => {
        const batch = tinyBatch();
        const optimizer = new AdamW(model.parameters, ADAM);
        expectNoLeak(() => {
          const options = { dropout: { rate: 0.1, key: { seed: 1, stream: 1 } } };
          let metrics: Tensor | undefined;
          const { value, gradients } = valueAndGradients(model.parameters, () => {
            const made = sftLoss(model, batch, options);
            metrics = made.metrics;
            return made.loss;
          });
          optimizer.apply(gradients, 1e-3);
          optimizer.norms().dispose();
          disposeAll(gradients);
          tf.dispose([value, metrics!]);
        });
        optimizer.dispose();
      }));

    it('a step of the reward model', () =>
      withModels([tinyScalarModel(3)], async (model) => {
        const batch = tinyBatch();
        const [ranks, k] = [tf.tensor2d([1, 0, 2], [1, 3], 'int32'), tf.tensor1d([3], 'int32')];
        expectNoLeak(() =>
          freeing(() => {
            const rewards = responseScores(model, batch).reshape([1, 3]) as Tensor2D;
            return rankingLoss({ rewards, ranks, k }, { divisor: 'valid_pairs', centering: 0.05 }).loss;
          }, model),
        );
      }));

    it('a PPO minibatch with pretraining gradients', () =>
      withModels([tinyModel(1), tinyModel(2), tinyScalarModel(3)], async (policy, reference, valueModel) =>
        expectNoLeak(() =>
          tf.tidy(() => {
            const batch = tinyBatch();
            const minibatch = minibatchOf(experience(policy, reference, valueModel, batch), batch, [0, 1, 2]);
            ppoOutputs(policy, valueModel, minibatch, mixOf(2));
          }),
        ),
      ));

    it('generation, scores and values', () =>
      withModels([tinyScalarModel(3)], async (model) =>
        expectNoLeak(() =>
          tf.tidy(() => {
            generate(model, prompts(), SAMPLING);
            responseScores(model, tinyBatch());
            responseValues(model, tinyBatch());
          }),
        ),
      ));
  });
}
