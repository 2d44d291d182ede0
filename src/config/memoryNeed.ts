/**
 * Bytes a run needs on its device, on paper. Letters: L layers, C channels, V vocabulary, B rows, T tokens of a row,
 * N = B·T, R answer slots, P parameters; four bytes a number.
 *
 *   P          = V·C + context·C + L·(12C² + 13C) + 2C
 *   weights    = P for each model of the stage
 *   optimiser  = 3P for each network that learns: two moments and the gradients
 *   a step     = kept + largest moment of the way back
 *     kept     = N·(L·(16C + heads + 4) + 2C) + B·R·(V + C)       what the gradient reads, until it has been read
 *     way back = max(7·N·C, B·R·V)                                a feed-forward half, or the gradient of the logits
 *   reading    = max(11·N·C, N·C + B·R·(C + 2V))                  a block, or the logits; no gradient, nothing is kept
 *   sampling   = L·B·T·2C keys and values + 11·N·C while the prompts are read + B·V
 *
 * A block keeps its input, two normed inputs, queries, keys and values (3C), what attention gives, the sum after it, and
 * the feed-forward half before and after GELU (4C each). Steps of a stage follow each other in the same buffers, so the
 * largest counts.
 */
import type { Config } from './config';
import { ConfigError, inMegabytes } from './errors';

export type NeedStage = 'pretrain' | 'sft' | 'rm' | 'ppo';
export type NeedEngine = 'webgpu' | 'wasm' | 'cpu';

/** Bytes of one stage at its largest. */
export interface StageNeed {
  /** Weights of all models that are there in this stage. */
  weights: number;
  optimiser: number;
  /** Of the largest step, forward and back. */
  step: number;
  /** Batches, and what an iteration of PPO remembers of its answers. */
  batch: number;
  /**
   * Bytes that hold nothing. WebGPU: steps of other widths share buffers, but never fit exactly. wasm: the heap grows
   * ahead of need.
   */
  slack: number;
  total: number;
}

/** The longest prompts of the world are this long; of the large world `LONGEST_LARGE`. */
const LONGEST_PROMPT = 40;
const LONGEST_LARGE = 64;
/** Demonstrations may be this much longer than answers. */
const DEMONSTRATION_SLACK = 8;
const PTX_LENGTH = 64;
/** Rows of a batch of answers to rank, of answers to score, of demonstrations to check. */
const RANKING_ROWS = 128;
const CHECK_ROWS = 64;
const MOST_ANSWERS = 9;
const FLOAT = 4;
/** Of WebGPU's buffers beside what lies in them, measured: a share of the largest step, and some bytes at any size. */
const SLACK_SHARE = 0.4;
const SLACK_BYTES = 8e6;
/** The heap of the wasm engine grows by a fifth more than it has to. */
const HEAP_SHARE = 0.2;

/** Parameters of the language model; a scalar head adds C + 1. */
export function parameterCount(config: Config): number {
  const { 'model.layers': L, 'model.width': C, 'model.context': X, 'model.vocabulary': V } = config;
  return V * C + X * C + L * (12 * C * C + 13 * C) + 2 * C;
}

interface Batch {
  rows: number;
  /** Of a row, prompt and answer. */
  tokens: number;
  /** Of a row, for which logits are computed; 0 where a scalar head reads the states. */
  logits: number;
}

/** What the gradient keeps of a forward pass, and the largest moment of the way back. */
function learningStep(config: Config, { rows, tokens, logits }: Batch): { kept: number; back: number } {
  const { 'model.layers': L, 'model.width': C, 'model.heads': heads, 'model.vocabulary': V } = config;
  const [N, scored] = [rows * tokens, rows * logits];
  return {
    kept: FLOAT * (N * (L * (16 * C + heads + 4) + 2 * C) + scored * (V + C)),
    back: FLOAT * Math.max(7 * N * C, scored * V),
  };
}

