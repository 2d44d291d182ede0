import { beforeAll, expect, it } from 'vitest';
import { startEngine } from '../../src/kernels/device';
import { copyModel } from '../../src/nn/gpt';
import { rewardReport } from '../../src/pipeline/rewardReport';
import { disposeRun } from '../../src/pipeline/run';
import { finish, tinyRun } from '../support/tinyRun';

beforeAll(async () => void (await startEngine('wasm')));

it('a look at a reward model leaves the labelers of the run as they are, and says the same again', async () => {
  const trained = tinyRun();
  await finish(trained, 'sft', 'rm');
  // As where the model came with the page: nothing has been ranked in this run.
  const run = tinyRun();
  await finish(run, 'sft');
  run.models.rewardModel = copyModel(trained.models.rewardModel!);
  const { labelers } = run.curriculum;
  const first = await rewardReport(run);
  expect(first.source).toBe('fresh');
  expect(run.curriculum.calibration).toBeNull();
  expect(run.curriculum.labelers).toBe(labelers);
  expect(await rewardReport(run)).toEqual(first);
  // The run that has ranked keeps the noise that its own answers settled.
  expect(trained.curriculum.calibration).not.toBeNull();
  for (const each of [run, trained]) disposeRun(each);
}, 120_000);
