import * as tf from '@tensorflow/tfjs';
import { readValues } from '../kernels/defineKernel';
import { hiddenStates, languageModelHead, type Gpt } from '../nn/gpt';
import { computeExperience } from '../rlhf/experience';
import { responseScores, responseStates } from '../rlhf/responses';
import { disposeResponseBatch, responseBatch, type Item } from './items';
import { sequenceKl } from './likelihood';
import { startValueModel } from './ppo';
import { experienceSettings } from './ppoExperience';
import { scoreItems } from './rewardModel';
import { samplingOf, type Run } from './run';
import { sampleAnswers } from './sampling';

/** One answer of one policy to a pinned prompt. */
export interface CompletionRow {
  prompt: string;
  item: Item;
  text: string;
  tokens: string[];
  score: number | null;
  trueScore: number | null;
  kl: number | null;
  ended: boolean;
}

/** Answers the prompts with a policy; nothing of it enters training. @param draw names the random stream, so that a reroll differs */
export async function completePrompts(
  run: Run,
  policy: Gpt,
  prompts: readonly string[],
  draw: string,
): Promise<CompletionRow[]> {
  const { config, curriculum, models } = run;
  const tokens = prompts.map((prompt) => curriculum.encodePrompt(prompt));
  const items = await sampleAnswers(policy, tokens, samplingOf(config, `completions/${draw}`));
  return describeItems(run, policy, prompts, items, models.rewardModel ?? null);
}

async function describeItems(
  run: Run,
  policy: Gpt,
  prompts: readonly string[],
  items: Item[],
  rewardModel: Gpt | null,
): Promise<CompletionRow[]> {
  const { config, curriculum, models } = run;
  const slots = config['sampling.responseLength'];
  const scores = rewardModel ? await scoreItems(rewardModel, items, slots) : null;
  const kl = models.sft ? await sequenceKl(policy, models.sft, items, slots) : null;
  return items.map((item, i) => {
    const spec = curriculum.findSpec(prompts[i]);
    return {
      prompt: prompts[i],
      item,
      text: curriculum.decodeAnswer(item.response),
      tokens: item.response.map((id) => curriculum.tokenText(id)),
      score: scores ? scores[i] : null,
      trueScore: spec ? curriculum.grade(spec, item.response).reward : null,
      kl: kl ? kl[i] : null,
      ended: curriculum.isEnded(item.response),
    };
  });
}

/** Token-level numbers of one answer, what the inspector shows; one entry for each answer token. */
export interface TokenNumbers {
  logprobs: number[];
  referenceLogprobs: number[];
  entropies: number[];
  values: number[];
  rewards: number[];
  advantages: number[];
  returns: number[];
  score: number;
  klCoef: number;
  /** The most likely next tokens of policy and reference at each position. */
  alternatives: {
    policy: { token: string; probability: number }[];
    reference: { token: string; probability: number }[];
  }[];
}

const ALTERNATIVES = 8;

/** Computes an answer's reward arithmetic with the same functions that training uses; needs an SFT model and a reward model. */
export async function inspectAnswer(run: Run, policy: Gpt, item: Item): Promise<TokenNumbers> {
  const { config, models, ppo } = run;
  const { sft, rewardModel } = models;
  if (!sft || !rewardModel)
    throw new Error('inspect: token numbers need an SFT policy and a reward model; run steps 1 and 2 first.');
  const borrowed = ppo?.valueModel ?? models.valueModel;
  const valueModel = borrowed ?? startValueModel(rewardModel, config['ppo.valueInit']);
  const batch = responseBatch([item], policy.shape, config['sampling.responseLength']);
  const n = item.response.length;
  const klCoef = ppo?.klCoef ?? config['ppo.klCoef'];
  const ended = tf.tensor1d([run.curriculum.isEnded(item.response) ? 1 : 0], 'int32');
  const packed = tf.tidy(() => {
    const scores = responseScores(rewardModel, batch);
    // One answer has no batch to be whitened against: its advantages are shown raw.
    const settings = { ...experienceSettings(config, klCoef), whitenAdvantages: false, whitenRewards: false };
    const e = computeExperience(policy, sft, valueModel, batch, scores, ended, settings);
    const rows = [e.logprobs, e.referenceLogprobs, e.entropy, e.values, e.rewards, e.advantages, e.returns];
    // The score, repeated over a row, travels in the same readback.
    return tf.stack([...rows.map((row) => row.flatten()), tf.tile(scores, [batch.responses.shape[1]])]);
  });
  const rows = await readRows(packed, n);
  const [ofPolicy, ofReference] = [await topTokens(run, policy, batch, n), await topTokens(run, sft, batch, n)];
  disposeResponseBatch(batch);
  tf.dispose(ended);
  if (!borrowed) tf.dispose(valueModel.parameters);
  const [logprobs, referenceLogprobs, entropies, values, rewards, advantages, returns, [score]] = rows;
  return {
    ...{ logprobs, referenceLogprobs, entropies, values, rewards, advantages, returns, score, klCoef },
    alternatives: ofPolicy.map((alternatives, t) => ({ policy: alternatives, reference: ofReference[t] })),
  };
}

async function readRows(packed: tf.Tensor, n: number): Promise<number[][]> {
  const [count, width] = packed.shape as [number, number];
  const values = await readValues(packed);
  packed.dispose();
  return Array.from({ length: count }, (_, row) => Array.from(values.slice(row * width, row * width + n)));
}

async function topTokens(
  run: Run,
  model: Gpt,
  batch: ReturnType<typeof responseBatch>,
  n: number,
): Promise<{ token: string; probability: number }[][]> {
  const logits = tf.tidy(() => languageModelHead(model, responseStates(hiddenStates(model, batch.tokens), batch)));
  const rows = await readRows(logits, logits.shape[1]);
  return rows.slice(0, n).map((row) => {
    const most = row.reduce((max, value) => Math.max(max, value), -Infinity);
    const total = row.reduce((sum, value) => sum + Math.exp(value - most), 0);
    return row
      .map((value, id) => ({ id, probability: Math.exp(value - most) / total }))
      .sort((a, b) => b.probability - a.probability)
      .slice(0, ALTERNATIVES)
      .map(({ id, probability }) => ({ token: run.curriculum.tokenText(id), probability }));
  });
}
