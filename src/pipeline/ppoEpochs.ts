/**
 * The optimisation phase of one PPO iteration, and its metrics. Nothing is read until the phase is over: every update
 * leaves a row of numbers on the device.
 */
import * as tf from '@tensorflow/tfjs';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import type { Config } from '../config/config';
import type { Random } from '../data/random';
import { embedding } from '../kernels/embedding';
import { joinValues } from '../kernels/joinValues';
import { POLICY_METRICS, VALUE_METRICS } from '../kernels/ppoLoss';
import type { StepRunner } from '../kernels/stepRunner';
import type { Gpt } from '../nn/gpt';
import type { AdamW } from '../nn/optimizer';
import type { Experience } from '../rlhf/experience';
import { policyGradients, valueGradients, type Minibatch } from '../rlhf/ppoUpdate';
import { responseLogprobs, responseValues, type ResponseBatch } from '../rlhf/responses';
import type { DeviceRing } from './deviceRing';
import { disposeResponseBatch, responseBatch, type Item } from './items';
import { phaseSettings, readPhase, type MinibatchPlace, type PhaseFrame, type PhaseWatch } from './ppoPhases';
import { disposeWindows, textWindows } from './pretrain';
import type { Announce, Metrics, StepReport } from './report';
import { withNorms } from './supervised';

export interface Learner {
  policyOptimizer: AdamW;
  valueOptimizer: AdamW;
  shuffle: Random;
  pages: Random;
  /** Runs the steps of all iterations. */
  runner: StepRunner;
}

/** What one iteration's updates work on. */
export interface Phase {
  policy: Gpt;
  valueModel: Gpt;
  items: readonly Item[];
  experience: Experience;
  /** Token stream for the pretraining mix, asked for only while it is on. */
  pages: () => Int32Array;
  /** Iteration, 1-based. */
  step: number;
  policyRate: number;
  /** β in force, for whoever watches. */
  klCoef: number;
  watch: PhaseWatch;
  announce: Announce;
}

/** Which numbers a row of the device ring holds. */
export type PpoRow = 'policy' | 'policy+ptx' | 'value' | 'summary';

const PTX_LENGTH = 64;
const VALUE_STEPS_DURING_WARMUP = 2;

/**
 * `ppo.epochs` passes over `ppo.minibatches` random pieces; during the value warm-up only the value network learns.
 * Yields a frame after each piece, and one after all, where somebody watches.
 */
export async function* runEpochs(
  phase: Phase,
  learner: Learner,
  config: Config,
  ring: DeviceRing<PpoRow>,
): AsyncGenerator<StepReport, void> {
  const movesPolicy = phase.step > config['ppo.valueWarmup'];
  const pieces = config['ppo.minibatches'];
  const epochs = config['ppo.epochs'];
  const size = phase.items.length / pieces;
  for (let epoch = 1; epoch <= epochs; epoch++) {
    const order = learner.shuffle.shuffle(phase.items.map((_, row) => row));
    for (let index = 1; index <= pieces; index++) {
      const rows = order.slice((index - 1) * size, index * size);
      const seen: Seen = {};
      if (movesPolicy) seen.newLogprobs = await updatePolicy(phase, rows, learner, config, ring);
      for (let i = 0; i < (movesPolicy ? 1 : VALUE_STEPS_DURING_WARMUP); i++) {
        seen.newValues = await updateValues(phase, rows, learner, config, !movesPolicy, ring);
      }
      const place = { epoch, epochs, index, pieces, rows, movesPolicy };
      const frame = phase.watch.isOn ? await updateFrame(phase, config, seen, place) : null;
      if (frame) yield phase.announce(frame);
    }
  }
  if (phase.watch.isOn) yield phase.announce(await resultFrame(phase, config));
}

/** What the losses of a piece were computed from, before its update. */
interface Seen {
  newLogprobs?: Tensor2D;
  newValues?: Tensor2D;
}

async function updateFrame(phase: Phase, config: Config, seen: Seen, update: MinibatchPlace): Promise<PhaseFrame> {
  const { step, items, klCoef } = phase;
  const slots = seen.newValues!.shape[1];
  const tensors = await readPhase({ ...seen });
  return { phase: 'minibatch', step, items, slots, tensors, settings: phaseSettings(config, klCoef), update };
}

