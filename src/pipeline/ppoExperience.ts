/** Steps 2 to 5 of a PPO iteration: from answers to what the updates learn from. */
import * as tf from '@tensorflow/tfjs';
import type { Tensor1D } from '@tensorflow/tfjs';
import type { Config } from '../config/config';
import { EOS_ID } from '../data/tokenizer';
import { joinValues } from '../kernels/joinValues';
import type { StepRunner } from '../kernels/stepRunner';
import type { Gpt } from '../nn/gpt';
import {
  assignCredit,
  computeExperience,
  penalisedRewards,
  readTokens,
  type Credit,
  type Experience,
  type ExperienceSettings,
  type TokenReadings,
  type TokenRewards,
} from '../rlhf/experience';
import { responseScores, type ResponseBatch } from '../rlhf/responses';
import { disposeResponseBatch, responseBatch, type Item } from './items';
import { phaseSettings, readPhase, takeStale, type PhaseFrame, type PhaseWatch } from './ppoPhases';
import type { Announce, StepReport } from './report';

/** Settings whose values a captured step reads anew are plain numbers here. */
export type LiveExperienceSettings = ExperienceSettings & { klCoef: number; temperature: number };

/** The settings of the experience of one iteration, read anew each time because several may change while it runs. */
export function experienceSettings(config: Config, klCoef: number): LiveExperienceSettings {
  const optional = (value: number) => (value === 0 ? null : value);
  return {
    klCoef,
    klEstimator: config['ppo.klEstimator'],
    scoreClip: optional(config['ppo.scoreClip']),
    missingEosPenalty: optional(config['ppo.missingEosPenalty']),
    missingEosScore: null,
    scorePosition: 'last_token',
    gamma: config['ppo.gamma'],
    lambda: config['ppo.lambda'],
    temperature: config['sampling.temperature'],
    whitenRewards: config['ppo.whitenRewards'],
    whitenAdvantages: config['ppo.whitenAdvantages'],
    unbiasedVariance: false,
  };
}

/** [B] int32, 1 where an answer ended by itself; owned by the caller. */
export function endedFlags(items: readonly Item[]): Tensor1D {
  const flags = items.map(({ response }) => (response[response.length - 1] === EOS_ID ? 1 : 0));
  return tf.tensor1d(flags, 'int32');
}

/** The answers of one iteration. */
export interface Answers {
  items: readonly Item[];
  /** Iteration, 1-based. */
  step: number;
  runner: StepRunner;
}

export interface Actors {
  policy: Gpt;
  reference: Gpt;
  rewardModel: Gpt;
  valueModel: Gpt;
}

/**
 * Yields a frame after each step where somebody watches. A setting changed meanwhile counts at once.
 * @param klCoef asked before the rewards are made
 * @returns the experience, owned by the caller
 */
export async function* collectExperience(
  actors: Actors,
  { items, step, runner }: Answers,
  config: Config,
  klCoef: () => number,
  watch: PhaseWatch,
  announce: Announce,
): AsyncGenerator<StepReport, Experience> {
  const { policy, reference, rewardModel, valueModel } = actors;
  const batch = responseBatch(items, policy.shape, config['sampling.responseLength']);
  const ended = endedFlags(items);
  if (!watch.isOn) return await experienceInOneStep(actors, batch, ended, runner, experienceSettings(config, klCoef()));
  const frame = (part: Pick<PhaseFrame, 'phase' | 'tensors'>): StepReport => {
    const slots = batch.responses.shape[1];
    return announce({ ...part, step, items, slots, settings: phaseSettings(config, klCoef()), update: null });
  };
  let scores: Tensor1D | undefined;
  let readings: TokenReadings | undefined;
  let earned: Earned | undefined;
  let isDone = false;
  try {
    yield frame({ phase: 'sample', tensors: {} });
    // 2 score
    scores = tf.tidy(() => responseScores(rewardModel, batch));
    if (watch.isOn) yield frame({ phase: 'score', tensors: await readPhase({ scores }) });
    // 3 logprobs and values
    readings = tf.tidy(() => readTokens(policy, reference, valueModel, batch, config['sampling.temperature']));
    if (watch.isOn) yield frame({ phase: 'readings', tensors: await readPhase(readings) });
    // 4 rewards, 5 advantages and returns
    let from: 'rewards' | 'credit' = 'rewards';
    for (;;) {
      tf.dispose(earned);
      earned = earn(batch, scores, ended, readings, experienceSettings(config, klCoef()));
      if (watch.isOn && from === 'rewards') {
        yield frame({ phase: 'rewards', tensors: await readPhase(rewardsOf(earned)) });
        if (takeStale(watch)) continue;
      }
      if (!watch.isOn) break;
      yield frame({ phase: 'credit', tensors: await readPhase({ ...rewardsOf(earned), ...creditOf(earned) }) });
      if (!takeStale(watch)) break;
      from = 'credit';
    }
    isDone = true;
    return { ...readings, ...earned };
  } finally {
    if (!isDone) tf.dispose([readings ?? {}, earned ?? {}]);
    tf.dispose([scores ?? [], ended]);
    disposeResponseBatch(batch);
  }
}

/** All of it where nobody watches, and nothing can be changed on the way. Frees the batch. */
async function experienceInOneStep(
  { policy, reference, rewardModel, valueModel }: Actors,
  batch: ResponseBatch,
  ended: Tensor1D,
  runner: StepRunner,
  settings: LiveExperienceSettings,
): Promise<Experience> {
  const { klCoef, temperature, ...fixed } = settings;
  const uses = [policy, reference, rewardModel, valueModel];
  const inputs = { batch, ended, fixed };
  const step = { name: 'experience', uses, inputs, live: { klCoef, temperature } };
  const result = await runner.run(step, ({ batch, ended, fixed }, live) => {
    const scores = responseScores(rewardModel, batch);
    return computeExperience(policy, reference, valueModel, batch, scores, ended, { ...fixed, ...live });
  });
  ended.dispose();
  disposeResponseBatch(batch);
  // The updates need it until the end of the iteration, and free it.
  return tf.tidy(() => {
    const copies = Object.entries(result).map(([name, tensor]) => [name, joinValues([tensor]).reshape(tensor.shape)]);
    return Object.fromEntries(copies) as Experience;
  });
}

type Earned = TokenRewards & Credit;

function earn(
  batch: ResponseBatch,
  scores: Tensor1D,
  ended: Tensor1D,
  readings: TokenReadings,
  settings: ExperienceSettings,
): Earned {
  return tf.tidy(() => {
    const rewards = penalisedRewards(readings, batch, scores, ended, settings);
    return { ...rewards, ...assignCredit(rewards.rewardsUsed, readings.values, batch, settings) };
  });
}

const rewardsOf = ({ kl, rewards, rewardsUsed, scoresUsed }: Earned) => ({ kl, rewards, rewardsUsed, scoresUsed });
const creditOf = ({ rawAdvantages, advantages, returns }: Earned) => ({ rawAdvantages, advantages, returns });
