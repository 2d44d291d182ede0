/**
 * The optimisation phase of one PPO iteration. Nothing is read until the phase is over: every update
 * leaves a row of numbers on the device.
 */
import * as tf from '@tensorflow/tfjs';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import type { Config } from '../config/config';
import type { Random } from '../data/random';
import { embedding } from '../kernels/embedding';
import type { StepRunner } from '../kernels/stepRunner';
import type { Gpt } from '../nn/gpt';
import type { AdamW } from '../nn/optimizer';
import type { Experience } from '../rlhf/experience';
import { policyGradients, valueGradients, type PolicyMinibatch, type ValueMinibatch } from '../rlhf/ppoUpdate';
import { responseLogprobs, responseValues, type ResponseBatch } from '../rlhf/responses';
import type { DeviceRing } from './deviceRing';
import { disposeResponseBatch, responseBatch, type Item } from './items';
import type { PpoRow } from './ppoMetrics';
import { phaseSettings, readPhase, type MinibatchPlace, type PhaseFrame, type PhaseWatch } from './ppoPhases';
import { disposeWindows, textWindows } from './pretrain';
import type { Announce, StepReport } from './report';
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

/** Of the iteration's experience, what each of the two updates reads. */
const POLICY_READS = ['logprobs', 'advantages'] as const;
const VALUE_READS = ['values', 'returns'] as const;

/** What one piece of the batch is cut from: its answers, their places in the iteration, and what is read of its experience. */
type Piece<Read extends keyof Experience> = {
  batch: ResponseBatch;
  /** [b] int32 */
  rows: Tensor1D;
  experience: Pick<Experience, Read>;
};

function startPiece<Read extends keyof Experience>(
  { items, experience, policy }: Phase,
  rows: readonly number[],
  responseLength: number,
  reads: readonly Read[],
): Piece<Read> {
  const chosen = rows.map((row) => items[row]);
  // All pieces of an iteration are as wide as the iteration itself, so that they are one step to whoever runs them.
  const batch = responseBatch(chosen, policy.shape, responseLength, items);
  const read = Object.fromEntries(reads.map((name) => [name, experience[name]])) as Pick<Experience, Read>;
  return { batch, rows: tf.tensor1d([...rows], 'int32'), experience: read };
}

/** Frees what `startPiece` made; the experience is the iteration's. */
function endPiece({ batch, rows }: Pick<Piece<never>, 'batch' | 'rows'>): void {
  disposeResponseBatch(batch);
  rows.dispose();
}

function cutForPolicy({ batch, rows, experience }: Piece<(typeof POLICY_READS)[number]>): PolicyMinibatch {
  const { logprobs, advantages } = experience;
  return { batch, oldLogprobs: embedding(logprobs, rows), advantages: embedding(advantages, rows) };
}

function cutForValues({ batch, rows, experience }: Piece<(typeof VALUE_READS)[number]>): ValueMinibatch {
  const { values, returns } = experience;
  return { batch, oldValues: embedding(values, rows), returns: embedding(returns, rows) };
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
    piece: startPiece(phase, rows, config['sampling.responseLength'], POLICY_READS),
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
    const result = policyGradients(policy, cutForPolicy(piece), clipRange, temperature, mix);
    const { gradients, total, metrics, entropy, ptxLoss, newLogprobs } = result;
    policyOptimizer.update(gradients, total);
    const row = withNorms(policyOptimizer, [metrics, entropy, total, ...(ptxLoss ? [ptxLoss] : [])]);
    tf.dispose([metrics, entropy, ptxLoss ?? []]);
    return { row, newLogprobs };
  });
  end(inputs);
  ring.push(phase.step, text ? 'policy+ptx' : 'policy', row, (observe) => {
    const again = start();
    const minibatch = cutForPolicy(again.piece);
    const { clipRange, temperature } = live;
    const result = policyGradients(policy, minibatch, clipRange, temperature, again.mix, { observe });
    tf.dispose([minibatch.oldLogprobs, minibatch.advantages]);
    end(again);
    tf.dispose([result.metrics, result.entropy, result.newLogprobs, result.ptxLoss ?? []]);
    return { value: result.total, gradients: result.gradients };
  });
  return newLogprobs;
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
  const piece = startPiece(phase, rows, config['sampling.responseLength'], VALUE_READS);
  const live = { clipRange: config['ppo.valueClipRange'] };
  valueOptimizer.advance(config['ppo.valueLearningRate']);
  const step = { name: 'value', uses: [valueModel, valueOptimizer], inputs: { piece, isWarmup }, live };
  const { row, newValues } = await runner.run(step, ({ piece, isWarmup }, { clipRange }) => {
    // While only the value network learns there is no old policy to stay close to: clipping would just slow it down.
    const result = valueGradients(valueModel, cutForValues(piece), isWarmup ? null : clipRange, 1);
    const { gradients, metrics, loss, newValues } = result;
    valueOptimizer.update(gradients, loss);
    const row = withNorms(valueOptimizer, [metrics, loss]);
    tf.dispose([metrics, loss]);
    return { row, newValues };
  });
  endPiece(piece);
  ring.push(phase.step, 'value', row, (observe) => {
    const again = startPiece(phase, rows, config['sampling.responseLength'], VALUE_READS);
    const minibatch = cutForValues(again);
    const result = valueGradients(valueModel, minibatch, isWarmup ? null : live.clipRange, 1, { observe });
    tf.dispose([minibatch.oldValues, minibatch.returns]);
    endPiece(again);
    tf.dispose([result.metrics, result.newValues]);
    return { value: result.loss, gradients: result.gradients };
  });
  return newValues;
}
