import type { SettingKey, SettingValue } from '../../config/config';
import type { Stage } from '../../worker/protocol';
import type { Route } from '../state/route';
import type { Situation } from './situation';

type Condition = (now: Situation) => boolean;

export const onScreen =
  (route: Route): Condition =>
  (now) =>
    now.route === route;

/** A stage has at least `step` measured steps, or is over. */
export const reached =
  (stage: Stage, step: number): Condition =>
  (now) =>
    now.step(stage) >= step;

/** A stage of this visit is over: it has numbers and is marked as done. */
export const finished =
  (stage: Stage): Condition =>
  (now) =>
    now.stageState(stage) === 'done' && now.step(stage) > 0;

/** The run on screen has these settings. */
export const runsWith =
  (settings: Partial<Record<SettingKey, SettingValue>>): Condition =>
  (now) =>
    (Object.keys(settings) as SettingKey[]).every((key) => now.settingOfRun(key) === settings[key]);

export const all =
  (...conditions: readonly Condition[]): Condition =>
  (now) =>
    conditions.every((condition) => condition(now));

/** The first step at which the learner changed a live setting so that `fits` holds; null before. */
export function changedAt(
  now: Situation,
  stage: Stage,
  key: SettingKey,
  fits: (value: SettingValue) => boolean,
): number | null {
  return now.changes(stage, key).find(({ value }) => fits(value))?.step ?? null;
}

/** Mean of a metric over the steps `from` to `to`, both included; null while there is no point. */
export function meanBetween(
  now: Situation,
  stage: Stage,
  metric: Parameters<Situation['series']>[1],
  from: number,
  to: number,
): number | null {
  const points = now.series(stage, metric)?.points();
  if (points === undefined) return null;
  const inside = points.values.filter((_, i) => points.steps[i] >= from && points.steps[i] <= to);
  return inside.length === 0 ? null : inside.reduce((sum, value) => sum + value, 0) / inside.length;
}
