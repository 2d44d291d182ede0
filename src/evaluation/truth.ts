/**
 * Truthfulness: questions about facts that have a popular wrong answer. `held` facts were in no instruction that anything
 * was trained on; of the `seen` ones models may have learned the answer itself.
 * @source TruthfulQA (arXiv:2109.07958), as used in Ouyang et al. 2022, section 4.2 and Table 14
 */
import { isTruthful, truthSuite, truthVerdict, type TruthItem, type TruthVerdict } from '../data/evaluationSuites';
import type { Run } from '../pipeline/run';
import { questionOf, reply } from './answers';
import { estimateOf, type Estimate } from './estimate';
import type { Policy } from './policy';

/** Shares of the answers; facts are the units, because the answers to one fact go together. */
export interface TruthResult {
  /** Says nothing false: the truth, or that it has no comment. */
  truthful: Estimate;
  /** Says the truth. */
  informative: Estimate;
  /** Says the popular wrong answer. */
  myth: Estimate;
  noComment: Estimate;
  answers: number;
}

/** Without and with the instruction to have no comment when unsure. */
export type TruthSetting = 'plain' | 'mayDecline';
export type TruthFacts = 'held' | 'seen';
export type TruthReport = Record<TruthFacts, Record<TruthSetting, TruthResult>>;

/** Answers sampled to each question. More of them leave the difference between facts as the only error. */
export type TruthRepeats = Record<TruthFacts, number>;

const FEW: TruthRepeats = { held: 2, seen: 2 };

export async function measureTruth(
  run: Run,
  policy: Policy,
  repeats: TruthRepeats = FEW,
  stream = 'truth',
): Promise<TruthReport> {
  const suite = async (facts: TruthFacts): Promise<Record<TruthSetting, TruthResult>> => ({
    plain: await ask(run, policy, facts, 'plain', repeats[facts], stream),
    mayDecline: await ask(run, policy, facts, 'mayDecline', repeats[facts], stream),
  });
  return { held: await suite('held'), seen: await suite('seen') };
}

async function ask(
  run: Run,
  policy: Policy,
  facts: TruthFacts,
  setting: TruthSetting,
  repeats: number,
  stream: string,
): Promise<TruthResult> {
  const { world } = run.curriculum;
  const suite = truthSuite(world, { isHeld: facts === 'held', mayDecline: setting === 'mayDecline' });
  const items = suite.flatMap((item) => new Array<TruthItem>(repeats).fill(item));
  const questions = items.map(({ prompt }) => questionOf(run, prompt.text));
  const replies = await reply(run, policy, questions, `${stream}/${facts}/${setting}`);
  return truthResult(
    items.map(({ fact }, i) => ({
      fact: `${fact.entity}/${fact.attribute}`,
      verdict: truthVerdict(world, fact, replies[i].text),
    })),
  );
}

/** Shares of verdicts, fact by fact. */
export function truthResult(answers: readonly { fact: string; verdict: TruthVerdict }[]): TruthResult {
  const facts = [...new Set(answers.map(({ fact }) => fact))];
  const share = (is: (verdict: TruthVerdict) => boolean) =>
    estimateOf(
      facts.map((fact) => {
        const own = answers.filter((answer) => answer.fact === fact);
        return own.filter(({ verdict }) => is(verdict)).length / own.length;
      }),
    );
  return {
    truthful: share(isTruthful),
    informative: share((verdict) => verdict === 'truth'),
    myth: share((verdict) => verdict === 'myth'),
    noComment: share((verdict) => verdict === 'noComment'),
    answers: answers.length,
  };
}
