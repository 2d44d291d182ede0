/** Padding changes no number. */
import * as tf from '@tensorflow/tfjs';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { POLICY_METRICS } from '../../../src/kernels/ppoLoss';
import { generate } from '../../../src/nn/generate';
import type { Gpt } from '../../../src/nn/gpt';
import { disposeAll, valueAndGradients } from '../../../src/nn/gradients';
import { sftLoss } from '../../../src/rlhf/languageModelLoss';
import { responseScores, type ResponseBatch } from '../../../src/rlhf/responses';
import { expectClose } from '../closeness';
import { firstSlots, tinyBatch, tinyModel, tinyScalarModel } from '../tinyRollout';
import { experience, minibatchOf, ppoOutputs } from './ppoOutputs';
import { SAMPLING, prompts } from './prompts';
import { ROUNDING, reading, withModels } from './reading';

export function describePadding(): void {
  describe('padding', () => {
    const everything = (policy: Gpt, reference: Gpt, valueModel: Gpt, batch: ResponseBatch) => {
      const made = experience(policy, reference, valueModel, batch, { whitenRewards: true });
      const sft = valueAndGradients(policy.parameters, () => {
        const { loss, metrics } = sftLoss(policy, batch);
        metrics.dispose();
        return loss;
      });
      const outputs: Record<string, Tensor> = {
        ...Object.fromEntries(
          Object.entries(made).map(([name, x]) => [name, x.rank === 2 ? firstSlots(x as Tensor2D) : x]),
        ),
        ...ppoOutputs(policy, valueModel, minibatchOf(made, batch, [0, 1, 2])),
        score: responseScores(valueModel, batch),
        sft: sft.value,
        sftGradient: sft.gradients['transformer.wte.weight'].clone(),
      };
      disposeAll(sft.gradients);
      for (const name of ['newLogprobs', 'newValues']) outputs[name] = firstSlots(outputs[name] as Tensor2D);
      // Averages over all slots, TRL's, are meant to count padding.
      const counting = POLICY_METRICS.map((name) => (name.endsWith('all_slots') ? 0 : 1));
      return { ...outputs, policyMetrics: outputs.policyMetrics.mul(tf.tensor1d(counting)) };
    };

    it.each([
      ['left', { queryLength: 7 }],
      ['right', { slots: 8 }],
      ['left and right', { queryLength: 6, slots: 9 }],
      ['with junk tokens instead of the pad id', { junk: 11 }],
      ['on both sides with junk tokens', { queryLength: 9, slots: 7, junk: 12 }],
    ])('more of it %s changes no number', (_, layout) =>
      withModels([tinyModel(1), tinyModel(2), tinyScalarModel(3)], async (policy, reference, valueModel) => {
        const want = await reading(() => everything(policy, reference, valueModel, tinyBatch()));
        const got = await reading(() => everything(policy, reference, valueModel, tinyBatch(layout)));
        expect(Object.keys(got).length).toBeGreaterThan(70);
        for (const name of Object.keys(want)) expectClose(got[name], want[name], ROUNDING, name);
      }),
    );

    it('on the left changes no generated token', () =>
      withModels([tinyModel(1)], async (model) => {
        const want = await reading(() => ({ responses: generate(model, prompts(), SAMPLING).responses }));
        const got = await reading(() => ({
          responses: generate(model, prompts(9), { ...SAMPLING, responseLength: 12 }).responses,
        }));
        expect(got).toEqual(want);
      }));
  });
}
