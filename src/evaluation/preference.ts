import { preference } from '../data/agreement';
import type { LabelerGroup } from '../data/labelers';
import type { UseCase } from '../data/promptTypes';
import { stream } from '../data/random';
import type { Run } from '../pipeline/run';
import type { Answers } from './answers';
import { estimateOf, type Estimate } from './estimate';

/** Labelers asked per prompt. */
const JUDGES = 3;

/** How often one policy's answer is preferred to another's; ties count half, prompts are the units. */
export interface WinRate {
  all: Estimate;
  byUseCase: Partial<Record<UseCase, Estimate>>;
}

/**
 * Share of three labelers who prefer `a`'s answer, per prompt. Who judges a prompt, and the noise of their judgement,
 * follow from seed, group and prompt alone: all pairs of policies meet the same people.
 * @throws RangeError when the two did not answer the same prompts
 */
export function preferenceValues({ config, curriculum }: Run, group: LabelerGroup, a: Answers, b: Answers): number[] {
  return a.specs.map(({ text }, i) => {
    if (b.specs[i]?.text !== text || a.specs.length !== b.specs.length)
      throw new RangeError(
        `preferences: ${a.policy} answered "${text}" where ${b.policy} answered "${b.specs[i]?.text}"; expected the same prompts in the same order.`,
      );
    const random = stream(config['run.seed'], `evaluation/judges/${group}/${text}`);
    const shown = ({ texts, grades }: Answers) => ({ text: texts[i], grade: grades[i] });
    const judges = random.sample(curriculum.labelers[group], JUDGES);
    const votes = judges.map((labeler) => preference(labeler, shown(a), shown(b), random));
    return votes.reduce<number>((sum, vote) => sum + vote, 0) / votes.length;
  });
}

/** Win rate of `a` over `b`, over all prompts and for each use case. Needs no model. */
export function winRate(run: Run, group: LabelerGroup, a: Answers, b: Answers): WinRate {
  const values = preferenceValues(run, group, a, b);
  const useCases = [...new Set(a.specs.map(({ useCase }) => useCase))];
  const ofUseCase = (useCase: UseCase) => values.filter((_, i) => a.specs[i].useCase === useCase);
  return {
    all: estimateOf(values),
    byUseCase: Object.fromEntries(useCases.map((useCase) => [useCase, estimateOf(ofUseCase(useCase))])),
  };
}
