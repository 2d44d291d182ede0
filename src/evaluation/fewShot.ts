/**
 * The prompted baseline: a plain language model behind worked examples. Which examples: those whose answers to validation
 * prompts the reward model likes best, as the paper chose its prefix. Examples come from training demonstrations only.
 * @source Ouyang et al. 2022, section 3.5 ("GPT-3-prompted")
 */
import { ConfigError } from '../config/errors';
import { stream } from '../data/random';
import type { Gpt } from '../nn/gpt';
import { queryLimit } from '../pipeline/items';
import type { Run } from '../pipeline/run';
import { answer } from './answers';
import { estimateOf, type Estimate } from './estimate';
import { fewShotText, type Policy, type Shot } from './policy';

export interface ShotCandidate {
  shots: Shot[];
  /** Reward-model score of the answers it leads to. */
  score: Estimate;
}

export interface FewShotChoice {
  shots: Shot[];
  /** All that were tried, best first. */
  candidates: ShotCandidate[];
}

export interface FewShotOptions {
  candidates?: number;
  /** Validation prompts that each candidate answers. */
  prompts?: number;
  /** Worked examples in a prefix, where the context has room for them. */
  shots?: number;
}

/** Share of the validation prompts that must fit behind a prefix without losing an example. */
const FITTING_SHARE = 0.9;

/**
 * Draws prefixes from the training demonstrations and keeps the one with the best answers.
 * @throws ConfigError without a reward model, or when no demonstration fits the context
 */
export async function chooseShots(run: Run, base: Gpt, options: FewShotOptions = {}): Promise<FewShotChoice> {
  const { candidates = 12, prompts = 100, shots = 2 } = options;
  const questions = run.curriculum.validationPrompts.slice(0, prompts);
  const tried: ShotCandidate[] = [];
  for (const prefix of drawPrefixes(run, base, candidates, shots)) {
    const { proxy } = await answer(run, fewShotPolicy(base, prefix), questions, 'few-shot choice');
    if (!proxy)
      throw new ConfigError('few-shot: the run has no reward model to choose a prefix by; run step 2 or load one.');
    tried.push({ shots: prefix, score: estimateOf(proxy) });
  }
  tried.sort((a, b) => b.score.mean - a.score.mean);
  return { shots: tried[0].shots, candidates: tried };
}

export function fewShotPolicy(base: Gpt, shots: readonly Shot[]): Policy {
  return { name: 'few-shot', model: base, shots };
}

/** Different prefixes, as long as most validation prompts still fit behind them. */
function drawPrefixes(run: Run, base: Gpt, count: number, shots: number): Shot[][] {
  const { curriculum, config } = run;
  const tokensOf = (prefix: readonly Shot[], prompt: string) =>
    curriculum.encodeText(fewShotText(prefix, prompt)).length;
  const lengths = curriculum.validationPrompts.map(({ spec }) => tokensOf([], spec.text)).sort((a, b) => a - b);
  const usual = lengths[Math.floor(FITTING_SHARE * (lengths.length - 1))];
  const room = queryLimit(base.shape, config['sampling.responseLength']) - usual;
  const cost = (shot: Shot) => tokensOf([shot], '') - tokensOf([], '');
  const usable = trainingShots(run).filter((shot) => cost(shot) <= room);
  if (usable.length === 0)
    throw new ConfigError(
      `few-shot: no demonstration fits into ${room} tokens; choose a preset with a longer context, or shorter answers.`,
    );
  const random = stream(config['run.seed'], 'evaluation/few-shot prefixes');
  return Array.from({ length: count }, () => {
    const prefix: Shot[] = [];
    let left = room;
    for (const shot of random.shuffle(usable)) {
      if (prefix.length === shots) break;
      if (cost(shot) > left) continue;
      prefix.push(shot);
      left -= cost(shot);
    }
    return prefix;
  });
}

/** Training demonstrations as text. Those of several lines would end in the middle of the form. */
function trainingShots({ curriculum }: Run): Shot[] {
  const shots = curriculum.sft.train.map(({ prompt, response }) => ({
    prompt: curriculum.decodeAnswer(prompt.slice(1)).trim(),
    answer: curriculum.decodeAnswer(response).trim(),
  }));
  return shots.filter(({ prompt, answer }) => answer !== '' && !`${prompt}${answer}`.includes('\n'));
}
