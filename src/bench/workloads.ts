/**
 * What is measured, defined once for every side of a comparison: GPT-2 in float32, one full AdamW update a training
 * step, the same weights, batches and prompts everywhere.
 */
import type { GptShape } from '../nn/gptShape';

export type WorkloadId = 'W1' | 'W2' | 'W3' | 'W4' | 'W5' | 'W6' | 'W7';

interface Common {
  id: WorkloadId;
  /** A few words, for tables. */
  title: string;
  /** What one repetition is. */
  unit: string;
}

export type Workload = Common &
  (
    | { kind: 'train'; shape: GptShape; rows: number }
    | { kind: 'sample'; shape: GptShape; rows: number; promptTokens: number; newTokens: number }
    | { kind: 'credit'; rows: number; slots: number }
    | { kind: 'ppo'; preset: 'small'; ptxCoef: number }
    | { kind: 'pipeline'; preset: 'nano' }
  );

const TINY: GptShape = { vocabulary: 256, width: 64, layers: 2, heads: 4, context: 64 };
const SMALL: GptShape = { vocabulary: 512, width: 128, layers: 4, heads: 4, context: 64 };

export const WORKLOADS: readonly Workload[] = [
  { id: 'W1', title: 'train tiny', unit: 'training step', kind: 'train', shape: TINY, rows: 16 },
  { id: 'W2', title: 'train small', unit: 'training step', kind: 'train', shape: SMALL, rows: 32 },
  {
    id: 'W3',
    title: 'sample',
    unit: 'batch of 32 answers',
    kind: 'sample',
    shape: SMALL,
    rows: 32,
    promptTokens: 16,
    newTokens: 32,
  },
  { id: 'W4', title: 'rewards and GAE', unit: 'batch of 512 answers', kind: 'credit', rows: 512, slots: 64 },
  { id: 'W5', title: 'PPO', unit: 'iteration of preset small', kind: 'ppo', preset: 'small', ptxCoef: 0 },
  { id: 'W6', title: 'PPO-ptx', unit: 'iteration of preset small', kind: 'ppo', preset: 'small', ptxCoef: 0.5 },
  { id: 'W7', title: 'whole nano', unit: 'SFT, reward model and PPO', kind: 'pipeline', preset: 'nano' },
];

/** AdamW of the training workloads. Weight decay and clipping are off, because not every side has them. */
export const BENCH_ADAM = { learningRate: 1e-3, beta1: 0.9, beta2: 0.95, epsilon: 1e-8 } as const;

/** β, γ and λ of the credit workload. */
export const BENCH_CREDIT = { klCoef: 0.02, gamma: 1, lambda: 0.95 } as const;

/** @throws RangeError for an id that is not in the table */
export function workload(id: string): Workload {
  const found = WORKLOADS.find((each) => each.id === id);
  if (!found)
    throw new RangeError(`bench: got workload ${id}; expected one of ${WORKLOADS.map((each) => each.id).join(', ')}.`);
  return found;
}

/** Multiplications and additions of a forward pass over `tokens` tokens, each attending to `seen` tokens on average. */
function forwardFlops({ layers, width, vocabulary }: GptShape, tokens: number, seen: number): number {
  const dense = layers * 12 * width * width + width * vocabulary;
  const attention = layers * 2 * seen * width;
  return 2 * tokens * (dense + attention);
}

/**
 * Arithmetic of one unit on paper: matrix products and attention, its causal half; a backward pass counts twice the
 * forward one. Null where the work depends on the run.
 */
export function flopsOf(workload: Workload): number | null {
  switch (workload.kind) {
    case 'train': {
      const { shape, rows } = workload;
      return 3 * forwardFlops(shape, rows * shape.context, (shape.context + 1) / 2);
    }
    case 'sample': {
      const { shape, rows, promptTokens, newTokens } = workload;
      const total = promptTokens + newTokens - 1;
      const inBlocks = forwardFlops(shape, rows * total, (total + 1) / 2);
      // The output layer reads no prompt token but the last.
      return inBlocks - 2 * rows * (promptTokens - 1) * shape.width * shape.vocabulary;
    }
    case 'credit':
    case 'ppo':
    case 'pipeline':
      return null;
    default: {
      const unknown: never = workload;
      return unknown;
    }
  }
}
