import type { RunArchive } from '../../src/pipeline/archiveEntries';
import { disposeRun, runStage } from '../../src/pipeline/run';
import { snapshotRun } from '../../src/pipeline/snapshot';
import { finish, tinyIdentity, tinyRun } from './tinyRun';

/** A run in the middle of PPO, with people's labels, an average, and answers that were ranked. */
export async function archiveOfTinyRun(): Promise<RunArchive> {
  const run = tinyRun({ 'ppo.emaDecay': 0.9, 'ppo.ptxCoef': 0.5, 'ppo.ptxBatchSize': 2 });
  const ranking = { prompt: 'Say hello.', answers: ['Hello.', 'No.'], ranks: [0, 1], labeler: 'ada' };
  const demonstration = { prompt: 'Say hello.', completion: 'Hello.', labeler: 'ada', source: 'written' as const };
  run.contributions = { rankings: [ranking], withSimulated: true, demonstrations: [demonstration], withExamples: true };
  await finish(run, 'sft', 'rm');
  const loop = runStage(run, 'ppo');
  await loop.next();
  await loop.next();
  const { snapshot } = (await snapshotRun(run, tinyIdentity(['ppo'])))!;
  await loop.return(undefined);
  disposeRun(run);
  const answer = { prompt: 'Say hello.', text: '\u0000<b>"\n', tokens: ['He', 'llo'], score: 0.1, trueScore: null };
  return {
    snapshot,
    metrics: [
      { stage: 'ppo', step: 1, metrics: { 'objective/kl': 1 / 3, 'val/var_explained': -0.25 } },
      { stage: 'ppo', step: 2, metrics: { 'objective/kl': 0.5 } },
    ],
    samples: [{ policy: 'ppo', stage: 'ppo', step: 2, ...answer, kl: 0.5, ended: true }],
  };
}
