import type { Gpt } from '../nn/gpt';
import type { Item } from './items';
import { sequenceKl } from './likelihood';
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
  const items = await sampleAnswers(policy, tokens, samplingOf(config, `completions/${draw}`), run.looking);
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
  const scores = rewardModel ? await scoreItems(rewardModel, items, slots, run.looking) : null;
  const kl = models.sft ? await sequenceKl(policy, models.sft, items, slots, 1, run.looking) : null;
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
