/** What a plan costs before it is started: arithmetic from parameter and token counts, time from a probe of this machine. */
import * as tf from '@tensorflow/tfjs';
import { parameterCount, resolveConfig, type Config } from '../config/config';
import { stream } from '../data/random';
import { readValues } from '../kernels/defineKernel';
import { initialiseGpt } from '../nn/initialise';
import { sampleAnswers } from '../pipeline/sampling';
import { trainSft } from '../pipeline/sft';
import { shapeOf } from '../pipeline/run';
import type { Item } from '../pipeline/items';
import type { AnyJob } from './job';
import { settingsOf } from './session';

/** Floating-point operations in units of 10¹². */
export interface Cost {
  /** Forward and backward over whole rows. */
  training: number;
  /** Token by token; the same arithmetic takes longer. */
  sampling: number;
}

/** Tokens of a row of a batch, padding included: measured, prompts of 11 and answers of 13 tokens on average. */
const ROW_TOKENS = 36;
const PER_TOKEN_TRAINED = 6;
const PER_TOKEN_FORWARD = 2;
/** Answers that the suites of one policy ask for, and rows they only look at. */
const SUITE_ANSWERS = 1300;
const SUITE_ROWS = 3000;
const ANSWERS_PER_PROMPT = 4;
const FOLDS = 5;

/**
 * Operations of a job: 6 per parameter and token learned from, 2 per token looked at.
 * @source Kaplan et al. 2020 (arXiv:2001.08361), section 2.1
 */
export function costOf(job: AnyJob, config: Config): Cost {
  const parameters = parameterCount(config) / 1e12;
  const learn = (rows: number) => rows * ROW_TOKENS * PER_TOKEN_TRAINED * parameters;
  const look = (rows: number) => rows * ROW_TOKENS * PER_TOKEN_FORWARD * parameters;
  const rewardRows = (rankings: number) => rankings * config['data.answersPerPrompt'] * config['rm.epochs'];
  const { rows, looked, sampled } = rowsOf(job, config, rewardRows);
  return { training: learn(rows) + look(looked), sampling: look(sampled) };
}

interface Rows {
  /** Learned from. */
  rows: number;
  /** Looked at once, forward only. */
  looked: number;
  sampled: number;
}

function rowsOf(job: AnyJob, config: Config, rewardRows: (rankings: number) => number): Rows {
  const answers = config['data.answersPerPrompt'];
  const validation = config['data.validationPrompts'];
  switch (job.kind) {
    case 'sft':
      return { rows: config['data.demonstrations'] * config['sft.epochs'], looked: 0, sampled: 0 };
    case 'reward': {
      const sampled = (config['data.rankings'] + validation) * answers + validation * config['sft.epochs'];
      return { rows: rewardRows(config['data.rankings']), looked: 4 * validation * answers, sampled };
    }
    case 'ppo':
      return addRows(ppoRows(config), checkRows(job.options.checks.length + 1, job.options.prompts));
    case 'prompted':
      return checkRows(job.options.candidates, job.options.prompts);
    case 'publicTasks':
      return { rows: job.options.examples * config['sft.epochs'], looked: 0, sampled: 0 };
    case 'policy': {
      const draws = job.options.policy === 'bestOf4' ? 4 : 1;
      const asked = job.options.prompts + job.options.completionPrompts + SUITE_ANSWERS;
      return { rows: 0, looked: SUITE_ROWS, sampled: draws * asked };
    }
    case 'judge':
      return { rows: 0, looked: 0, sampled: 0 };
    case 'bestOfN':
      return checkRows(job.options.samples, job.options.prompts);
    case 'rewardStudy':
      return checkRows(ANSWERS_PER_PROMPT, job.options.prompts);
    case 'rewardSizes': {
      const rows = job.options.rankings.reduce((sum, rankings) => sum + rewardRows(rankings), 0);
      return addRows({ rows, looked: 0, sampled: 0 }, checkRows(ANSWERS_PER_PROMPT, job.options.prompts));
    }
    case 'crossValidation': {
      const rows = FOLDS * rewardRows(job.options.rankings * (1 - 1 / FOLDS));
      return addRows({ rows, looked: 0, sampled: 0 }, checkRows(ANSWERS_PER_PROMPT, job.options.prompts));
    }
    case 'sftEpochs': {
      const rows = config['data.demonstrations'] * job.options.epochs;
      return addRows({ rows, looked: 0, sampled: 0 }, checkRows(job.options.epochs, job.options.prompts));
    }
    case 'round': {
      const collected = (job.options.rankings + validation) * answers;
      const earlier = config['data.rankings'] + (job.options.round - 1) * job.options.rankings;
      const learned = { rows: rewardRows(earlier), looked: 0, sampled: collected };
      return addRows(addRows(learned, ppoRows(config)), checkRows(2, job.options.prompts));
    }
    default: {
      const unknown: never = job;
      throw new RangeError(`budget: no cost for ${JSON.stringify(unknown)}.`);
    }
  }
}

