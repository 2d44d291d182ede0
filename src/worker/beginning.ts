/** How a run comes about: from a plan and the shipped files, or from a snapshot. */
import { resolveConfig } from '../config/config';
import { checkMemory } from '../config/memoryNeed';
import { memoryLimits } from '../kernels/device';
import { loadShipped, TOKENIZER_PATH, type AssetReader } from '../pipeline/assets';
import { restoreRun } from '../pipeline/restore';
import { createRun, shapeOf, type Run } from '../pipeline/run';
import type { RunSnapshot } from '../pipeline/snapshot';
import type { Command } from './protocol';
import { PLAN_STAGES } from './stageBook';

type Start = Extract<Command, { type: 'start' }>;

const tokenizer = async (read: AssetReader) => new TextDecoder().decode(await read(TOKENIZER_PATH));

/** A run without models yet. @throws ConfigError for settings that cannot be, or not on this device */
export async function prepareRun({ plan, settings, contributions }: Start, read: AssetReader): Promise<Run> {
  const config = resolveConfig(settings);
  checkMemory(config, PLAN_STAGES[plan], memoryLimits());
  const run = createRun(config, await tokenizer(read));
  run.contributions = contributions ?? null;
  return run;
}

/** Loads the shipped models that a plan begins with. @throws StorageError */
export async function loadModels(run: Run, { plan, settings }: Start, read: AssetReader): Promise<void> {
  const load = (name: 'base' | 'sft' | 'rm') =>
    loadShipped(read, settings.preset, name, shapeOf(run.config), run.curriculum.fingerprint);
  if (plan !== 'scratch') run.models.base = await load('base');
  if (plan !== 'ppo') return;
  run.models.sft = await load('sft');
  run.models.rewardModel = await load('rm');
}

/** @throws StorageError when the snapshot does not fit this world or lacks something */
export async function bringBack(snapshot: RunSnapshot, read: AssetReader): Promise<Run> {
  return restoreRun(snapshot, await tokenizer(read));
}
