/** The numbers a workload starts from, as plain arrays, so that a side in any language or thread can be handed them. */
import { stream, type Random } from '../data/random';
import { parameterShapes, type GptShape } from '../nn/gptShape';
import type { Workload, WorkloadId } from './workloads';

export interface NamedArray {
  name: string;
  shape: number[];
  values: Float32Array;
}

/** Two successive tokens of a row are input and target, so a row holds one token more than the context. */
export interface TrainTask {
  kind: 'train';
  id: WorkloadId;
  shape: GptShape;
  rows: number;
  weights: NamedArray[];
  /** [rows, context] */
  ids: Int32Array;
  /** [rows, context] */
  targets: Int32Array;
}

export interface SampleTask {
  kind: 'sample';
  id: WorkloadId;
  shape: GptShape;
  rows: number;
  promptTokens: number;
  newTokens: number;
  weights: NamedArray[];
  /** [rows, promptTokens] */
  prompts: Int32Array;
}

export interface CreditTask {
  kind: 'credit';
  id: WorkloadId;
  rows: number;
  slots: number;
  /** [rows, slots] */
  logprobs: Float32Array;
  /** [rows, slots] */
  referenceLogprobs: Float32Array;
  /** [rows, slots] */
  values: Float32Array;
  /** [rows] */
  scores: Float32Array;
  /** [rows], from 1 to slots */
  lengths: Int32Array;
}

export type PpoTask = { kind: 'ppo' } & Pick<Extract<Workload, { kind: 'ppo' }>, 'id' | 'preset' | 'ptxCoef'>;
export type PipelineTask = { kind: 'pipeline' } & Pick<Extract<Workload, { kind: 'pipeline' }>, 'id' | 'preset'>;

export type Task = TrainTask | SampleTask | CreditTask | PpoTask | PipelineTask;

const SEED = 20220304;
const SPREAD = 0.02;
/** Wider than usual: the most likely token then leads by more than rounding, and greedy answers can be compared. */
const SAMPLE_SPREAD = 0.1;

/** Weights as GPT-2 starts, but for the gains, which are 1 there as well. */
function drawWeights(shape: GptShape, random: Random, spread: number): NamedArray[] {
  return parameterShapes(shape).map(([name, size]) => {
    const values = new Float32Array(size.reduce((product, n) => product * n, 1));
    if (/ln_(1|2|f)\.weight$/.test(name)) values.fill(1);
    else if (name.endsWith('.weight')) for (let i = 0; i < values.length; i++) values[i] = random.gaussian() * spread;
    return { name, shape: size, values };
  });
}

const tokens = (count: number, vocabulary: number, random: Random) =>
  Int32Array.from({ length: count }, () => random.int(vocabulary));

/** @returns the same numbers on every machine */
export function makeTask(workload: Workload): Task {
  const random = stream(SEED, `bench/${workload.id}`);
  switch (workload.kind) {
    case 'train': {
      const { id, shape, rows } = workload;
      const weights = drawWeights(shape, random, SPREAD);
      const text = tokens(rows * (shape.context + 1), shape.vocabulary, random);
      const column = (shift: number) =>
        Int32Array.from({ length: rows * shape.context }, (_, i) => text[i + Math.floor(i / shape.context) + shift]);
      return { kind: 'train', id, shape, rows, weights, ids: column(0), targets: column(1) };
    }
    case 'sample': {
      const { id, shape, rows, promptTokens, newTokens } = workload;
      const weights = drawWeights(shape, random, SAMPLE_SPREAD);
      const prompts = tokens(rows * promptTokens, shape.vocabulary, random);
      return { kind: 'sample', id, shape, rows, promptTokens, newTokens, weights, prompts };
    }
    case 'credit': {
      const { id, rows, slots } = workload;
      const draw = (count: number, mean: number, spread: number) =>
        Float32Array.from({ length: count }, () => mean + spread * random.gaussian());
      return {
        kind: 'credit',
        id,
        rows,
        slots,
        logprobs: draw(rows * slots, -2, 0.5),
        referenceLogprobs: draw(rows * slots, -2, 0.5),
        values: draw(rows * slots, 0, 1),
        scores: draw(rows, 0, 1),
        lengths: Int32Array.from({ length: rows }, () => 1 + random.int(slots)),
      };
    }
    case 'ppo':
      return { kind: 'ppo', id: workload.id, preset: workload.preset, ptxCoef: workload.ptxCoef };
    case 'pipeline':
      return { kind: 'pipeline', id: workload.id, preset: workload.preset };
    default: {
      const unknown: never = workload;
      return unknown;
    }
  }
}
