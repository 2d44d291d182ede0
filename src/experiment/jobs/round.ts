/**
 * Steps 2 and 3 once more: fresh comparisons on the newest policy, a new reward model from all comparisons so far, a new
 * policy from the SFT policy. @source Ouyang et al. 2022, section 3.1
 */
import { answer } from '../../evaluation/answers';
import { estimateOf } from '../../evaluation/estimate';
import { winRate } from '../../evaluation/preference';
import { judge, rankedItems } from '../../evaluation/rankedAnswers';
import { pairAccuracy } from '../../evaluation/rewardAccuracy';
import type { Gpt } from '../../nn/gpt';
import type { PromptItem } from '../../pipeline/curriculum';
import { scoreItems, startRewardModel, trainRewardModel, type RankedItems } from '../../pipeline/rewardModel';
import { runStage, type Run } from '../../pipeline/run';
import type { JobContext, JobDefinition } from '../job';
import { freshGroups } from './groups';
import type { JobData } from '../forms';
import { countComparisons, loadAligned } from './reward';
import { runToEnd } from './stageRows';

export const round: JobDefinition<'round'> = {
  version: 1,
  async run(context, { options }) {
    const { run, model, data, saveModel, saveData, progress } = context;
    await loadAligned(context);
    const { curriculum, models } = run;
    const sft = models.sft!;
    const newest = await model('previous', 'policy');
    const earlier = await data('rankings', 'rankings');
    progress('collecting comparisons on the newest policy');
    const collect = (prompts: PromptItem[], name: string) =>
      rankFresh(run, newest, prompts, `${options.round}/${name}`);
    const train = await collect(curriculum.rankingPrompts.slice(0, options.rankings), 'train');
    const validation = await collect(curriculum.validationPrompts, 'validation');
    const rankings: JobData['rankings'] = { train: [...earlier.train, ...train], validation };
    models.rewardModel = await trainOn(context, rankings);
    const rewardAccuracy = await accuracyOn(run, models.rewardModel, validation);
    await runToEnd(runStage(run, 'ppo'), progress);
    await saveModel('policy', models.policy!);
    await saveData('rankings', rankings);
    const prompts = curriculum.testPrompts.slice(0, options.prompts);
    // The stream of the check points, so that the rounds and the policy of the core tables meet the same random numbers.
    const ask = (name: string, policy: Gpt) => answer(run, { name, model: policy }, prompts, 'check points');
    const [after, before] = [await ask('round', models.policy!), await ask('sft', sft)];
    return {
      round: options.round,
      comparisons: countComparisons(rankings.train),
      rewardAccuracy,
      gold: estimateOf(after.grades.map((grade) => grade.reward)),
      winRate: winRate(run, 'training', after, before).all,
    };
  },
};

/** Answers of a policy, ranked by labelers of the training group. */
async function rankFresh(run: Run, policy: Gpt, prompts: PromptItem[], name: string): Promise<RankedItems[]> {
  const groups = await freshGroups(run, policy, prompts, run.config['data.answersPerPrompt'], `round/${name}`);
  return rankedItems(groups, judge(run, run.curriculum.labelers.training, groups, `round/${name}`));
}

/** A normalised reward model that starts from the SFT policy. */
async function trainOn({ run, adopt, progress }: JobContext, { train, validation }: JobData['rankings']): Promise<Gpt> {
  const model = adopt(startRewardModel(run.models.sft!, run.config));
  const data = { train, validation, demonstrations: run.curriculum.validationDemonstrations };
  await runToEnd(trainRewardModel(model, data, run.config), progress);
  return model;
}

async function accuracyOn(run: Run, rewardModel: Gpt, rankings: readonly RankedItems[]) {
  const items = rankings.flatMap((ranking) => ranking.items);
  const scores = [...(await scoreItems(rewardModel, items, run.config['sampling.responseLength']))];
  let at = 0;
  return pairAccuracy(rankings.map(({ ranks }) => ({ ranks, scores: scores.slice(at, (at += ranks.length)) })));
}
