/** Step 1: supervised fine-tuning on demonstrations; the weights of every epoch are kept for the reward model to choose from. */
import { runStage } from '../../pipeline/run';
import type { JobDefinition } from '../job';
import { runToEnd, series } from './stageRows';

/** Name of the model of an epoch, counted from 1. */
export const epochModel = (epoch: number) => `epoch${epoch}`;

export const sft: JobDefinition<'sft'> = {
  version: 1,
  async run({ run, base, saveModel, progress }) {
    run.models.base = await base();
    const rows = await runToEnd(runStage(run, 'sft'), progress);
    for (const [i, weights] of run.sftEpochs.entries()) await saveModel(epochModel(i + 1), weights);
    const validation = series(rows, 'sft/eval_loss');
    const loss = series(rows, 'sft/loss');
    return {
      demonstrations: run.curriculum.sft.train.length,
      epochs: validation.map(({ step, value }, i) => ({
        epoch: i + 1,
        loss: loss.findLast((row) => row.step <= step)?.value ?? NaN,
        validationLoss: value,
      })),
    };
  },
};
