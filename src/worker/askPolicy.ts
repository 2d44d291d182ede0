import { reply } from '../evaluation/answers';
import type { Policy } from '../evaluation/policy';
import type { CompletionRow } from '../pipeline/completions';
import { sequenceKl } from '../pipeline/likelihood';
import { scoreItems } from '../pipeline/rewardModel';
import type { Run } from '../pipeline/run';

/**
 * A policy's answers to prompts that the world may or may not know, with what the board shows of an answer.
 * @param stream names the random numbers, so that asking again gives other answers
 */
export async function askPolicy(
  run: Run,
  policy: Policy,
  prompts: readonly string[],
  stream: string,
): Promise<Omit<CompletionRow, 'item'>[]> {
  const { config, curriculum, models } = run;
  const slots = config['sampling.responseLength'];
  const questions = prompts.map((text) => ({ text, tokens: curriculum.encodePrompt(text) }));
  const replies = await reply(run, policy, questions, stream);
  const items = replies.map(({ item }) => item);
  const scores = models.rewardModel ? await scoreItems(models.rewardModel, items, slots, run.looking) : null;
  // What the model behind a prefix or a choice would say to the plain prompt is not its likelihood.
  const isPlain = !policy.shots && (policy.bestOf ?? 1) === 1;
  const kl = models.sft && isPlain ? await sequenceKl(policy.model, models.sft, items, slots, 1, run.looking) : null;
  return replies.map(({ item, text, ended }, i) => {
    const spec = curriculum.findSpec(prompts[i]);
    return {
      prompt: prompts[i],
      text,
      tokens: item.response.map((id) => curriculum.tokenText(id)),
      score: scores ? scores[i] : null,
      trueScore: spec ? curriculum.grade(spec, item.response).reward : null,
      kl: kl ? kl[i] : null,
      ended,
    };
  });
}
