/** More epochs of SFT than are good for the validation loss: what happens to the score of a reward model meanwhile. */
import { answer } from '../../evaluation/answers';
import { estimateOf } from '../../evaluation/estimate';
import { runStage } from '../../pipeline/run';
import type { JobDefinition } from '../job';
import type { SftEpochsResult } from '../results';
import { loadAligned } from './reward';
import { runToEnd, series } from './stageRows';

export const sftEpochs: JobDefinition<'sftEpochs'> = {
  version: 1,
  async run(context, { options }) {
    const { run, base, progress } = context;
    run.models.base = await base();
    const rows = await runToEnd(runStage(run, 'sft'), progress);
    const losses = series(rows, 'sft/eval_loss').map(({ value }) => value);
    // Its place in the run is taken by the reference that the core SFT gave.
    context.adopt(run.models.sft!);
    await loadAligned(context);
    const prompts = run.curriculum.testPrompts.slice(0, options.prompts);
    const epochs: SftEpochsResult['epochs'] = [];
    for (const [i, weights] of run.sftEpochs.entries()) {
      progress(`scoring epoch ${i + 1} of ${run.sftEpochs.length}`);
      const { proxy, grades } = await answer(run, { name: `epoch ${i + 1}`, model: weights }, prompts, 'sft epochs');
      epochs.push({
        epoch: i + 1,
        validationLoss: losses[i],
        proxy: estimateOf(proxy!),
        gold: estimateOf(grades.map((grade) => grade.reward)),
      });
    }
    return { epochs };
  },
};
