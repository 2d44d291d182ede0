/**
 * This project's own code as a side of the comparison: the models, losses, optimiser and loops that the page runs. Captured,
 * as the page does it, or eager: every command encoded anew in every step.
 */
import * as tf from '@tensorflow/tfjs';
import type { Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import type { Engine, EngineInfo } from '../kernels/device';
import { readValues } from '../kernels/defineKernel';
import { gae } from '../kernels/gae';
import { klRewards } from '../kernels/klRewards';
import { StepRunner, type LiveNumbers, type Step } from '../kernels/stepRunner';
import { tokenBatch } from '../nn/batch';
import { valueAndGradients } from '../nn/gradients';
import { answerPositions, decode } from '../nn/generate';
import { disposeModel, type Gpt, type GptShape } from '../nn/gpt';
import { AdamW } from '../nn/optimizer';
import type { AssetReader } from '../pipeline/assets';
import { nextTokenLoss } from '../rlhf/languageModelLoss';
import { prepareRun } from './oursRun';
import type { Bout, Side } from './side';
import type { CreditTask, NamedArray, SampleTask, TrainTask } from './task';
import { wasmHeapBytes } from './wasmHeap';
import { BENCH_ADAM, BENCH_CREDIT } from './workloads';
import type { StepNumber } from '../kernels/stepValue';
import { yardstickRate } from '../kernels/yardstick';

function modelOf(shape: GptShape, weights: NamedArray[]): Gpt {
  const parameters = Object.fromEntries(
    weights.map((weight) => [weight.name, tf.keep(tf.tensor(weight.values, weight.shape))]),
  );
  return { shape, parameters };
}

const ones = (count: number) => new Float32Array(count).fill(1);

/** Runs a step through a runner, or as if there were none; what it computed last is read from `newest`. */
class Steps<O extends Record<string, Tensor>> {
  readonly #runner: StepRunner | null;
  newest: O | null = null;

  constructor(isCaptured: boolean) {
    this.#runner = isCaptured ? new StepRunner() : null;
  }

  async run<I extends object, L extends LiveNumbers>(
    step: Step<I, L>,
    compute: (inputs: I, live: Record<keyof L, StepNumber>) => O,
  ): Promise<void> {
    if (this.#runner) {
      this.newest = await this.#runner.run(step, compute);
      return;
    }
    tf.dispose(this.newest ?? []);
    this.newest = tf.tidy(() => compute(step.inputs, step.live ?? ({} as L)));
    Object.values(this.newest).forEach((tensor) => tf.keep(tensor));
  }

  async read(name: keyof O): Promise<ArrayLike<number>> {
    return this.newest ? readValues(this.newest[name]) : [];
  }

  dispose(): void {
    if (this.#runner) this.#runner.dispose();
    else tf.dispose(this.newest ?? []);
  }
}

function prepareTrain(task: TrainTask, isCaptured: boolean): Bout {
  const model = modelOf(task.shape, task.weights);
  const { learningRate, ...betas } = BENCH_ADAM;
  const optimizer = new AdamW(model.parameters, { ...betas, weightDecay: 0, maxGradNorm: 0 });
  const { context } = task.shape;
  const batch = tokenBatch(task.ids, ones(task.ids.length), context, context);
  const targets = tf.tensor1d(task.targets, 'int32');
  const counted = tf.ones([task.ids.length]) as Tensor1D;
  const steps = new Steps<{ loss: Scalar }>(isCaptured);
  const step = { name: 'bench/train', uses: [model, optimizer], inputs: { batch, targets, counted } };
  return {
    async work() {
      optimizer.advance(learningRate);
      await steps.run(step, (inputs) => {
        const { value: loss, gradients } = valueAndGradients(model.parameters, () =>
          nextTokenLoss(model, inputs.batch, inputs.targets, inputs.counted),
        );
        optimizer.update(gradients, loss);
        tf.dispose(gradients);
        return { loss };
      });
    },
    result: () => steps.read('loss'),
    dispose() {
      steps.dispose();
      optimizer.dispose();
      disposeModel(model);
      tf.dispose([batch.ids, batch.mask, batch.positions, targets, counted]);
    },
  };
}

function prepareSample(task: SampleTask, isCaptured: boolean): Bout {
  const model = modelOf(task.shape, task.weights);
  const { rows, promptTokens, newTokens, shape } = task;
  const tokens = tokenBatch(task.prompts, ones(rows * promptTokens), promptTokens, shape.context);
  const positions = answerPositions(new Int32Array(rows).fill(promptTokens), newTokens, shape.context);
  const steps = new Steps<{ responses: Tensor2D; mask: Tensor2D }>(isCaptured);
  let temperature = 1;
  let batches = 0;
  let newest: ArrayLike<number> = [];
  return {
    async work() {
      const live = { temperature, stream: batches++ };
      await steps.run({ name: 'bench/sample', uses: [model], inputs: { tokens, positions }, live }, (inputs, numbers) =>
        decode(model, inputs.tokens, inputs.positions, {
          responseLength: newTokens,
          temperature: numbers.temperature,
          // Outside the vocabulary: no answer ends early.
          eos: shape.vocabulary,
          pad: 0,
          key: { seed: 1, stream: numbers.stream },
        }),
      );
      newest = await steps.read('responses');
    },
    result: () => Promise.resolve(newest),
    setGreedy(isGreedy) {
      temperature = isGreedy ? 0 : 1;
    },
    dispose() {
      steps.dispose();
      disposeModel(model);
      tf.dispose([positions, tokens.ids, tokens.mask, tokens.positions]);
    },
  };
}

function prepareCredit(task: CreditTask, isCaptured: boolean): Bout {
  const size: [number, number] = [task.rows, task.slots];
  const inputs = {
    logprobs: tf.tensor2d(task.logprobs, size),
    referenceLogprobs: tf.tensor2d(task.referenceLogprobs, size),
    values: tf.tensor2d(task.values, size),
    scores: tf.tensor1d(task.scores),
    lengths: tf.tensor1d(task.lengths, 'int32'),
    hasEos: tf.ones([task.rows], 'int32') as Tensor1D,
  };
  const steps = new Steps<{ advantages: Tensor2D }>(isCaptured);
  const { klCoef, gamma, lambda } = BENCH_CREDIT;
  const rules = {
    klCoef,
    estimator: 'k1',
    scorePosition: 'last_token',
    scoreClip: null,
    missingEosPenalty: null,
    missingEosScore: null,
  } as const;
  return {
    async work() {
      await steps.run({ name: 'bench/credit', inputs }, ({ values, ...rewarded }) => {
        const { rewards } = klRewards(rewarded, rules);
        const { lengths } = rewarded;
        const { advantages } = gae({ rewards, values, lengths }, { gamma, lambda, valueMask: 'length' });
        return { advantages };
      });
    },
    result: () => steps.read('advantages'),
    dispose() {
      steps.dispose();
      tf.dispose(inputs);
    },
  };
}

/**
 * @param info of the engine that runs, already started
 * @param read where shipped models are found, for whole runs
 * @param isCaptured whether steps are captured once and replayed, as on the page; whole runs always are
 */
export function oursSide(engine: Engine, info: EngineInfo, read: AssetReader, isCaptured = true): Side {
  return {
    info: { adapter: info.adapter, isSoftware: info.isSoftware },
    async prepare(task) {
      switch (task.kind) {
        case 'train':
          return prepareTrain(task, isCaptured);
        case 'sample':
          return prepareSample(task, isCaptured);
        case 'credit':
          return prepareCredit(task, isCaptured);
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
    heapBytes: wasmHeapBytes,
  };
}
