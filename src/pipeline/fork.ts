/** A snapshot with other settings: the beginning of another run, or of another try of the same one. */
import {
  checkConfig,
  settingRow,
  validateSetting,
  type Config,
  type SettingKey,
  type SettingValue,
} from '../config/config';
import { ConfigError } from '../config/errors';
import type { Stage } from './report';
import type { LiveChange, RunManifest, RunSnapshot } from './snapshot';

export type SettingChanges = Partial<Record<SettingKey, SettingValue>>;

/** A run as it stood, set differently, and the marks that charts draw for that. */
export interface ChangedSnapshot {
  snapshot: RunSnapshot;
  changes: LiveChange[];
}

/** The learning rates of a stage. */
const RATES: Record<Stage, readonly SettingKey[]> = {
  pretrain: ['pretrain.learningRate'],
  sft: ['sft.learningRate'],
  rm: ['rm.learningRate'],
  ppo: ['ppo.learningRate', 'ppo.valueLearningRate'],
};

/**
 * A run of its own that begins where another one stood. The tensors are shared.
 * @throws ConfigError naming the setting that cannot change any more
 */
export function forkSnapshot(snapshot: RunSnapshot, changes: SettingChanges, runId: string): RunSnapshot {
  const { manifest } = snapshot;
  const { stage, step } = manifest.at;
  const parent = { runId: manifest.runId, stage, step };
  return { ...snapshot, manifest: { ...changed(manifest, changes), runId, parent } };
}

/**
 * The same run with the learning rates of its present stage times `factor`, for another try after it diverged.
 * @throws ConfigError when the run is done
 */
export function slowDown(snapshot: RunSnapshot, factor: number): ChangedSnapshot {
  const { manifest } = snapshot;
  const [stage] = manifest.stages;
  if (!stage) throw new ConfigError('recover: the run is done; expected a stage under way.');
  const rates = Object.fromEntries(
    RATES[stage].map((key) => {
      const row = settingRow(key);
      return [key, Math.max(row.kind === 'number' ? row.min : 0, Number(manifest.config[key]) * factor)];
    }),
  ) as SettingChanges;
  const slower = changed(manifest, rates);
  return {
    snapshot: { ...snapshot, manifest: slower },
    changes: slower.changes.slice(manifest.changes.length),
  };
}

/**
 * The manifest with other settings, and the marks that charts draw for them.
 * @param isAllowed whether a setting may still change in a run that stands there
 * @throws ConfigError naming the setting that may not
 */
export function changed(manifest: RunManifest, changes: SettingChanges, isAllowed = mayChange): RunManifest {
  const config = { ...manifest.config };
  const entries = Object.entries(changes) as [SettingKey, SettingValue][];
  for (const [key, value] of entries) {
    if (!isAllowed(manifest, key)) throw new ConfigError(refusal(manifest, key));
    (config as Record<SettingKey, SettingValue>)[key] = validateSetting(key, value);
  }
  checkConfig(config as Config);
  const { settings, at } = manifest;
  const stage = manifest.stages[0] ?? at.stage;
  const step = manifest.position ? at.step : 0;
  const marks = stage ? entries.map(([key, value]): LiveChange => ({ stage, step, key, value })) : [];
  return {
    ...manifest,
    config,
    settings: { ...settings, overrides: { ...settings.overrides, ...changes } },
    changes: [...manifest.changes, ...marks],
  };
}

/** Live settings, and all of stages that have not begun. The models are as they are. */
export function mayChange({ stages, position }: RunManifest, key: SettingKey): boolean {
  const row = settingRow(key);
  const ahead: readonly string[] = position ? stages.slice(1) : stages;
  return row.live === true || ahead.includes(row.group);
}

function refusal({ stages, position }: RunManifest, key: SettingKey): string {
  const ahead = position ? stages.slice(1) : stages;
  const allowed = ['settings that may change while a stage runs', ...ahead.map((stage) => `all of ${stage}`)];
  return `${key}: cannot change in a run that has come this far; expected ${allowed.join(', or ')}; start a new run.`;
}