function readingStep(config: Config, { rows, tokens, logits }: Batch): number {
  const { 'model.width': C, 'model.vocabulary': V } = config;
  const [N, scored] = [rows * tokens, rows * logits];
  return FLOAT * Math.max(11 * N * C, N * C + scored * (C + 2 * V));
}

function samplingStep(config: Config, rows: number, prompt: number): number {
  const { 'model.layers': L, 'model.width': C, 'model.vocabulary': V } = config;
  const slots = config['sampling.responseLength'];
  return FLOAT * (L * rows * (prompt + slots) * 2 * C + 11 * rows * prompt * C + rows * V);
}

/** Slots of the longest prompt beside `slots` of answer, in steps of eight. */
function promptSlots(config: Config, slots: number): number {
  const longest = config['world.size'] === 'large' ? LONGEST_LARGE : LONGEST_PROMPT;
  return Math.min(longest, config['model.context'] - slots);
}

const sum = ({ kept, back }: { kept: number; back: number }) => kept + back;

function pretrainStep(config: Config): number {
  const tokens = config['model.context'];
  return sum(learningStep(config, { rows: config['pretrain.batchSize'], tokens, logits: tokens }));
}

function sftStep(config: Config): number {
  const logits = config['sampling.responseLength'] + DEMONSTRATION_SLACK;
  const tokens = promptSlots(config, logits) + logits;
  const rows = Math.min(config['sft.batchSize'], config['data.demonstrations']);
  return Math.max(
    // Dropout keeps a mask and a masked branch of each half of a block.
    sum(learningStep(config, { rows, tokens, logits })) +
      (config['sft.dropout'] > 0 ? FLOAT * rows * tokens * config['model.width'] * 6 * config['model.layers'] : 0),
    readingStep(config, { rows: CHECK_ROWS, tokens, logits }),
  );
}

function rewardStep(config: Config): number {
  const slots = config['sampling.responseLength'];
  const prompt = promptSlots(config, slots);
  const answers = config['data.rankingSizes'] === '4_to_9' ? MOST_ANSWERS : config['data.answersPerPrompt'];
  const rows = Math.min(config['rm.batchSize'], config['data.rankings']) * answers;
  return Math.max(
    sum(learningStep(config, { rows, tokens: prompt + slots, logits: 0 })),
    readingStep(config, { rows: RANKING_ROWS, tokens: prompt + slots, logits: 0 }),
    samplingStep(config, RANKING_ROWS, prompt),
  );
}

function ppoStep(config: Config): number {
  const slots = config['sampling.responseLength'];
  const prompt = promptSlots(config, slots);
  const rows = config['ppo.batchSize'];
  const piece = { rows: rows / config['ppo.minibatches'], tokens: prompt + slots, logits: slots };
  const policy = learningStep(config, piece);
  const windows = Math.min(PTX_LENGTH, config['model.context']);
  const mix = learningStep(config, { rows: config['ppo.ptxBatchSize'], tokens: windows, logits: windows });
  return Math.max(
    sum(policy),
    // The gradients of the answers wait meanwhile.
    config['ppo.ptxCoef'] > 0 ? sum(mix) + FLOAT * parameterCount(config) : 0,
    readingStep(config, { rows, tokens: prompt + slots, logits: slots }),
    samplingStep(config, rows, prompt),
  );
}

/** Models that are there: what the run has made so far, what it makes, and one copy for each epoch of SFT until one is chosen. */
function modelsOf(config: Config, stage: NeedStage): number {
  switch (stage) {
    case 'pretrain':
      return 1;
    case 'sft':
      return 2 + config['sft.epochs'];
    case 'rm':
      return 3 + config['sft.epochs'];
    case 'ppo':
      return 5 + (config['ppo.emaDecay'] > 0 ? 1 : 0);
  }
}

const STEPS: Record<NeedStage, (config: Config) => number> = {
  pretrain: pretrainStep,
  sft: sftStep,
  rm: rewardStep,
  ppo: ppoStep,
};

