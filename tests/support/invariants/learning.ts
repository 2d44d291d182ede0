/** What training does to weights, whatever the task. */
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { generate } from '../../../src/nn/generate';
import { copyModel, disposeModel, type Gpt, type Parameters } from '../../../src/nn/gpt';
import { disposeAll, valueAndGradients } from '../../../src/nn/gradients';
import { AdamW } from '../../../src/nn/optimizer';
import { nextTokenLoss, sftLoss } from '../../../src/rlhf/languageModelLoss';
import { integers, normals } from '../numbers';
import { SHAPE, tinyBatch, tinyModel } from '../tinyRollout';
import { SAMPLING, prompts } from './prompts';
import { ADAM, reading, values, withModels } from './reading';

export function describeLearning(): void {
  describe('a seed', () => {
    const train = (seed: number) =>
      withModels([tinyModel(seed)], async (model) => {
        const optimizer = new AdamW(model.parameters, ADAM);
        for (let step = 0; step < 2; step++) {
          tf.tidy(() => {
            const batch = tinyBatch();
            const dropout = { rate: 0.2, key: { seed, stream: 3, offset: step * 1_000_000 } };
            const { gradients } = valueAndGradients(model.parameters, () =>
              nextTokenLoss(model, batch.tokens, tf.tensor1d(integers(27, 13, 8), 'int32'), tf.ones([27]), { dropout }),
            );
            optimizer.apply(gradients, 1e-2);
            disposeAll(gradients);
          });
        }
        optimizer.dispose();
        const drawn = await reading(() => ({
          ...generate(model, prompts(), { ...SAMPLING, key: { seed, stream: 2 } }),
        }));
        return { ...(await values(model.parameters)), ...drawn };
      });

    it('gives the same weights and samples every time, and another one others', async () => {
      const [first, again, other] = [await train(6), await train(6), await train(7)];
      expect(again).toEqual(first);
      expect(other.responses).not.toEqual(first.responses);
    });
  });

  describe('the optimiser', () => {
    const gradientsLike = (parameters: Parameters, seed: number): Parameters =>
      Object.fromEntries(
        Object.entries(parameters).map(([name, x]) => [name, tf.tensor(normals(x.size, seed), x.shape)]),
      );

    it.each([NaN, Infinity, -Infinity])(
      'keeps every bit of the weights once a gradient holds %d, and raises the flag for good',
      (bad) =>
        withModels([tinyModel(8)], async (model) => {
          const optimizer = new AdamW(model.parameters, ADAM);
          const step = (spoil: boolean) =>
            tf.tidy(() => {
              const gradients = gradientsLike(model.parameters, 9);
              if (spoil)
                gradients['transformer.h.1.mlp.c_fc.bias'] = tf.tensor1d(
                  new Float32Array(4 * SHAPE.width).fill(bad, 5, 6),
                );
              optimizer.apply(gradients, 1e-2);
              return optimizer.norms();
            });
          const start = await values(model.parameters);
          const before = await reading(() => ({ norms: step(false) }));
          const good = await values(model.parameters);
          expect(good).not.toEqual(start);
          const spoilt = await reading(() => ({ norms: step(true) }));
          const later = await reading(() => ({ norms: step(false) }));
          expect([before.norms[1], spoilt.norms[1], later.norms[1]]).toEqual([0, 1, 1]);
          expect(Number.isFinite(spoilt.norms[0])).toBe(false);
          expect(await values(model.parameters)).toEqual(good);
          optimizer.dispose();
        }),
    );

    it('moves a copy of a model and not the model, and the model and not the copy', () =>
      withModels([tinyModel(8)], async (model) => {
        const copy = copyModel(model);
        const start = await values(model.parameters);
        const move = ({ parameters }: Gpt) => {
          const optimizer = new AdamW(parameters, ADAM);
          tf.tidy(() => optimizer.apply(gradientsLike(parameters, 9), 1e-2));
          optimizer.dispose();
        };
        move(copy);
        expect(await values(model.parameters)).toEqual(start);
        const moved = await values(copy.parameters);
        expect(moved).not.toEqual(start);
        move(model);
        expect(await values(copy.parameters)).toEqual(moved);
        disposeModel(copy);
      }));

    it('lowers the loss it follows', () =>
      withModels([tinyModel(8)], async (model) => {
        const optimizer = new AdamW(model.parameters, { ...ADAM, weightDecay: 0 });
        const losses: number[] = [];
        for (let step = 0; step < 5; step++) {
          const { loss } = await reading(() => {
            const { value, gradients } = valueAndGradients(model.parameters, () => {
              const made = sftLoss(model, tinyBatch());
              made.metrics.dispose();
              return made.loss;
            });
            optimizer.apply(gradients, 1e-2);
            disposeAll(gradients);
            return { loss: value };
          });
          losses.push(loss[0]);
        }
        optimizer.dispose();
        expect(losses).toEqual([...losses].sort((a, b) => b - a));
      }));
  });
}
