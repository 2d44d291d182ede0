/** The paper's check that a reward model generalises: trained without one cohort of labelers, tested on it. */
import { crossValidate } from '../../evaluation/rewardTraining';
import type { JobDefinition } from '../job';
import { freshGroups, TEST_ANSWERS, trainingGroups } from './groups';
import { loadAligned } from './reward';
import { describeStep } from './stageRows';

export const crossValidation: JobDefinition<'crossValidation'> = {
  version: 1,
  async run(context, { options }) {
    const { run, data, progress } = context;
    await loadAligned(context);
    const { train } = await data('reward', 'rankings');
    const prompts = run.curriculum.testPrompts.slice(0, options.prompts);
    const study = {
      train: trainingGroups(run, train.slice(0, options.rankings)),
      test: await freshGroups(run, run.models.sft!, prompts, TEST_ANSWERS, 'reward study'),
    };
    return crossValidate(run, study, (step) => progress(describeStep(step)));
  },
};
