/** One run from start to report, for the headless command: stages in order, samples between them, an evaluation at the end. */
import type { Config, RunSettings } from '../config/config';
import { DivergedError, StorageError } from '../config/errors';
import type { MetricKey } from '../metrics/metrics';
import type { Grade } from '../data/grader';
import type { LabelerGroup } from '../data/labelers';
import { answer, type Answers } from '../evaluation/answers';
import type { Estimate, Interval } from '../evaluation/estimate';
import { winRate } from '../evaluation/preference';
import { summarise } from '../evaluation/summary';
import { huggingFaceConfig, saveModel } from '../nn/checkpoint';
import type { Gpt } from '../nn/gpt';
import { loadShipped, TOKENIZER_PATH, WORLD_KEY, type AssetReader } from '../pipeline/assets';
import { completePrompts } from '../pipeline/completions';
import { pageLoss } from '../pipeline/pretrain';
import type { MetricsRow, Stage, StepReport } from '../pipeline/report';
import type { RunArchive } from '../pipeline/archiveEntries';
import { restoreRun } from '../pipeline/restore';
import { createRun, livePolicies, runStage, shapeOf, type Run } from '../pipeline/run';
import { newRunId, type RunIdentity } from '../pipeline/snapshot';
import { RunKeeping, type ArchiveSink } from './runKeeping';

export interface HeadlessPlan {
  settings: RunSettings;
  config: Config;
  stages: Stage[];
  evalPrompts: number;
  engine: { engine: string; adapter: string };
  /** Goes on from here; settings and stages are the archive's. */
  resumed?: RunArchive;
}

/** Where results go as they come. */
export interface HeadlessSink {
  metrics(row: { stage: Stage; step: number } & MetricsRow['metrics']): void;
  sample(row: Record<string, unknown>): void;
  progress(report: StepReport): void;
  file(path: string, contents: string | Uint8Array): void;
  /** Where the run is kept, if anywhere. */
  archives?: ArchiveSink;
}

export interface HeadlessReport {
  settings: RunSettings;
  engine: string;
  world: string;
  stages: Partial<
    Record<Stage, { steps: number; seconds: number; first: MetricsRow['metrics']; last: MetricsRow['metrics'] }>
  >;
  policies: Record<string, PolicyReport>;
  /** Held-out prompts; intervals are 95 %. */
  winRateVsSft: Record<LabelerGroup, Interval> | null;
}

interface PolicyReport {
  trueScore: Interval;
  proxyScore: Interval | null;
  /** From the SFT policy, nats per answer. */
  kl: Interval | null;
  pageLoss: number;
  meanLength: number;
  endedShare: number;
  rudeShare: number;
  falseShare: number;
}

const PAGE_TOKENS = 16 * 1024;

export async function runHeadless(plan: HeadlessPlan, read: AssetReader, sink: HeadlessSink): Promise<HeadlessReport> {
  const { config, settings, resumed } = plan;
  const tokenizer = new TextDecoder().decode(await read(TOKENIZER_PATH));
  const run = resumed ? restoreRun(resumed.snapshot, tokenizer) : createRun(config, tokenizer);
  if (!resumed) await loadBefore(run, plan, read);
  const keeping = new RunKeeping(run, identityOf(plan), sink.archives ?? null, resumed ?? null);
  for (const { stage, step, metrics } of keeping.metrics) sink.metrics({ stage, step, ...metrics });
  const report: HeadlessReport = {
    settings,
    engine: `${plan.engine.engine}, ${plan.engine.adapter}`,
    world: run.curriculum.fingerprint,
    stages: {},
    policies: {},
    winRateVsSft: null,
  };
  try {
    for (const [i, stage] of plan.stages.entries()) {
      report.stages[stage] = await finishStage(run, plan.stages.slice(i), sink, keeping);
      await sampleBoard(run, stage, sink, keeping);
      await keeping.write(plan.stages.slice(i + 1));
    }
  } catch (error) {
    // The last good weights are worth keeping; what went wrong is still thrown.
    if (error instanceof DivergedError) await saveModels(run, plan, sink);
    throw error;
  }
  await evaluate(run, plan, report);
  await saveModels(run, plan, sink);
  return report;
}

function identityOf({ settings, stages, resumed }: HeadlessPlan): RunIdentity {
  if (resumed) return resumed.snapshot.manifest;
  const plan = stages[0] === 'pretrain' ? 'scratch' : stages[0] === 'ppo' ? 'ppo' : 'all';
  return { runId: newRunId(), parent: null, plan, settings, changes: [] };
}

/** Loads the shipped models that the first stage starts from. */
async function loadBefore(run: Run, { config, settings, stages }: HeadlessPlan, read: AssetReader): Promise<void> {
  const load = (name: 'base' | 'sft' | 'rm') =>
    loadShipped(read, settings.preset, name, shapeOf(config), run.curriculum.fingerprint);
  const [first] = stages;
  if (first !== 'pretrain') run.models.base = await load('base');
  if (first === 'rm' || first === 'ppo') run.models.sft = await load('sft');
  if (first === 'ppo') run.models.rewardModel = await load('rm');
}

