/** What a run may do when the device has no memory left for it: go on with batches of half the size. */
import { settingRow, type Config, type SettingKey } from '../config/config';
import { ConfigError } from '../config/errors';
import { changed, type ChangedSnapshot, type SettingChanges } from './fork';
import type { Stage } from './report';
import type { RunSnapshot } from './snapshot';

/** What decides how many rows a step of the stage has. */
const BATCHES: Record<Exclude<Stage, 'ppo'>, SettingKey> = {
  pretrain: 'pretrain.batchSize',
  sft: 'sft.batchSize',
  rm: 'rm.batchSize',
};

/** Half of a batch; the same where it is as small as it may be. */
function half(config: Config, key: SettingKey): number {
  const row = settingRow(key);
  return Math.max(row.kind === 'number' ? row.min : 1, Math.floor(Number(config[key]) / 2));
}

function ppoChanges(config: Config): SettingChanges {
  const batchSize = half(config, 'ppo.batchSize');
  let pieces = Math.min(config['ppo.minibatches'], batchSize);
  while (batchSize % pieces !== 0) pieces--;
  return {
    'ppo.batchSize': batchSize,
    ...(pieces !== config['ppo.minibatches'] && { 'ppo.minibatches': pieces }),
    ...(config['ppo.ptxCoef'] > 0 && { 'ppo.ptxBatchSize': half(config, 'ppo.ptxBatchSize') }),
  };
}

/**
 * Half the batch of a stage, as changes of settings.
 * @returns null where it is as small as it may be
 */
export function smallerSettings(config: Config, stage: Stage): SettingChanges | null {
  const changes: SettingChanges =
    stage === 'ppo' ? ppoChanges(config) : { [BATCHES[stage]]: half(config, BATCHES[stage]) };
  return Object.entries(changes).some(([key, value]) => config[key as SettingKey] !== value) ? changes : null;
}

/**
 * The same run with half the batch in its present stage. An iteration of PPO depends on none before it in this, so PPO goes
 * on where it stood; the steps of the other stages are counted in batches, so those begin again.
 * @throws ConfigError when the run is done, or its batch is as small as it may be
 */
export function withSmallerBatch(snapshot: RunSnapshot): ChangedSnapshot {
  const { manifest } = snapshot;
  const [stage] = manifest.stages;
  const changes = stage ? smallerSettings(manifest.config, stage) : null;
  if (!stage || !changes) {
    const where = stage ? `the batch of ${stage} is as small as it may be` : 'the run is done';
    throw new ConfigError(`recover: ${where}; expected a stage that can do with less; choose a smaller preset.`);
  }
  const from = stage === 'ppo' ? manifest : { ...manifest, position: null, at: { ...manifest.at, stage, step: 0 } };
  const smaller = changed(from, changes, () => true);
  return { snapshot: { ...snapshot, manifest: smaller }, changes: smaller.changes.slice(manifest.changes.length) };
}