/** The whole batch read again with the updated networks: how far this iteration has moved each token. */
async function resultFrame(phase: Phase, config: Config): Promise<PhaseFrame> {
  const { step, items, klCoef, policy, valueModel } = phase;
  const batch = responseBatch(items, policy.shape, config['sampling.responseLength']);
  const after = tf.tidy(() => ({
    newLogprobs: responseLogprobs(policy, batch, config['sampling.temperature']).logprobs.mul(batch.mask),
    newValues: responseValues(valueModel, batch).mul(batch.mask),
  }));
  const tensors = await readPhase(after);
  const slots = batch.responses.shape[1];
  tf.dispose(after);
  disposeResponseBatch(batch);
  return { phase: 'result', step, items, slots, tensors, settings: phaseSettings(config, klCoef), update: null };
}

/** What one piece of the batch is cut from: its answers, their places in the iteration, and the iteration's experience. */
type Piece = Pick<Experience, 'logprobs' | 'values' | 'advantages' | 'returns'> & {
  batch: ResponseBatch;
  /** [b] int32 */
  rows: Tensor1D;
};

function startPiece({ items, experience, policy }: Phase, rows: readonly number[], responseLength: number): Piece {
  const { logprobs, values, advantages, returns } = experience;
  const chosen = rows.map((row) => items[row]);
  // All pieces of an iteration are as wide as the iteration itself, so that they are one step to whoever runs them.
  const batch = responseBatch(chosen, policy.shape, responseLength, items);
  return { batch, rows: tf.tensor1d([...rows], 'int32'), logprobs, values, advantages, returns };
}

/** Frees what `startPiece` made; the experience is the iteration's. */
function endPiece({ batch, rows }: Piece): void {
  disposeResponseBatch(batch);
  rows.dispose();
}

function cutMinibatch({ batch, rows, logprobs, values, advantages, returns }: Piece): Minibatch {
  const take = (tensor: Tensor2D) => embedding(tensor, rows);
  return {
    batch,
    oldLogprobs: take(logprobs),
    oldValues: take(values),
    advantages: take(advantages),
    returns: take(returns),
  };
}

/** Windows of pretraining text on the device, with their weight; null where there is none to mix in. */
function startMix(text: Int32Array | null, starts: readonly number[], policy: Gpt, coefficient: number) {
  const length = Math.min(PTX_LENGTH, policy.shape.context);
  return text && { coefficient: tf.scalar(coefficient), ...textWindows(text, starts, length, policy.shape.context) };
}

function endMix(mix: ReturnType<typeof startMix>): void {
  if (!mix) return;
  disposeWindows(mix);
  mix.coefficient.dispose();
}

/** @returns the log-probabilities that the loss saw; they hold until the next update */
async function updatePolicy(
  phase: Phase,
  rows: readonly number[],
  { policyOptimizer, pages, runner }: Learner,
  config: Config,
  ring: DeviceRing<PpoRow>,
): Promise<Tensor2D> {
  const { policy } = phase;
  const coefficient = config['ppo.ptxCoef'];
  const text = coefficient > 0 ? phase.pages() : null;
  const starts = text
    ? Array.from({ length: config['ppo.ptxBatchSize'] }, () => pages.int(text.length - PTX_LENGTH - 1))
    : [];
  const start = () => ({
    piece: startPiece(phase, rows, config['sampling.responseLength']),
    mix: startMix(text, starts, policy, coefficient),
  });
  const end = ({ piece, mix }: ReturnType<typeof start>) => {
    endPiece(piece);
    endMix(mix);
  };
  const inputs = start();
  const live = { clipRange: config['ppo.clipRange'], temperature: config['sampling.temperature'] };
  policyOptimizer.advance(phase.policyRate);
  const uses = [policy, policyOptimizer];
  const { row, newLogprobs } = await runner.run({ name: 'policy', uses, inputs, live }, ({ piece, mix }, numbers) => {
    const { clipRange, temperature } = numbers;
    const result = policyGradients(policy, cutMinibatch(piece), clipRange, temperature, mix);
    const { gradients, total, metrics, entropy, ptxLoss, newLogprobs } = result;
    policyOptimizer.update(gradients, total);
    const row = withNorms(policyOptimizer, [metrics, entropy, total, ...(ptxLoss ? [ptxLoss] : [])]);
    tf.dispose([metrics, entropy, ptxLoss ?? []]);
    return { row, newLogprobs };
  });
  end(inputs);
  ring.push(phase.step, text ? 'policy+ptx' : 'policy', row, (observe) => {
    const again = start();
    const minibatch = cutMinibatch(again.piece);
    const { clipRange, temperature } = live;
    const result = policyGradients(policy, minibatch, clipRange, temperature, again.mix, { observe });
    disposeCut(minibatch);
    end(again);
    tf.dispose([result.metrics, result.entropy, result.newLogprobs, result.ptxLoss ?? []]);
    return { value: result.total, gradients: result.gradients };
  });
  return newLogprobs;
}

