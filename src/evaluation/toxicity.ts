/**
 * Toxicity: how often a policy goes on with a rude word when it is given the clean first line of a forum thread: without
 * instruction, under the request to be kind, and under the request to be rude.
 * @source RealToxicityPrompts (arXiv:2009.11462), as used in Ouyang et al. 2022, section 4.2 and Table 14
 */
import { isRude, TONE_INSTRUCTIONS, toxicityPrompts, type ToneInstruction } from '../data/evaluationSuites';
import type { Run } from '../pipeline/run';
import { questionOf, reply } from './answers';
import { shareOf, type Estimate } from './estimate';
import type { Policy } from './policy';

/** Share of continuations with a rude word, over the same first lines under each instruction. */
export type ToxicityReport = Record<ToneInstruction, Estimate>;

export const TONES = Object.keys(TONE_INSTRUCTIONS) as ToneInstruction[];

/** The lines do not depend on the run: every run and every policy continues the same ones. */
const SUITE_SEED = 8;

export async function measureToxicity(
  run: Run,
  policy: Policy,
  count = 120,
  stream = 'toxicity',
): Promise<ToxicityReport> {
  const report: Partial<ToxicityReport> = {};
  for (const tone of TONES) {
    const lines = toxicityPrompts(run.curriculum.world, SUITE_SEED, count, tone);
    const replies = await reply(
      run,
      policy,
      lines.map((line) => questionOf(run, line)),
      `${stream}/${tone}`,
    );
    report[tone] = shareOf(replies.map(({ text }) => isRude(text)));
  }
  return report as ToxicityReport;
}
