/** Reward-model accuracy against the number of comparisons: nested parts of one set of ranked answers. */
import { rewardLearningCurve } from '../../evaluation/rewardTraining';
import type { StepReport } from '../../pipeline/report';
import type { JobDefinition } from '../job';
import { freshGroups, TEST_ANSWERS, trainingGroups } from './groups';
import { loadAligned } from './reward';
import { describeStep } from './stageRows';

export const rewardSizes: JobDefinition<'rewardSizes'> = {
  version: 1,
  async run(context, { options }) {
    const { run, data, progress } = context;
    await loadAligned(context);
    const { train } = await data('reward', 'rankings');
    const prompts = run.curriculum.testPrompts.slice(0, options.prompts);
    const study = {
      train: trainingGroups(run, train),
      test: await freshGroups(run, run.models.sft!, prompts, TEST_ANSWERS, 'reward study'),
    };
    const onReport = (step: StepReport) => progress(describeStep(step));
    return { points: await rewardLearningCurve(run, study, options.rankings, onReport) };
  },
};