/** Ids, masks, positions and what is remembered of each token of the largest batch. */
function batchBytes(config: Config, stage: NeedStage): number {
  const context = config['model.context'];
  if (stage === 'pretrain') return FLOAT * 5 * config['pretrain.batchSize'] * context;
  if (stage === 'ppo') return FLOAT * 24 * config['ppo.batchSize'] * context;
  return FLOAT * 6 * RANKING_ROWS * context;
}

/** What a stage needs at its largest. */
export function stageNeed(config: Config, stage: NeedStage, engine: NeedEngine = 'webgpu'): StageNeed {
  const parameters = FLOAT * parameterCount(config);
  const weights = modelsOf(config, stage) * parameters;
  const optimiser = 3 * parameters * (stage === 'ppo' ? 2 : 1);
  const step = STEPS[stage](config);
  const batch = batchBytes(config, stage);
  const held = weights + optimiser + step + batch;
  // Windows of text have one width, answers many.
  const pooled = SLACK_SHARE * step + (stage === 'pretrain' ? 0 : SLACK_BYTES);
  const slack = engine === 'webgpu' ? pooled : HEAP_SHARE * held;
  return { weights, optimiser, step, batch, slack, total: held + slack };
}

/** What the device in use allows; absent is unknown. */
export interface MemoryLimits {
  engine?: NeedEngine;
  /** Bytes of one tensor. */
  tensor?: number;
  /** Bytes altogether. */
  total?: number;
}

/** Bytes of the largest single tensor of a stage: the widest of a block, logits, or keys and values of a layer. */
export function largestTensor(config: Config, stage: NeedStage): number {
  const { 'model.width': C, 'model.vocabulary': V, 'model.context': X } = config;
  const slots = config['sampling.responseLength'];
  const learned = { pretrain: X, sft: slots + DEMONSTRATION_SLACK, rm: 0, ppo: slots }[stage];
  const rows = {
    pretrain: config['pretrain.batchSize'],
    sft: Math.max(CHECK_ROWS, config['sft.batchSize']),
    rm: Math.max(RANKING_ROWS, config['rm.batchSize'] * config['data.answersPerPrompt']),
    ppo: config['ppo.batchSize'],
  }[stage];
  return FLOAT * Math.max(rows * X * 4 * C, rows * learned * V, V * C);
}

export type Verdict = 'fits' | 'tight' | 'tooLarge';

/** From this share of all there is on, other programs will feel it. */
const TIGHT_SHARE = 0.5;

/** Whether a stage fits into the device. `tooLarge` is certain to fail. */
export function judgeNeed(config: Config, stage: NeedStage, { engine, tensor, total }: MemoryLimits): Verdict {
  const need = stageNeed(config, stage, engine);
  if (tensor !== undefined && largestTensor(config, stage) > tensor) return 'tooLarge';
  if (total === undefined) return 'fits';
  if (need.total - need.slack > total) return 'tooLarge';
  return need.total > TIGHT_SHARE * total ? 'tight' : 'fits';
}

/** Refuses a run that cannot fit, before anything of the present one goes. @throws ConfigError with the remedy */
export function checkMemory(config: Config, stages: readonly NeedStage[], limits: MemoryLimits): void {
  const stage = stages.find((each) => judgeNeed(config, each, limits) === 'tooLarge');
  if (!stage) return;
  const [need, allowed] =
    limits.tensor !== undefined && largestTensor(config, stage) > limits.tensor
      ? [`one tensor of ${inMegabytes(largestTensor(config, stage))}`, inMegabytes(limits.tensor)]
      : [`about ${inMegabytes(stageNeed(config, stage, limits.engine).total)}`, inMegabytes(limits.total!)];
  throw new ConfigError(
    `memory: ${stage} needs ${need}; expected at most ${allowed}, which is what this device has; choose smaller batches or a smaller preset.`,
  );
}