const addRows = (a: Rows, b: Rows): Rows => ({
  rows: a.rows + b.rows,
  looked: a.looked + b.looked,
  sampled: a.sampled + b.sampled,
});

/** Answers, their scores, and their likelihood under policy and reference. */
const checkRows = (times: number, prompts: number): Rows => ({
  rows: 0,
  looked: 3 * times * prompts,
  sampled: times * prompts,
});

/** Policy and value network learn; reward model, reference, policy and value network look at every answer. */
function ppoRows(config: Config): Rows {
  const episodes = config['ppo.iterations'] * config['ppo.batchSize'];
  const updates = config['ppo.iterations'] * config['ppo.epochs'] * config['ppo.minibatches'];
  const pages =
    config['ppo.ptxCoef'] > 0 ? (updates * config['ppo.ptxBatchSize'] * config['model.context']) / ROW_TOKENS : 0;
  return { rows: 2 * episodes * config['ppo.epochs'] + pages, looked: 4 * episodes, sampled: episodes };
}

/** Operations a second, in units of 10¹². */
export interface Speed {
  training: number;
  sampling: number;
}

/** Probe: batches of random rows, as long as this. */
const PROBE_SECONDS = 2;
const PROBE_ROWS = 32;

/** Measures how fast this machine trains and samples a model of a preset, for about two seconds. */
export async function probe(job: AnyJob): Promise<Speed> {
  const config = { ...resolveConfig(settingsOf(job)), 'sft.epochs': 1000, 'sft.batchSize': PROBE_ROWS };
  const random = stream(1, 'probe');
  const model = initialiseGpt(shapeOf(config), () => random.gaussian());
  const token = () => 2 + random.int(config['model.vocabulary'] - 2);
  const row = (): Item => ({ prompt: Array.from({ length: 16 }, token), response: Array.from({ length: 20 }, token) });
  const data = { train: Array.from({ length: PROBE_ROWS }, row), validation: [] };
  const parameters = parameterCount(config) / 1e12;
  const rows = { trained: 0, sampled: 0 };
  const loop = trainSft(model, data, config, (weights) => tf.dispose(weights.parameters));
  // The first step prepares the kernels and is not counted.
  await loop.next();
  const trainingSeconds = await timed(async () => {
    await loop.next();
    await readValues(model.parameters['transformer.ln_f.bias']);
    rows.trained += PROBE_ROWS;
  });
  await loop.return(undefined);
  const prompts = data.train.map(({ prompt }) => prompt);
  const settings = { responseLength: config['sampling.responseLength'], temperature: 1, seed: 1, stream: 'probe' };
  const samplingSeconds = await timed(async () => {
    await sampleAnswers(model, [...prompts, ...prompts], settings);
    rows.sampled += 2 * PROBE_ROWS;
  });
  tf.dispose(model.parameters);
  return {
    training: (rows.trained * ROW_TOKENS * PER_TOKEN_TRAINED * parameters) / trainingSeconds,
    sampling: (rows.sampled * ROW_TOKENS * PER_TOKEN_FORWARD * parameters) / samplingSeconds,
  };
}

/** Repeats work for half of the probe's time. @returns seconds it took */
async function timed(work: () => Promise<void>): Promise<number> {
  const begun = performance.now();
  do await work();
  while (performance.now() - begun < (PROBE_SECONDS / 2) * 1000);
  return (performance.now() - begun) / 1000;
}

/** Minutes of one process. */
export function minutesFor(cost: Cost, speed: Speed): number {
  return (cost.training / speed.training + cost.sampling / speed.sampling) / 60;
}
