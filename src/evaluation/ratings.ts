import type { FlagId } from '../config/labelling';
import { labelAnswers } from '../data/labelAnswers';
import { FLAG_RULES } from '../data/flags';
import type { LabelerGroup } from '../data/labelers';
import { stream } from '../data/random';
import type { Run } from '../pipeline/run';
import type { Answers } from './answers';
import { estimateOf, shareOf, type Estimate } from './estimate';

/** What labelers say of a policy's answers one by one, with their tastes, oversights and errors. */
export interface Ratings {
  /** 1 very poor to 7 excellent. */
  likert: Estimate;
  /** Share of the answers that get a flag, over the prompts that it makes sense for; null where there is no such prompt. */
  flags: Record<FlagId, Estimate | null>;
}

/**
 * Lets one labeler of a group rate and flag each answer, as the paper's labelers did before they ranked. Who rates a
 * prompt follows from seed, group and prompt: all policies meet the same people. `summarise` gives the same numbers as the
 * world itself sees them.
 * @source Ouyang et al. 2022, Fig. 4 and 5, Table 3
 */
export function ratings({ config, curriculum }: Run, group: LabelerGroup, answers: Answers): Ratings {
  const { specs, texts, ended, grades } = answers;
  const labels = specs.map((spec, i) => {
    const random = stream(config['run.seed'], `evaluation/ratings/${group}/${spec.text}`);
    const shown = { text: texts[i], isEnded: ended[i], grade: grades[i] };
    // A simulated labeler always rates and flags; only people may leave it out.
    const { likert, flags } = labelAnswers(random.pick(curriculum.labelers[group]), spec, [shown], random);
    return { likert: likert![0]!, flags: flags![0] };
  });
  const rateOf = (flag: FlagId) => {
    const asked = labels.filter((_, i) => FLAG_RULES[flag].appliesTo(specs[i]));
    return asked.length > 0 ? shareOf(asked.map(({ flags }) => flags.includes(flag))) : null;
  };
  const flags = Object.keys(FLAG_RULES).map((flag) => [flag, rateOf(flag as FlagId)]);
  return {
    likert: estimateOf(labels.map(({ likert }) => likert)),
    flags: Object.fromEntries(flags) as Ratings['flags'],
  };
}
