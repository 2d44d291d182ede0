/** This project's own code as a side of the comparison: the models, losses, optimiser and loops that the page runs. */
import * as tf from '@tensorflow/tfjs';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import { engineBytes, type Engine, type EngineInfo } from '../kernels/device';
import { readValues } from '../kernels/defineKernel';
import { gae } from '../kernels/gae';
import { klRewards } from '../kernels/klRewards';
import { tokenBatch } from '../nn/batch';
import { valueAndGradients } from '../nn/gradients';
import { generate } from '../nn/generate';
import { disposeModel, type Gpt, type GptShape } from '../nn/gpt';
import { AdamW } from '../nn/optimizer';
import type { AssetReader } from '../pipeline/assets';
import { nextTokenLoss } from '../rlhf/languageModelLoss';
import { prepareRun } from './oursRun';
import type { Bout, Side } from './side';
import type { CreditTask, NamedArray, SampleTask, TrainTask } from './task';
import { BENCH_ADAM, BENCH_CREDIT } from './workloads';
import { yardstickRate } from '../kernels/yardstick';

function modelOf(shape: GptShape, weights: NamedArray[]): Gpt {
  const parameters = Object.fromEntries(
    weights.map((weight) => [weight.name, tf.keep(tf.tensor(weight.values, weight.shape))]),
  );
  return { shape, parameters };
}

const ones = (count: number) => new Float32Array(count).fill(1);

function prepareTrain(task: TrainTask): Bout {
  const model = modelOf(task.shape, task.weights);
  const { learningRate, ...betas } = BENCH_ADAM;
  const optimizer = new AdamW(model.parameters, { ...betas, weightDecay: 0, maxGradNorm: 0 });
  const { context } = task.shape;
  const batch = tokenBatch(task.ids, ones(task.ids.length), context, context);
  const targets = tf.tensor1d(task.targets, 'int32');
  const counted = tf.ones([task.ids.length]) as Tensor1D;
  let newest: tf.Scalar | null = null;
  return {
    work() {
      newest?.dispose();
      const { value, gradients } = valueAndGradients(model.parameters, () =>
        nextTokenLoss(model, batch, targets, counted),
      );
      optimizer.apply(gradients, learningRate, value);
      tf.dispose(gradients);
      newest = value;
    },
    result: async () => (newest ? readValues(newest) : []),
    dispose() {
      optimizer.dispose();
      disposeModel(model);
      tf.dispose([batch.ids, batch.mask, batch.positions, targets, counted]);
      newest?.dispose();
    },
  };
}

function prepareSample(task: SampleTask): Bout {
  const model = modelOf(task.shape, task.weights);
  const { rows, promptTokens, newTokens, shape } = task;
  const tokens = tokenBatch(task.prompts, ones(rows * promptTokens), promptTokens, shape.context);
  const prompts = { tokens, lengths: new Int32Array(rows).fill(promptTokens), queryLength: promptTokens };
  let temperature = 1;
  let batches = 0;
  let newest: ArrayLike<number> = [];
  return {
    async work() {
      const { responses, mask } = generate(model, prompts, {
        responseLength: newTokens,
        temperature,
        // Outside the vocabulary: no answer ends early.
        eos: shape.vocabulary,
        pad: 0,
        key: { seed: 1, stream: 1, offset: batches++ * rows * newTokens },
      });
      newest = await readValues(responses);
      tf.dispose([responses, mask]);
    },
    result: () => Promise.resolve(newest),
    setGreedy(isGreedy) {
      temperature = isGreedy ? 0 : 1;
    },
    dispose() {
      disposeModel(model);
      tf.dispose([tokens.ids, tokens.mask, tokens.positions]);
    },
  };
}

function prepareCredit(task: CreditTask): Bout {
  const size: [number, number] = [task.rows, task.slots];
  const logprobs = tf.tensor2d(task.logprobs, size);
  const referenceLogprobs = tf.tensor2d(task.referenceLogprobs, size);
  const values = tf.tensor2d(task.values, size);
  const scores = tf.tensor1d(task.scores);
  const lengths = tf.tensor1d(task.lengths, 'int32');
  const hasEos = tf.ones([task.rows], 'int32') as Tensor1D;
  let newest: Tensor2D | null = null;
  return {
    work() {
      newest?.dispose();
      newest = tf.tidy(() => {
        const { rewards } = klRewards(
          { logprobs, referenceLogprobs, scores, lengths, hasEos },
          {
            klCoef: BENCH_CREDIT.klCoef,
            estimator: 'k1',
            scorePosition: 'last_token',
            scoreClip: null,
            missingEosPenalty: null,
            missingEosScore: null,
          },
        );
        const { gamma, lambda } = BENCH_CREDIT;
        return gae({ rewards, values, lengths }, { gamma, lambda, valueMask: 'length' }).advantages;
      });
    },
    result: async () => (newest ? readValues(newest) : []),
    dispose() {
      tf.dispose([logprobs, referenceLogprobs, values, scores, lengths, hasEos]);
      newest?.dispose();
    },
  };
}

/**
 * @param info of the engine that runs, already started
 * @param read where shipped models are found, for whole runs
 */
export function oursSide(engine: Engine, info: EngineInfo, read: AssetReader): Side {
  return {
    info: { adapter: info.adapter, isSoftware: info.isSoftware },
    async prepare(task) {
      switch (task.kind) {
        case 'train':
          return prepareTrain(task);
        case 'sample':
          return prepareSample(task);
        case 'credit':
          return prepareCredit(task);
        case 'ppo':
        case 'pipeline':
          return prepareRun(task, read);
        default: {
          const unknown: never = task;
          return unknown;
        }
      }
    },
    yardstick: () => yardstickRate(engine),
    heapBytes: () => (engine === 'webgpu' ? null : engineBytes()),
  };
}
