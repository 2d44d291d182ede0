/** What PPO must compute whatever the numbers are. */
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { gae } from '../../../src/kernels/gae';
import { POLICY_METRICS } from '../../../src/kernels/ppoLoss';
import { copyModel, disposeModel } from '../../../src/nn/gpt';
import { disposeAll, valueAndGradients } from '../../../src/nn/gradients';
import { nextTokenLoss } from '../../../src/rlhf/languageModelLoss';
import { expectClose } from '../closeness';
import { normals } from '../numbers';
import { tinyBatch, tinyModel, tinyScalarModel } from '../tinyRollout';
import { experience, minibatchOf, mixOf, ppoOutputs } from './ppoOutputs';
import { ROUNDING, reading, withModels } from './reading';

export function describePpo(): void {
  describe('PPO', () => {
    it('starts its first minibatch at ratio 1, approximate KL 0 and nothing clipped', () =>
      withModels([tinyModel(1), tinyModel(2), tinyScalarModel(3)], async (policy, reference, valueModel) => {
        const read = await reading(() => {
          const made = experience(policy, reference, valueModel, tinyBatch());
          return ppoOutputs(policy, valueModel, minibatchOf(made, tinyBatch({ rows: [2, 0] }), [2, 0]));
        });
        const metric = (name: (typeof POLICY_METRICS)[number]) => read.policyMetrics[POLICY_METRICS.indexOf(name)];
        expect(metric('ratio_mean')).toBeCloseTo(1, 6);
        expect(metric('approxkl_k1')).toBeCloseTo(0, 6);
        expect(metric('approxkl_k2')).toBeCloseTo(0, 10);
        expect(metric('pg_clipfrac')).toBe(0);
      }));

    it('has KL 0 and rewards of nothing but the score while the policy equals its reference', () =>
      withModels([tinyModel(1), tinyScalarModel(3)], async (policy, valueModel) => {
        const reference = copyModel(policy);
        const { kl, rewards, summary } = await reading(() => {
          const made = experience(policy, reference, valueModel, tinyBatch());
          return { kl: made.kl, rewards: made.rewards, summary: made.summary };
        });
        disposeModel(reference);
        expect(kl.every((value) => value === 0)).toBe(true);
        expectClose(rewards, [0, 0, 0, 0, 0.7, 0, -1.2, 0, 0, 0, 0, 0, 0.4, 0, 0]);
        expect(summary[0]).toBe(0);
      }));

    it('has advantages of reward-to-go minus value at γ = λ = 1', async () => {
      const lengths = [1, 4, 7];
      const [rewards, baseline] = [normals(21, 4), normals(21, 5)];
      const { advantages, returns } = await reading(() =>
        gae(
          {
            rewards: tf.tensor2d(rewards, [3, 7]),
            values: tf.tensor2d(baseline, [3, 7]),
            lengths: tf.tensor1d(lengths, 'int32'),
          },
          { gamma: 1, lambda: 1, valueMask: 'length' },
        ),
      );
      lengths.forEach((length, b) => {
        for (let t = 0; t < 7; t++) {
          const toGo = rewards.slice(b * 7 + t, b * 7 + length).reduce((sum, reward) => sum + reward, 0);
          expect(advantages[b * 7 + t]).toBeCloseTo(t < length ? toGo - baseline[b * 7 + t] : 0, 4);
          expect(returns[b * 7 + t]).toBeCloseTo(t < length ? toGo : 0, 4);
        }
      });
    });

    it('adds the weighted pretraining gradient to its own', () =>
      withModels([tinyModel(1), tinyModel(2), tinyScalarModel(3)], async (policy, reference, valueModel) => {
        const read = await reading(() => {
          const batch = tinyBatch();
          const minibatch = minibatchOf(experience(policy, reference, valueModel, batch), batch, [0, 1, 2]);
          const mix = mixOf(3);
          const { value, gradients } = valueAndGradients(policy.parameters, () =>
            nextTokenLoss(policy, mix.tokens, mix.targets, mix.counted),
          );
          const name = 'transformer.wte.weight';
          const [plain, mixed] = [
            ppoOutputs(policy, valueModel, minibatch),
            ppoOutputs(policy, valueModel, minibatch, mix),
          ];
          const wanted = plain[`policy ${name}`].add(gradients[name].mul(3));
          disposeAll(gradients);
          return { got: mixed[`policy ${name}`], wanted, loss: mixed.ptxLoss, wantedLoss: value };
        });
        expectClose(read.got, read.wanted, ROUNDING);
        expectClose(read.loss, read.wantedLoss);
      }));
  });
}
