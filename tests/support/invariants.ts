/** What must hold whatever the numbers are; run on cpu in Node and on WebGPU in the browser. */
import * as tf from '@tensorflow/tfjs';
import type { Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { readValues } from '../../src/kernels/defineKernel';
import { startEngine, type Engine } from '../../src/kernels/device';
import { gae } from '../../src/kernels/gae';
import { POLICY_METRICS } from '../../src/kernels/ppoLoss';
import { randomUniform } from '../../src/kernels/randomUniform';
import { rankingLoss } from '../../src/kernels/rankingLoss';
import { filterProbabilities } from '../../src/kernels/sampleTokens';
import { numberOf } from '../../src/kernels/stepValue';
import { tokenBatch } from '../../src/nn/batch';
import { generate, type PromptBatch, type SamplingOptions } from '../../src/nn/generate';
import { copyModel, disposeModel, hiddenStates, languageModelHead, type Gpt, type Parameters } from '../../src/nn/gpt';
import { disposeAll, valueAndGradients } from '../../src/nn/gradients';
import { AdamW } from '../../src/nn/optimizer';
import { computeExperience, type ExperienceSettings } from '../../src/rlhf/experience';
import { nextTokenLoss, sftLoss } from '../../src/rlhf/languageModelLoss';
import {
  policyGradients,
  valueGradients,
  type PolicyMinibatch,
  type PretrainingMix,
  type ValueMinibatch,
} from '../../src/rlhf/ppoUpdate';
import {
  responseLogprobs,
  responseScores,
  responseStates,
  responseValues,
  type ResponseBatch,
} from '../../src/rlhf/responses';
import { expectClose, type Tolerance } from './closeness';
import { integers, normals } from './numbers';
import {
  firstSlots,
  PAD,
  ROWS,
  SHAPE,
  tinyBatch,
  tinyModel,
  tinyPrompts,
  tinyScalarModel,
  tinyScores,
} from './tinyRollout';

const SETTINGS: ExperienceSettings = {
  klCoef: 0.1,
  klEstimator: 'k1',
  scoreClip: null,
  missingEosPenalty: null,
  missingEosScore: null,
  scorePosition: 'last_token',
  gamma: 1,
  lambda: 0.95,
  temperature: 0.7,
  whitenRewards: false,
  whitenAdvantages: true,
  unbiasedVariance: false,
};
const ADAM = { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1, maxGradNorm: 1 };
/** Two ways to the same number, a few roundings apart. */
const ROUNDING: Tolerance = { rtol: 2e-5, atol: 2e-5 };

const values = async (tensors: Record<string, Tensor>): Promise<Record<string, number[]>> => {
  const read: Record<string, number[]> = {};
  for (const [name, tensor] of Object.entries(tensors)) read[name] = Array.from(await readValues(tensor));
  return read;
};

/** Reads the tensors that `work` makes and frees everything it made. */
async function reading(work: () => Record<string, Tensor>): Promise<Record<string, number[]>> {
  const outputs = tf.tidy(work);
  const read = await values(outputs);
  tf.dispose(outputs);
  return read;
}

/** Runs `work` with models that are freed afterwards. */
async function withModels<T>(models: Gpt[], work: (...models: Gpt[]) => Promise<T>): Promise<T> {
  try {
    return await work(...models);
  } finally {
    models.forEach(disposeModel);
  }
}

function experience(
  policy: Gpt,
  reference: Gpt,
  valueModel: Gpt,
  batch: ResponseBatch,
  settings: Partial<ExperienceSettings> = {},
) {
  const { scores, hasEos } = tinyScores();
  return computeExperience(policy, reference, valueModel, batch, scores, hasEos, { ...SETTINGS, ...settings });
}

/** Some rows of the experience, with the batch they belong to. */
function minibatchOf(
  made: ReturnType<typeof experience>,
  batch: ResponseBatch,
  rows: number[],
): PolicyMinibatch & ValueMinibatch {
  const take = (x: Tensor2D) => tf.gather(x, tf.tensor1d(rows, 'int32'));
  return {
    batch,
    oldLogprobs: take(made.logprobs),
    oldValues: take(made.values),
    advantages: take(made.advantages),
    returns: take(made.returns),
  };
}

/** Everything a PPO minibatch computes; kept tensors are handed over to the surrounding tidy. */
function ppoOutputs(
  policy: Gpt,
  valueModel: Gpt,
  minibatch: PolicyMinibatch & ValueMinibatch,
  mix: PretrainingMix | null = null,
): Record<string, Tensor> {
  const forPolicy = policyGradients(policy, minibatch, 0.2, SETTINGS.temperature, mix);
  const forValue = valueGradients(valueModel, minibatch, 0.2, 0.1);
  const labelled = (label: string, gradients: Parameters) =>
    Object.entries(gradients).map(([name, gradient]) => [`${label} ${name}`, gradient] as const);
  const kept: Record<string, Tensor> = {
    total: forPolicy.total,
    policyMetrics: forPolicy.metrics,
    entropy: forPolicy.entropy,
    newLogprobs: forPolicy.newLogprobs,
    valueMetrics: forValue.metrics,
    valueLoss: forValue.loss,
    newValues: forValue.newValues,
    ...(forPolicy.ptxLoss && { ptxLoss: forPolicy.ptxLoss }),
    ...Object.fromEntries([...labelled('policy', forPolicy.gradients), ...labelled('value', forValue.gradients)]),
  };
  const handedOver = Object.fromEntries(Object.entries(kept).map(([name, tensor]) => [name, tensor.clone()]));
  tf.dispose(kept);
  return handedOver;
}

function mixOf(coefficient: number): PretrainingMix {
  const [rows, length] = [2, 6];
  const ids = integers(rows * length, SHAPE.vocabulary, 21);
  const tokens = tokenBatch(ids, new Float32Array(rows * length).fill(1), length, SHAPE.context);
  const counted = tf.tensor1d(Array.from(ids, (_, i) => (i % length === length - 1 ? 0 : 1)));
  return {
    coefficient: tf.scalar(coefficient),
    tokens,
    targets: tf.tensor1d(integers(rows * length, SHAPE.vocabulary, 22), 'int32'),
    counted,
  };
}

function prompts(queryLength?: number): PromptBatch {
  const { ids, mask, ...rest } = tinyPrompts(queryLength);
  return { tokens: tokenBatch(ids, mask, rest.queryLength, SHAPE.context), ...rest };
}

const SAMPLING: SamplingOptions = { responseLength: 12, temperature: 1, eos: 0, pad: PAD, key: { seed: 5, stream: 2 } };

/** One answer token after the other, read off the full forward pass of what has been generated. */
async function decodeInFull(model: Gpt, tokens: number[], mask: number[], options: SamplingOptions) {
  const slots = options.responseLength;
  const { ids: query, mask: queryMask } = tinyPrompts();
  const width = 4 + slots;
  const ids = Array.from({ length: ROWS }, (_, b) => [
    ...query.slice(b * 4, b * 4 + 4),
    ...tokens.slice(b * slots, (b + 1) * slots),
  ]).flat();
  for (let b = 0; b < ROWS; b++)
    expect(mask.slice(b * width, b * width + 4)).toEqual([...queryMask.slice(b * 4, b * 4 + 4)]);
  return reading(() => {
    const batch: ResponseBatch = {
      tokens: tokenBatch(Int32Array.from(ids), Float32Array.from(mask), width, SHAPE.context),
      responses: tf.tensor2d(tokens, [ROWS, slots], 'int32'),
      mask: tf.ones([ROWS, slots]),
      lengths: tf.fill([ROWS], slots, 'int32') as Tensor1D,
      queryLength: 4,
    };
    const logits = languageModelHead(model, responseStates(hiddenStates(model, batch.tokens), batch));
    const { topK = 0, topP = 1 } = options;
    const temperature = numberOf(options.temperature);
    const { probs } = filterProbabilities(logits, { temperature: temperature || 1, topK, topP });
    return {
      correct: responseLogprobs(model, batch).correct,
      probs,
      uniforms: randomUniform([slots, ROWS], options.key),
    };
  });
}

/** Registers the tests for one engine. */
export function describeInvariants(engine: Engine): void {
  beforeAll(async () => void (await startEngine(engine)));

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

  describe('decoding with a cache', () => {
    it('takes the most likely token of the full forward pass', () =>
      withModels([tinyModel(4)], async (model) => {
        const options = { ...SAMPLING, temperature: 0, eos: -1 };
        const { responses, mask } = await reading(() => ({ ...generate(model, prompts(), options) }));
        const { correct } = await decodeInFull(model, responses, mask, options);
        expect(new Set(responses).size).toBeGreaterThan(2);
        expect(correct).toEqual(correct.map(() => 1));
      }));

    it.each([
      ['everything', {}],
      ['a temperature and a nucleus', { temperature: 0.8, topP: 0.8, key: { seed: 2, stream: 2 } }],
      ['the five most likely', { topK: 5 }],
    ])('draws from %s what the full forward pass draws with the same uniforms', (_, changes) =>
      withModels([tinyModel(5)], async (model) => {
        const options = { ...SAMPLING, ...changes };
        const { responses, mask } = await reading(() => ({ ...generate(model, prompts(), options) }));
        const { probs, uniforms } = await decodeInFull(model, responses, mask, options);
        expect(new Set(responses).size).toBeGreaterThan(4);
        const slots = options.responseLength;
        let ended = 0;
        for (let b = 0; b < ROWS; b++) {
          let isDone = false;
          for (let t = 0; t < slots; t++) {
            const row = probs.slice((b * slots + t) * SHAPE.vocabulary, (b * slots + t + 1) * SHAPE.vocabulary);
            let [picked, sum] = [0, row[0]];
            while (sum < uniforms[t * ROWS + b]) sum += row[++picked];
            expect(responses[b * slots + t], `row ${b} slot ${t}`).toBe(isDone ? PAD : picked);
            expect(mask[b * (4 + slots) + 4 + t]).toBe(isDone ? 0 : 1);
            isDone ||= picked === options.eos;
          }
          ended += isDone ? 1 : 0;
        }
        expect(ended, 'rows that ended by themselves').toBeGreaterThan(0);
        expect(ended).toBeLessThan(ROWS);
      }),
    );
  });

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
