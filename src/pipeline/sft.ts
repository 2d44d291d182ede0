import type * as tf from '@tensorflow/tfjs';
import type { Config } from '../config/config';
import { hashText, stream } from '../data/random';
import { readStep } from '../kernels/readStep';
import type { StepRunner } from '../kernels/stepRunner';
import { valueAndGradients } from '../nn/gradients';
import { copyModel, type ForwardOptions, type Gpt } from '../nn/gpt';
import { learningRate } from '../nn/schedule';
import { sftLoss } from '../rlhf/languageModelLoss';
import type { ResponseBatch } from '../rlhf/responses';
import { DeviceRing, type RingRow } from './deviceRing';
import { countTokens, demonstrationSlots, disposeResponseBatch, responseBatch, type Item } from './items';
import { Passes, type PassesState } from './passes';
import type { MetricsRow, StageLoop } from './report';
import { cosineToTenth, Course, supervisedOptimizer, withNorms, type SavedCourse } from './supervised';

export interface SftData {
  train: Item[];
  validation: Item[];
}

const EVALUATION_ROWS = 64;

/** Mean loss per answer token over items, prompts not counted. */
export async function evaluateSft(
  model: Gpt,
  items: readonly Item[],
  responseLength: number,
  runner?: StepRunner,
): Promise<number> {
  let sum = 0;
  let tokens = 0;
  for (let at = 0; at < items.length; at += EVALUATION_ROWS) {
    const part = items.slice(at, at + EVALUATION_ROWS);
    const batch = responseBatch(part, model.shape, responseLength);
    const step = { name: 'sft/eval', uses: [model], inputs: { batch } };
    const { loss } = await readStep(runner, step, (given) => {
      const { loss, metrics } = sftLoss(model, given.batch);
      metrics.dispose();
      return { loss };
    });
    const count = part.reduce((total, item) => total + Math.min(item.response.length, responseLength), 0);
    sum += loss[0] * count;
    tokens += count;
    disposeResponseBatch(batch);
  }
  return sum / tokens;
}

/** What a row of the ring belongs to: the rate in force, and answer tokens learned from up to it. */
interface SftHost {
  rate: number;
  tokens: number;
}
export type SftCourse = Course<Passes, SftHost>;

/** @param saved continues from there; the weights are the caller's to bring back */
export function startSft(model: Gpt, data: SftData, config: Config, saved?: SavedCourse<PassesState>): SftCourse {
  return new Course(
    new Passes(data.train.length, stream(config['run.seed'], 'sft/shuffle'), saved?.draws),
    supervisedOptimizer(model.parameters, config['sft.weightDecay'], saved?.optimizer),
    new DeviceRing('sft', config['run.logEvery']),
    sftRow,
    saved,
  );
}

/**
 * Supervised fine-tuning on demonstrations: loss on answer and end tokens. Trains `model` in place.
 * @param onEpoch takes over a copy of the weights after each epoch; the best by reward starts PPO
 * @source Ouyang et al. 2022, section 3.5 and App. C.1. Differs by default: see `config/settings.ts`.
 */
export async function* trainSft(
  model: Gpt,
  data: SftData,
  config: Config,
  onEpoch: (weights: Gpt) => void,
  course = startSft(model, data, config),
): StageLoop<void> {
  const { optimizer, ring } = course;
  const responseLength = demonstrationSlots(config);
  const rows = Math.min(config['sft.batchSize'], data.train.length);
  const perEpoch = Math.floor(data.train.length / rows);
  const totalSteps = config['sft.epochs'] * perEpoch;
  const schedule = cosineToTenth(totalSteps, config['sft.warmupSteps'], 0.1);
  try {
    while (course.step < totalSteps) {
      const step = course.step + 1;
      // 1 demonstrations
      const items = course.draws.batch(rows).map((i) => data.train[i]);
      const batch = responseBatch(items, model.shape, responseLength);
      // 2 loss and gradients, 3 update
      const rate = learningRate({ ...schedule, peak: config['sft.learningRate'] }, step - 1);
      optimizer.advance(rate);
      const inputs = { batch, rate: config['sft.dropout'], seed: hashText(String(config['run.seed'])) };
      const live = { stream: hashText(`sft/dropout/${step}`) };
      const uses = [model, optimizer];
      const { row } = await course.runner.run(
        { name: 'sft', uses, inputs, live },
        ({ batch, rate, seed }, { stream }) => {
          const { value, gradients, metrics } = sftGradients(model, batch, { rate, key: { seed, stream } });
          optimizer.update(gradients, value);
          const row = withNorms(optimizer, [value, metrics]);
          metrics.dispose();
          return { row };
        },
      );
      disposeResponseBatch(batch);
      course.tokens += items.reduce((sum, item) => sum + Math.min(item.response.length, responseLength), 0);
      ring.push(step, { rate, tokens: course.tokens }, row, (observe) => {
        const again = responseBatch(items, model.shape, responseLength);
        const key = { seed: inputs.seed, stream: live.stream };
        const { metrics, ...result } = sftGradients(model, again, { rate: inputs.rate, key }, observe);
        disposeResponseBatch(again);
        metrics.dispose();
        return result;
      });
      // 4 metrics, read together every few steps; at the end of an epoch the validation loss and a checkpoint
      const read: MetricsRow[] = [];
      const endsEpoch = step % perEpoch === 0;
      if (ring.isFull || endsEpoch) read.push(...(await course.read()));
      if (endsEpoch) {
        onEpoch(copyModel(model));
        if (data.validation.length > 0)
          read.push({
            step,
            metrics: { 'sft/eval_loss': await evaluateSft(model, data.validation, responseLength, course.runner) },
          });
      }
      course.step = step;
      yield { stage: 'sft', step, totalSteps, rows: read, tokens: countTokens(items), episodes: 0 };
    }
  } finally {
    course.dispose();
  }
}

/** Gradients of one step; the same key drops the same activations. All results are owned by the caller. */
function sftGradients(
  model: Gpt,
  batch: ResponseBatch,
  dropout: ForwardOptions['dropout'],
  observe?: ForwardOptions['observe'],
) {
  const options = { observe, dropout };
  const side: { metrics?: tf.Tensor1D } = {};
  const result = valueAndGradients(model.parameters, () => {
    const { loss, metrics } = sftLoss(model, batch, options);
    side.metrics = metrics;
    return loss;
  });
  return { ...result, metrics: side.metrics! };
}

function sftRow({ step, host, values }: RingRow<SftHost>): MetricsRow {
  const [norm, , loss, accuracy, entropy] = values;
  return {
    step,
    metrics: {
      'sft/loss': loss,
      'sft/mean_token_accuracy': accuracy,
      'sft/entropy': entropy,
      'sft/grad_norm': norm,
      'sft/lr': host.rate,
      'sft/num_tokens': host.tokens,
    },
  };
}
