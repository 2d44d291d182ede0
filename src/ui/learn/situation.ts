import type { SettingKey, SettingValue } from '../../config/config';
import type { MetricKey } from '../../metrics/metrics';
import type {
  Completion,
  PhaseReport,
  PolicyName,
  RunState,
  Stage,
  StageState,
  TasteReport,
} from '../../worker/protocol';
import type { ColleaguesReport } from '../desk/rankTask.svelte';
import type { AppState } from '../state/app.svelte';
import type { Route } from '../state/route';
import type { MetricSeries } from '../state/metricSeries';

/** What a lesson may look at to see what the learner has done. Reading it follows the page. */
export interface Situation {
  readonly route: Route;
  readonly detail: string | null;
  readonly state: RunState;
  readonly stage: Stage | null;
  stageState(stage: Stage): StageState;
  /** The newest step of a stage that has numbers, 0 before the first. */
  step(stage: Stage): number;
  /** A setting as the form has it. */
  setting(key: SettingKey): SettingValue;
  /** A setting as the run on screen has it. */
  settingOfRun(key: SettingKey): SettingValue;
  usual(key: SettingKey): SettingValue;
  /** Steps at which a live setting was changed, oldest first. */
  changes(stage: Stage, key: SettingKey): readonly { step: number; value: SettingValue }[];
  series(stage: Stage, metric: MetricKey): MetricSeries | undefined;
  /** The newest answers of a policy. */
  answers(policy: PolicyName): readonly Completion[];
  /** The answer in the token inspector. */
  readonly inspected: { policy: PolicyName; completion: Completion } | null;
  readonly moment: number | null;
  readonly phases: readonly PhaseReport[];
  /** Rankings this visitor has submitted on this device. */
  readonly rankings: number;
  readonly colleagues: ColleaguesReport | null;
  /** Rankings of label files on the table. */
  readonly fileRankings: number;
  readonly tastes: TasteReport | null;
  /** Prompts asked side by side on the Evaluate screen that every policy has answered. */
  readonly asked: number;
}

/** What was already so when the step was opened. */
export interface Before {
  readonly rankings: number;
  readonly asked: number;
}

/** The page as a lesson sees it. */
export function observe(app: AppState): Situation {
  const series = (stage: Stage, metric: MetricKey) => {
    void app.run.tick;
    return app.run.metrics.series(stage, metric);
  };
  const answers = (policy: PolicyName) => app.run.snapshot(policy, null)?.items ?? [];
  return {
    get route() {
      return app.route;
    },
    get detail() {
      return app.detail;
    },
    get state() {
      return app.run.status.state;
    },
    get stage() {
      return app.run.status.stage;
    },
    stageState: (stage) => app.run.status.stages[stage],
    step: (stage) => stepOf(app, stage),
    setting: (key) => app.form.value(key),
    settingOfRun: (key) => app.settingOfRun(key),
    usual: (key) => app.form.default(key),
    changes: (stage, key) => (app.run.markers[stage] ?? []).filter((marker) => marker.key === key),
    series,
    answers,
    get inspected() {
      const { selection } = app;
      if (selection === null) return null;
      const completion = answers(selection.policy).find(({ prompt }) => prompt === selection.prompt);
      return completion === undefined ? null : { policy: selection.policy, completion };
    },
    get moment() {
      return app.moment;
    },
    get phases() {
      return app.run.phases;
    },
    get rankings() {
      return app.desk.book.labels.filter(({ drawnAs, repeatOf }) => drawnAs !== null || repeatOf !== null).length;
    },
    get colleagues() {
      return app.desk.task.report;
    },
    get fileRankings() {
      return app.desk.classroom.fromFiles.length;
    },
    get tastes() {
      return app.desk.classroom.comparison;
    },
    get asked() {
      const wanted = app.evaluation.ready.length;
      return [...app.evaluation.asked.values()].filter((row) => Object.keys(row).length >= Math.max(2, wanted)).length;
    },
  };
}

/** The step of a stage: from the status while it runs, afterwards from its curve. */
function stepOf(app: AppState, stage: Stage): number {
  void app.run.tick;
  const { status } = app.run;
  if (status.stage === stage && status.step > 0) return status.step;
  const key = app.run.metrics.keys(stage)[0];
  return key === undefined ? 0 : (app.run.metrics.series(stage, key)?.points().steps.at(-1) ?? 0);
}

/** What is already so when a step opens. */
export function rememberBefore(now: Situation): Before {
  return { rankings: now.rankings, asked: now.asked };
}
