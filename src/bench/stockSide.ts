/** Stock TensorFlow.js as a side of the comparison: its operations, its optimiser, its settings. */
import * as tf from '@tensorflow/tfjs';
import type { Tensor2D } from '@tensorflow/tfjs';
import type { Engine, EngineInfo } from '../kernels/device';
import type { Gpt, GptShape } from '../nn/gpt';
import type { AssetReader } from '../pipeline/assets';
import { SkippedError, type Bout, type Side } from './side';
import { prepareStockRun } from './oursRun';
import { stockAdvantages } from './stockCredit';
import { causalMask, stockLoss } from './stockGpt';
import { stockSample } from './stockSample';
import type { CreditTask, NamedArray, SampleTask, TrainTask } from './task';
import { wasmHeapBytes } from './wasmHeap';
import { BENCH_ADAM, BENCH_CREDIT } from './workloads';

/** What TensorFlow.js hands in at once unless told otherwise. */
const DEFAULT_BATCH = 15;

function variables(shape: GptShape, weights: NamedArray[]): Gpt {
  const entries = weights.map(({ name, shape: size, values }) => {
    const variable = tf.variable(tf.tensor(values, size));
    return [name, variable] as const;
  });
  return { shape, parameters: Object.fromEntries(entries) };
}

const oneHot = (ids: Int32Array, depth: number) =>
  tf.tidy(() => tf.oneHot(tf.tensor1d(ids, 'int32'), depth).toFloat() as Tensor2D);

function prepareTrain(task: TrainTask): Bout {
  const model = variables(task.shape, task.weights);
  const { learningRate, beta1, beta2, epsilon } = BENCH_ADAM;
  const optimizer = tf.train.adam(learningRate, beta1, beta2, epsilon);
  const inputs = oneHot(task.ids, task.shape.vocabulary);
  const targets = oneHot(task.targets, task.shape.vocabulary);
  const mask = causalMask(task.shape.context);
  const all = Object.values(model.parameters) as tf.Variable[];
  let newest: tf.Scalar | null = null;
  return {
    work() {
      newest?.dispose();
      const { value, grads } = tf.variableGrads(() => stockLoss(model, inputs, targets, task.rows, mask), all);
      optimizer.applyGradients(grads as Record<string, tf.Variable>);
      tf.dispose(grads);
      newest = value;
    },
    result: async () => (newest ? newest.data() : []),
    dispose() {
      newest?.dispose();
      optimizer.dispose();
      tf.dispose([...all, inputs, targets, mask]);
    },
  };
}

function prepareSample(task: SampleTask): Bout {
  const model = variables(task.shape, task.weights);
  const prompts = tf.tensor2d(task.prompts, [task.rows, task.promptTokens], 'int32');
  const { newTokens } = task;
  let isGreedy = false;
  let newest: ArrayLike<number> = [];
  return {
    async work() {
      const tokens = stockSample(model, prompts, { newTokens, temperature: 1, isGreedy, padding: null });
      newest = await tokens.data();
      tokens.dispose();
    },
    result: () => Promise.resolve(newest),
    setGreedy(to) {
      isGreedy = to;
    },
    dispose: () => tf.dispose([...Object.values(model.parameters), prompts]),
  };
}

function prepareCredit(task: CreditTask): Bout {
  const { rows, slots } = task;
  const matrix = (values: Float32Array) => tf.tensor2d(values, [rows, slots]);
  const inputs = [task.logprobs, task.referenceLogprobs, task.values].map(matrix);
  const [logprobs, referenceLogprobs, values] = inputs;
  const scores = tf.tensor2d(task.scores, [rows, 1]);
  const real = matrix(
    Float32Array.from({ length: rows * slots }, (_, i) => (i % slots < task.lengths[Math.floor(i / slots)] ? 1 : 0)),
  );
  const ends = Int32Array.from(task.lengths, (length) => length - 1);
  const last = tf.tidy(() => tf.oneHot(tf.tensor1d(ends, 'int32'), slots) as Tensor2D);
  let newest: Tensor2D | null = null;
  return {
    work() {
      newest?.dispose();
      newest = tf.tidy(() =>
        stockAdvantages({ logprobs, referenceLogprobs, values, scores, real, last }, BENCH_CREDIT),
      );
    },
    result: async () => (newest ? newest.data() : []),
    dispose() {
      newest?.dispose();
      tf.dispose([...inputs, scores, real, last]);
    },
  };
}

/**
 * @param info of the engine that runs, already started
 * @param read where shipped models are found, for PPO
 */
export function stockSide(engine: Engine, info: EngineInfo, read: AssetReader): Side {
  if (engine === 'webgpu') tf.env().set('WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE', DEFAULT_BATCH);
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
          return prepareStockRun(task, read);
        case 'pipeline':
          throw new SkippedError('nobody has written this pipeline in stock operations');
        default: {
          const unknown: never = task;
          return unknown;
        }
      }
    },
    heapBytes: wasmHeapBytes,
  };
}
