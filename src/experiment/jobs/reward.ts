/** Step 2: answers of the SFT policy are ranked, a reward model learns from the rankings and picks the SFT epoch. */
import { copyModel } from '../../nn/gpt';
import { countPairs } from '../../pipeline/contributions';
import type { Curriculum } from '../../pipeline/curriculum';
import type { RankedItems } from '../../pipeline/rewardModel';
import { runStage } from '../../pipeline/run';
import type { LabelerGroup } from '../../data/labelers';
import type { JobData } from '../forms';
import type { JobContext, JobDefinition } from '../job';
import type { RewardResult } from '../results';
import { epochModel } from './sft';
import { runToEnd, series } from './stageRows';

/** Items and ranks only: what labelers said besides is not needed again. */
const bare = ({ items, ranks }: RankedItems): RankedItems => ({ items, ranks });

/** Comparisons in rankings: pairs that are no ties. */
export function countComparisons(rankings: readonly RankedItems[]): number {
  return rankings.reduce((sum, { ranks }) => sum + countPairs(ranks), 0);
}

export const reward: JobDefinition<'reward'> = {
  version: 1,
  async run({ run, model, result, saveModel, saveData, progress }) {
    const { epochs } = await result('sft', 'sft');
    for (const { epoch } of epochs) run.sftEpochs.push(await model('sft', epochModel(epoch)));
    run.models.sft = copyModel(run.sftEpochs[epochs.length - 1]);
    const rows = await runToEnd(runStage(run, 'rm'), progress);
    const { sft, rewardModel } = run.models;
    const { train, validation } = run.rewardData!;
    await saveModel('sft', sft!);
    await saveModel('rm', rewardModel!);
    const rankings: JobData['rankings'] = { train: train.map(bare), validation: validation.map(bare) };
    await saveData('rankings', rankings);
    // Their noise may have been solved for on this SFT policy's answers: whoever judges later is to be the same people.
    await saveData('labelers', run.curriculum.labelers);
    return {
      comparisons: countComparisons(train),
      validationAccuracy: series(rows, 'rm/eval_accuracy').at(-1)?.value ?? NaN,
      labelerNoise: labelerNoise(run.curriculum.calibration),
      epochScores: series(rows, 'sft/rm_score').map(({ value }) => value),
    };
  },
};

function labelerNoise(calibration: Curriculum['calibration']): RewardResult['labelerNoise'] {
  if (!calibration) return null;
  const of = (group: LabelerGroup) => ({
    factor: calibration[group].factor,
    agreement: calibration[group].agreement.rate,
    isReached: calibration[group].isReached,
  });
  return { training: of('training'), heldOut: of('heldOut') };
}

/** Puts the SFT policy, the reward model and the labelers of the job in the role of `reward` into the run. */
export async function loadAligned(context: JobContext): Promise<void> {
  const { run, model } = context;
  run.models.sft = await model('reward', 'sft');
  run.models.rewardModel = await model('reward', 'rm');
  await loadLabelers(context);
}

/** The labelers as they were when the reward model was trained. */
export async function loadLabelers({ run, data }: JobContext): Promise<void> {
  run.curriculum = { ...run.curriculum, labelers: await data('reward', 'labelers') };
}
