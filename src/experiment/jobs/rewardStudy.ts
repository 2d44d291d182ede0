/** How well the reward model predicts people, on answers of the SFT policy to held-out prompts. */
import { judge } from '../../evaluation/rankedAnswers';
import { agreementOf, measureReward } from '../../evaluation/rewardAccuracy';
import type { JobDefinition } from '../job';
import { freshGroups, TEST_ANSWERS } from './groups';
import { loadAligned } from './reward';

export const rewardStudy: JobDefinition<'rewardStudy'> = {
  version: 1,
  async run(context, { options }) {
    const { run } = context;
    await loadAligned(context);
    const { testPrompts, labelers } = run.curriculum;
    const prompts = testPrompts.slice(0, options.prompts);
    const groups = await freshGroups(run, run.models.sft!, prompts, TEST_ANSWERS, 'reward study');
    const opinion = (name: string) => judge(run, labelers.heldOut, groups, `reward study/${name}`);
    return {
      report: await measureReward(run, run.models.rewardModel!, groups),
      heldOutAgreement: agreementOf(opinion('first'), opinion('second')),
    };
  },
};
