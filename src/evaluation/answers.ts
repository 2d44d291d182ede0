import { ConfigError } from '../config/errors';
import type { Grade } from '../data/grader';
import type { UserPrompt } from '../data/promptTypes';
import type { PromptItem } from '../pipeline/curriculum';
import { queryLimit, type Item } from '../pipeline/items';
import { sequenceKl } from '../pipeline/likelihood';
import { scoreItems } from '../pipeline/rewardModel';
import { samplingOf, type Run } from '../pipeline/run';
import { sampleAnswers } from '../pipeline/sampling';
import { fewShotTokens, type Policy } from './policy';

/** What a policy said. */
export interface Reply {
  /** The plain prompt and the answer as tokens: what reward models and references are shown. */
  item: Item;
  text: string;
  /** The answer ended by itself: with the end token, or for a few-shot policy with a newline. */
  ended: boolean;
}

/** A policy's answers to a set of prompts, one each, graded. Plain data: it survives JSON. Lists are in prompt order. */
export interface Answers {
  policy: string;
  specs: UserPrompt[];
  items: Item[];
  texts: string[];
  ended: boolean[];
  grades: Grade[];
  /** Reward-model scores; null without a reward model. */
  proxy: number[] | null;
  /** KL from the SFT policy in nats per answer: Σ (log π − log π_ref), or for best-of-n its closed form. Null where neither exists. */
  kl: number[] | null;
}

/** A prompt as text, which few-shot policies wrap, and as the tokens that fine-tuned models get. */
export interface Question {
  text: string;
  tokens: readonly number[];
}

export function questionOf({ curriculum }: Run, text: string): Question {
  return { text, tokens: curriculum.encodePrompt(text) };
}

/** Asks a policy once per prompt. Same seed and stream name: same random numbers, whatever the policy. */
export async function reply(
  run: Run,
  policy: Policy,
  questions: readonly Question[],
  stream: string,
): Promise<Reply[]> {
  const { bestOf = 1 } = policy;
  let best = await sampleReplies(run, policy, questions, stream);
  if (bestOf === 1) return best;
  let top = await scoreReplies(run, policy, best);
  for (let draw = 1; draw < bestOf; draw++) {
    const next = await sampleReplies(run, policy, questions, drawName(stream, draw));
    const scores = await scoreReplies(run, policy, next);
    best = best.map((kept, i) => (scores[i] > top[i] ? next[i] : kept));
    top = top.map((score, i) => Math.max(score, scores[i]));
  }
  return best;
}

/** Stream of one of several draws; the first is the stream itself, so that best-of-1 is the plain policy. */
function drawName(stream: string, draw: number): string {
  return draw === 0 ? stream : `${stream}/draw ${draw}`;
}

async function scoreReplies(run: Run, policy: Policy, replies: readonly Reply[]): Promise<Float32Array> {
  const { rewardModel } = run.models;
  if (!rewardModel)
    throw new ConfigError(
      `evaluation: ${policy.name} wants the best of ${policy.bestOf} answers, and the run has no reward model; run step 2 or load one.`,
    );
  return scoreItems(
    rewardModel,
    replies.map(({ item }) => item),
    run.config['sampling.responseLength'],
    run.looking,
  );
}

async function sampleReplies(
  run: Run,
  policy: Policy,
  questions: readonly Question[],
  stream: string,
): Promise<Reply[]> {
  const { config, curriculum } = run;
  const { model, shots, temperature = 1 } = policy;
  const settings = { ...samplingOf(config, `evaluation/${stream}`), temperature };
  if (!shots) {
    const items = await sampleAnswers(
      model,
      questions.map(({ tokens }) => tokens),
      settings,
      run.looking,
    );
    return items.map((item) => ({
      item,
      text: curriculum.decodeAnswer(item.response).trim(),
      ended: curriculum.isEnded(item.response),
    }));
  }
  const limit = queryLimit(model.shape, settings.responseLength);
  const asked = questions.map(({ text }) => fewShotTokens(curriculum, shots, text, limit));
  const items = await sampleAnswers(model, asked, settings, run.looking);
  return items.map(({ response }, i) => firstLine(run, questions[i].tokens, response));
}

/** A few-shot continuation as an answer: its first line, encoded as an answer to the plain prompt. */
function firstLine({ curriculum, config }: Run, prompt: readonly number[], continuation: readonly number[]): Reply {
  const [line, ...rest] = curriculum.decodeAnswer(continuation).split('\n');
  const text = line.trim();
  const ended = rest.length > 0 || curriculum.isEnded(continuation);
  const response = curriculum.encodeAnswer(text, ended).slice(0, config['sampling.responseLength']);
  return { item: { prompt, response }, text, ended };
}

/**
 * Asks a policy the prompts and grades what it says. One sample per prompt, temperature 1 unless the policy says other.
 * @param stream names the random numbers; the same for all policies that are to be compared
 */
export async function answer(
  run: Run,
  policy: Policy,
  prompts: readonly PromptItem[],
  stream = 'answers',
): Promise<Answers> {
  const { curriculum, config, models } = run;
  const replies = await reply(
    run,
    policy,
    prompts.map(({ spec, tokens }) => ({ text: spec.text, tokens })),
    stream,
  );
  const items = replies.map(({ item }) => item);
  const slots = config['sampling.responseLength'];
  return {
    policy: policy.name,
    specs: prompts.map(({ spec }) => spec),
    items,
    texts: replies.map(({ text }) => text),
    ended: replies.map(({ ended }) => ended),
    grades: items.map((item, i) => curriculum.grade(prompts[i].spec, item.response)),
    proxy: models.rewardModel ? [...(await scoreItems(models.rewardModel, items, slots, run.looking))] : null,
    kl: await klFromSft(run, policy, items),
  };
}

/** Independent answers to the same prompts: `count` rounds, the first of which is what `answer` gives. */
export async function sampleMany(
  run: Run,
  policy: Policy,
  prompts: readonly PromptItem[],
  count: number,
  stream = 'answers',
): Promise<Answers[]> {
  const rounds: Answers[] = [];
  for (let draw = 0; draw < count; draw++) rounds.push(await answer(run, policy, prompts, drawName(stream, draw)));
  return rounds;
}

async function klFromSft(run: Run, policy: Policy, items: readonly Item[]): Promise<number[] | null> {
  const { sft } = run.models;
  const { model, shots, temperature = 1, bestOf = 1 } = policy;
  if (!sft || shots || temperature === 0) return null;
  // The likelihood of the best of several is not that of the model. From the SFT policy itself the KL is known.
  if (bestOf > 1) {
    const isReference = model === sft && temperature === 1;
    return isReference ? items.map(() => Math.log(bestOf) - (bestOf - 1) / bestOf) : null;
  }
  return sequenceKl(model, sft, items, run.config['sampling.responseLength'], temperature, run.looking);
}
