import * as tf from '@tensorflow/tfjs';
import type { Config } from '../config/config';
import { Random, stream, type RandomState } from '../data/random';
import { tokenBatch } from '../nn/batch';
import { valueAndGradients } from '../nn/gradients';
import type { ForwardOptions, Gpt } from '../nn/gpt';
import { learningRate } from '../nn/schedule';
import { nextTokenLogprobs, nextTokenLoss } from '../rlhf/languageModelLoss';
import { readValues } from '../kernels/defineKernel';
import { DeviceRing, type RingRow } from './deviceRing';
import type { MetricsRow, StageLoop } from './report';
import { cosineToTenth, Course, supervisedOptimizer, withNorms, type SavedCourse } from './supervised';

/** Pages as one stream of tokens, separated by the end token. */
export interface Pages {
  train: Int32Array;
  /** Never trained on. */
  validation: Int32Array;
}

/** Windows of text on the device with the tokens they predict. */
export type Windows = {
  tokens: ReturnType<typeof tokenBatch>;
  targets: tf.Tensor1D;
  counted: tf.Tensor1D;
};

/** Cuts windows of `length` tokens out of a token stream at the given starts. Owned by the caller. */
export function textWindows(pages: Int32Array, starts: readonly number[], length: number, context: number): Windows {
  const ids = new Int32Array(starts.length * length);
  const targets = new Int32Array(starts.length * length);
  starts.forEach((start, row) => {
    ids.set(pages.subarray(start, start + length), row * length);
    targets.set(pages.subarray(start + 1, start + length + 1), row * length);
  });
  return {
    tokens: tokenBatch(ids, new Float32Array(ids.length).fill(1), length, context),
    targets: tf.tensor1d(targets, 'int32'),
    counted: tf.ones([ids.length]) as tf.Tensor1D,
  };
}

export function disposeWindows({ tokens, targets, counted }: Windows): void {
  tf.dispose([tokens.ids, tokens.mask, tokens.positions, targets, counted]);
}

/**
 * Next-token loss of fixed windows of held-out pages, nats per token, one number per window. One readback per batch.
 * @param windows at most this many
 */
export async function pageLosses(model: Gpt, pages: Int32Array, windows = 64): Promise<number[]> {
  const length = model.shape.context;
  const available = Math.floor((pages.length - 1) / length);
  const starts = Array.from({ length: Math.min(windows, available) }, (_, i) => i * length);
  const losses: number[] = [];
  const rows = 16;
  for (let at = 0; at < starts.length; at += rows) {
    const part = textWindows(pages, starts.slice(at, at + rows), length, length);
    const perWindow = tf.tidy(() =>
      nextTokenLogprobs(model, part.tokens, part.targets).reshape([-1, length]).mean(1).neg(),
    );
    losses.push(...(await readValues(perWindow)));
    perWindow.dispose();
    disposeWindows(part);
  }
  return losses;
}

/** Mean of `pageLosses`: the most sensitive meter of the alignment tax. */
export async function pageLoss(model: Gpt, pages: Int32Array, windows = 64): Promise<number> {
  const losses = await pageLosses(model, pages, windows);
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
}

const EVALUATIONS = 10;

export type PretrainCourse = Course<Random, { rate: number }>;

/** @param saved continues from there; the weights are the caller's to bring back */
export function startPretrain(model: Gpt, config: Config, saved?: SavedCourse<RandomState>): PretrainCourse {
  return new Course(
    saved ? new Random(saved.draws) : stream(config['run.seed'], 'pretrain/windows'),
    supervisedOptimizer(model.parameters, config['pretrain.weightDecay'], saved?.optimizer),
    new DeviceRing('pretrain', config['run.logEvery']),
    pretrainRow,
    saved,
  );
}

/**
 * Pretraining: next-token prediction on pages. Trains `model` in place and returns it.
 * @source world recipe; AdamW with warm-up and cosine to 10 %
 */
export async function* pretrain(
  model: Gpt,
  pages: Pages,
  config: Config,
  course = startPretrain(model, config),
): StageLoop<Gpt> {
  const { optimizer, ring } = course;
  const length = config['model.context'];
  const rows = config['pretrain.batchSize'];
  const totalSteps = Math.max(1, Math.floor(config['pretrain.tokens'] / (rows * length)));
  const schedule = cosineToTenth(totalSteps, config['pretrain.warmupSteps'], 0.02);
  try {
    while (course.step < totalSteps) {
      const step = course.step + 1;
      // 1 windows of text
      const starts = Array.from({ length: rows }, () => course.draws.int(pages.train.length - length - 1));
      const windows = textWindows(pages.train, starts, length, length);
      // 2 loss and gradients, 3 update
      const rate = learningRate({ ...schedule, peak: config['pretrain.learningRate'] }, step - 1);
      optimizer.advance(rate);
      const { row } = await course.runner.run(
        { name: 'pretrain', uses: [model, optimizer], inputs: windows },
        (batch) => {
          const { value, gradients } = pageGradients(model, batch);
          optimizer.update(gradients, value);
          return { row: withNorms(optimizer, [value]) };
        },
      );
      disposeWindows(windows);
      ring.push(step, { rate }, row, (observe) => {
        const again = textWindows(pages.train, starts, length, length);
        const result = pageGradients(model, again, observe);
        disposeWindows(again);
        return result;
      });
      // 4 metrics, read together every few steps
      const read: MetricsRow[] = [];
      if (ring.isFull || step === totalSteps) read.push(...(await course.read()));
      if (step % Math.ceil(totalSteps / EVALUATIONS) === 0 || step === totalSteps) {
        read.push({ step, metrics: { 'pretrain/eval_loss': await pageLoss(model, pages.validation, 16) } });
      }
      course.step = step;
      yield { stage: 'pretrain', step, totalSteps, rows: read, tokens: rows * length, episodes: 0 };
    }
    return model;
  } finally {
    course.dispose();
  }
}

/** Loss of windows of text and its gradients, owned by the caller. */
function pageGradients(model: Gpt, { tokens, targets, counted }: Windows, observe?: ForwardOptions['observe']) {
  return valueAndGradients(model.parameters, () => nextTokenLoss(model, tokens, targets, counted, { observe }));
}

function pretrainRow({ step, host, values }: RingRow<{ rate: number }>): MetricsRow {
  const [norm, , loss] = values;
  return { step, metrics: { 'pretrain/loss': loss, 'pretrain/grad_norm': norm, 'pretrain/lr': host.rate } };
}
