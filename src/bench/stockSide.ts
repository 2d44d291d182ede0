/** Stock TensorFlow.js as a side of the comparison: its operations, its optimiser, its settings. */
import * as tf from '@tensorflow/tfjs';
import type { Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs';
import type { Engine, EngineInfo } from '../kernels/device';
import type { Gpt, GptShape } from '../nn/gpt';
import { SkippedError, type Bout, type Side } from './side';
import { attend, causalMask, splitHeads, stockBlocks, stockLogits, stockLoss } from './stockGpt';
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

/** With a key/value cache, and tokens drawn on the device by the Gumbel maximum; read back once a batch. */
function sampleOnce(model: Gpt, prompts: Tensor2D, task: SampleTask, isGreedy: boolean): Tensor2D {
  const { rows, promptTokens, newTokens, shape } = task;
  const wte = model.parameters['transformer.wte.weight'] as Tensor2D;
  const wpe = model.parameters['transformer.wpe.weight'] as Tensor2D;
  return tf.tidy(() => {
    const keys: Tensor4D[] = [];
    const values: Tensor4D[] = [];
    const split = (each: Tensor2D) => splitHeads(each, rows, shape.heads);
    const embedded = tf
      .gather(wte, prompts)
      .add(wpe.slice([0, 0], [promptTokens, shape.width]))
      .reshape([rows * promptTokens, shape.width]) as Tensor2D;
    const mask = causalMask(promptTokens);
    const remember = (layer: number, k: Tensor2D, v: Tensor2D) => {
      keys[layer] = keys[layer] ? (tf.concat([keys[layer], split(k)], 2) as Tensor4D) : split(k);
      values[layer] = values[layer] ? (tf.concat([values[layer], split(v)], 2) as Tensor4D) : split(v);
    };
    let x = stockBlocks(model, embedded, (q, k, v, layer) => {
      remember(layer, k, v);
      return attend(split(q), keys[layer], values[layer], mask);
    });
    x = x
      .reshape([rows, promptTokens, shape.width])
      .slice([0, promptTokens - 1, 0], [rows, 1, shape.width])
      .reshape([rows, shape.width]) as Tensor2D;
    const noise = tf.randomUniform([newTokens, rows, shape.vocabulary], 1e-7, 1).log().neg().log().neg();
    const drawn: Tensor1D[] = [];
    for (let step = 0; step < newTokens; step++) {
      const logits = stockLogits(model, x);
      const scores = isGreedy
        ? logits
        : logits.add(noise.slice([step, 0, 0], [1, rows, shape.vocabulary]).reshape([rows, shape.vocabulary]));
      const next = tf.argMax(scores, 1) as Tensor1D;
      drawn.push(next);
      if (step === newTokens - 1) break;
      const position = wpe.slice([promptTokens + step, 0], [1, shape.width]);
      x = stockBlocks(model, tf.gather(wte, next).add(position) as Tensor2D, (q, k, v, layer) => {
        remember(layer, k, v);
        return attend(split(q), keys[layer], values[layer], null);
      });
    }
    return tf.stack(drawn, 1) as Tensor2D;
  });
}

function prepareSample(task: SampleTask): Bout {
  const model = variables(task.shape, task.weights);
  const prompts = tf.tensor2d(task.prompts, [task.rows, task.promptTokens], 'int32');
  let isGreedy = false;
  let newest: ArrayLike<number> = [];
  return {
    async work() {
      const tokens = sampleOnce(model, prompts, task, isGreedy);
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
  const last = tf.tidy(() =>
    tf.oneHot(
      tf.tensor1d(
        task.lengths.map((length) => length - 1),
        'int32',
      ),
      slots,
    ),
  );
  const { klCoef, gamma, lambda } = BENCH_CREDIT;
  let newest: Tensor2D | null = null;
  return {
    work() {
      newest?.dispose();
      newest = tf.tidy(() => {
        const rewards = logprobs.sub(referenceLogprobs).mul(-klCoef).add(last.mul(scores)).mul(real) as Tensor2D;
        const known = values.mul(real) as Tensor2D;
        const column = (x: Tensor2D, t: number) => x.slice([0, t], [rows, 1]);
        const advantages: Tensor2D[] = [];
        let next: Tensor2D = tf.zeros([rows, 1]);
        let advantage: Tensor2D = tf.zeros([rows, 1]);
        for (let t = slots - 1; t >= 0; t--) {
          const value = column(known, t);
          const delta = column(rewards, t).add(next.mul(gamma)).sub(value);
          advantage = delta.add(advantage.mul(gamma * lambda)) as Tensor2D;
          advantages[t] = advantage;
          next = value;
        }
        return tf.concat(advantages, 1);
      });
    },
    result: async () => (newest ? newest.data() : []),
    dispose() {
      newest?.dispose();
      tf.dispose([...inputs, scores, real, last]);
    },
  };
}

/** @param info of the engine that runs, already started */
export function stockSide(engine: Engine, info: EngineInfo): Side {
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