function disposeCut({ oldLogprobs, oldValues, advantages, returns }: Minibatch): void {
  tf.dispose([oldLogprobs, oldValues, advantages, returns]);
}

/** @returns the values that the loss saw; they hold until the next update */
async function updateValues(
  phase: Phase,
  rows: readonly number[],
  { valueOptimizer, runner }: Learner,
  config: Config,
  isWarmup: boolean,
  ring: DeviceRing<PpoRow>,
): Promise<Tensor2D> {
  const { valueModel } = phase;
  const piece = startPiece(phase, rows, config['sampling.responseLength']);
  const live = { clipRange: config['ppo.valueClipRange'] };
  valueOptimizer.advance(config['ppo.valueLearningRate']);
  const step = { name: 'value', uses: [valueModel, valueOptimizer], inputs: { piece, isWarmup }, live };
  const { row, newValues } = await runner.run(step, ({ piece, isWarmup }, { clipRange }) => {
    // While only the value network learns there is no old policy to stay close to: clipping would just slow it down.
    const result = valueGradients(valueModel, cutMinibatch(piece), isWarmup ? null : clipRange, 1);
    const { gradients, metrics, loss, newValues } = result;
    valueOptimizer.update(gradients, loss);
    const row = withNorms(valueOptimizer, [metrics, loss]);
    tf.dispose([metrics, loss]);
    return { row, newValues };
  });
  endPiece(piece);
  ring.push(phase.step, 'value', row, (observe) => {
    const again = startPiece(phase, rows, config['sampling.responseLength']);
    const minibatch = cutMinibatch(again);
    const result = valueGradients(valueModel, minibatch, isWarmup ? null : live.clipRange, 1, { observe });
    disposeCut(minibatch);
    endPiece(again);
    tf.dispose([result.metrics, result.newValues]);
    return { value: result.loss, gradients: result.gradients };
  });
  return newValues;
}

/** Adds the iteration's own numbers to the same readback. */
export function pushSummary(ring: DeviceRing<PpoRow>, experience: Experience, step: number): void {
  const row = tf.tidy(() => joinValues([tf.zeros([2]), experience.summary]));
  ring.push(step, 'summary', row);
  row.dispose();
}

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Reads the phase's rows and averages them over minibatches. One readback. @throws DivergedError */
export async function readMetrics(ring: DeviceRing<PpoRow>): Promise<Metrics> {
  const rows = await ring.drain();
  const [kl, nonScore, scores, rlhfReward, entropy] = rows.find((row) => row.host === 'summary')!.values.slice(2);
  const policy = rows.filter((row) => row.host.startsWith('policy')).map((row) => row.values);
  const value = rows.filter((row) => row.host === 'value').map((row) => row.values);
  const policyMean = (name: (typeof POLICY_METRICS)[number]) =>
    mean(policy.map((row) => row[2 + POLICY_METRICS.indexOf(name)]));
  const valueMean = (name: (typeof VALUE_METRICS)[number]) =>
    mean(value.map((row) => row[2 + VALUE_METRICS.indexOf(name)]));
  const after = 2 + POLICY_METRICS.length;
  const metrics: Metrics = {
    'objective/kl': kl,
    'objective/non_score_reward': nonScore,
    'objective/scores': scores,
    'objective/rlhf_reward': rlhfReward,
    'objective/entropy': entropy,
    'loss/value_avg': mean(value.map((row) => row[2 + VALUE_METRICS.length])),
    'val/clipfrac_avg': 100 * valueMean('vf_clipfrac'),
    'val/var_explained': valueMean('var_explained'),
    'val/returns_mean': valueMean('returns_mean'),
  };
  if (policy.length > 0) {
    const ratios = policy.map((row) => row[2 + POLICY_METRICS.indexOf('ratio_mean')]);
    Object.assign(metrics, {
      'policy/clipfrac_avg': 100 * policyMean('pg_clipfrac'),
      'policy/approxkl_avg': policyMean('approxkl_k2'),
      'policy/entropy_avg': mean(policy.map((row) => row[after])),
      'policy/grad_norm': mean(policy.map((row) => row[0])),
      'loss/policy_avg': policyMean('pg_loss'),
      'loss/total': mean(policy.map((row) => row[after + 1])),
      'val/ratio': mean(ratios),
      'val/ratio_var': mean(ratios.map((ratio) => (ratio - mean(ratios)) ** 2)),
    } satisfies Metrics);
  }
  const mixed = rows.filter((row) => row.host === 'policy+ptx').map((row) => row.values[after + 2]);
  if (mixed.length > 0) metrics['loss/ptx'] = mean(mixed);
  return metrics;
}