/** @param stages not finished; the first one is run */
async function finishStage(run: Run, stages: Stage[], sink: HeadlessSink, keeping: RunKeeping) {
  const [stage] = stages;
  const first: MetricsRow['metrics'] = {};
  const last: MetricsRow['metrics'] = {};
  let steps = 0;
  const note = (metrics: MetricsRow['metrics']) => {
    for (const [key, value] of Object.entries(metrics) as [MetricKey, number][]) {
      first[key] ??= value;
      last[key] = value;
    }
  };
  const tell = (of: Stage, rows: readonly MetricsRow[]) => {
    for (const { step, metrics } of mergeSteps(rows)) {
      sink.metrics({ stage: of, step, ...metrics });
      keeping.metrics.push({ stage: of, step, metrics });
      note(metrics);
    }
  };
  for (const row of keeping.metrics) if (row.stage === stage) note(row.metrics);
  keeping.beginStage(stage);
  for await (const report of runStage(run, stage)) {
    sink.progress(report);
    steps = Math.max(steps, report.totalSteps);
    tell(report.stage, report.rows);
    tell(stage, await keeping.after(report, stages));
  }
  return { steps, seconds: keeping.seconds, first, last };
}

/** Rows of the same step as one: an evaluation at the end of a step belongs to it. */
function mergeSteps(rows: readonly MetricsRow[]): MetricsRow[] {
  const merged = new Map<number, MetricsRow>();
  for (const { step, metrics } of rows)
    merged.set(step, { step, metrics: { ...merged.get(step)?.metrics, ...metrics } });
  return [...merged.values()];
}

async function sampleBoard(run: Run, stage: Stage, sink: HeadlessSink, keeping: RunKeeping): Promise<void> {
  const prompts = run.curriculum.pinnedPrompts();
  for (const [policy, model] of Object.entries(livePolicies(run)) as ['base' | 'sft' | 'ppo', Gpt][]) {
    for (const { item: _, tokens, ...row } of await completePrompts(run, model, prompts, `${policy}/0`)) {
      sink.sample({ after: stage, policy, ...row });
      keeping.samples.push({ policy, stage, step: keeping.step, tokens, ...row });
    }
  }
}

async function evaluate(run: Run, { evalPrompts }: HeadlessPlan, report: HeadlessReport): Promise<void> {
  const prompts = run.curriculum.testPrompts.slice(0, evalPrompts);
  if (prompts.length === 0) return;
  const pages = run.curriculum.pages(PAGE_TOKENS).validation;
  const answers: Record<string, Answers> = {};
  for (const [name, model] of Object.entries(livePolicies(run))) {
    answers[name] = await answer(run, { name, model }, prompts);
    report.policies[name] = describePolicy(answers[name], await pageLoss(model, pages));
  }
  const { ppo, sft } = answers;
  if (ppo && sft)
    report.winRateVsSft = {
      training: withoutValues(winRate(run, 'training', ppo, sft).all),
      heldOut: withoutValues(winRate(run, 'heldOut', ppo, sft).all),
    };
}

function describePolicy(answers: Answers, loss: number): PolicyReport {
  const { trueReward, proxy, kl, length, ended } = summarise(answers);
  const share = (is: (grade: Grade) => boolean) => answers.grades.filter(is).length / answers.grades.length;
  return {
    trueScore: withoutValues(trueReward),
    proxyScore: proxy && withoutValues(proxy),
    kl: kl && withoutValues(kl),
    pageLoss: loss,
    meanLength: length.mean,
    endedShare: ended.mean,
    rudeShare: share((grade) => grade.rude > 0),
    falseShare: share((grade) => grade.falseFacts > 0),
  };
}

/** An estimate as the report prints it. */
function withoutValues({ values: _, ...interval }: Estimate): Interval {
  return interval;
}

/** Every model of the run as a Hugging Face style folder; the last policy is `model.safetensors`. */
async function saveModels(run: Run, { config, settings, engine }: HeadlessPlan, sink: HeadlessSink): Promise<void> {
  const metadata = {
    [WORLD_KEY]: run.curriculum.fingerprint,
    settings: JSON.stringify(settings),
    engine: engine.engine,
  };
  const { policy, sft, base, rewardModel, valueModel } = run.models;
  const final = policy ?? sft ?? base;
  if (!final) throw new StorageError('headless: no model was made; choose at least one stage.');
  sink.file('model/config.json', JSON.stringify(huggingFaceConfig(shapeOf(config)), null, 2));
  sink.file('model/model.safetensors', await saveModel(final, metadata));
  for (const [name, model] of Object.entries({ base, sft, rm: rewardModel, value: valueModel })) {
    if (model && model !== final) sink.file(`model/${name}.safetensors`, await saveModel(model, metadata));
  }
}
