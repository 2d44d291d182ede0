import type { RunSettings, SettingKey, SettingValue } from '../config/config';
import type { MemoryLimits } from '../config/memoryNeed';
import type { Preset } from '../config/rows';
import type { Engine } from '../kernels/device';
import type { MetricKey } from '../metrics/metrics';
import type { PhaseFrame, PhaseTensors } from '../pipeline/ppoPhases';
import { STAGES, type Stage } from '../pipeline/report';
import type { DemonstrationPage } from '../pipeline/demonstrationTable';
import type { RewardReport } from '../pipeline/rewardReport';
import type { SettingChanges } from '../pipeline/fork';
import type { LiveChange, RunParent, RunPlace, RunPlan, RunSnapshot } from '../pipeline/snapshot';
import type { TokenNumbers } from '../pipeline/tokenNumbers';
import type { WhatIfBatch, WhatIfSettings } from '../pipeline/whatIf';
import type { Contributions, DeskNews, DeskRequest } from './deskProtocol';
import type { EvaluationNews, EvaluationOrder } from './evaluationTypes';
import type { LibraryNews, LibraryRequest, SavingReport } from './libraryProtocol';

/** Types only: everything the page and the worker say to each other. */

export { STAGES, type Stage };
export type { MinibatchPlace, PhaseSettings, PhaseTensorName, PpoPhaseName } from '../pipeline/ppoPhases';
export type { DemonstrationPage, DemonstrationRow } from '../pipeline/demonstrationTable';
export type { RewardReport, ScoredAnswer } from '../pipeline/rewardReport';
export type { Alternative, TokenCredit, TokenNumbers, TokenUpdate } from '../pipeline/tokenNumbers';
export type { BenchProgress, BenchRun, BenchWish, PageWorkload, RatedRow, Yardsticks } from './benchClient';
export type * from './deskProtocol';
export * from './evaluationTypes';
export type * from './libraryProtocol';
export type { LiveChange, RunManifest, RunParent, RunPlan, RunSnapshot } from '../pipeline/snapshot';
export type { WhatIfBatch, WhatIfSettings } from '../pipeline/whatIf';
export type PolicyName = 'base' | 'sft' | 'ppo';
export type EngineName = Engine;

export type Command =
  /** Prepares the engine and loads the files of a preset. Answered by `ready` or `failed`. */
  | { type: 'init'; settings: RunSettings; engine: EngineName | 'auto'; baseUrl: string; saveEveryMs?: number }
  /** A run with these settings is likely to come: what it needs is made ready while nobody waits. Not answered. */
  | { type: 'foresee'; settings: RunSettings }
  /** Begins a plan from its first stage; a running one is stopped first. Answered by `status` and then metrics. */
  | {
      type: 'start';
      plan: RunPlan;
      settings: RunSettings;
      /** What people ranked and wrote for this run. */
      contributions?: Contributions;
      /** Loads the models and waits before the first step. */
      isHeld?: boolean;
      /** Key of the run where it is kept; made up when absent. */
      runId?: string;
      /** What people call it. */
      name?: string;
    }
  /** Goes on where a run was taken down. Answered by `runBegun` and `status`. */
  | { type: 'restore'; snapshot: RunSnapshot; isHeld?: boolean }
  /** The same as a run of its own, with other settings. */
  | { type: 'fork'; snapshot: RunSnapshot; changes: SettingChanges; runId?: string; isHeld?: boolean }
  /** After a stage diverged: goes back to the newest good state and on with its learning rates times this factor. */
  | { type: 'recover'; rateFactor: number }
  /** After memory ran out: goes on from the newest state with batches of half the size. */
  | { type: 'recoverSmaller' }
  /** Keeps the run as it is between two steps, for instance because the page is about to be hidden. */
  | { type: 'save' }
  | { type: 'pause' }
  | { type: 'resume' }
  /** Runs one step and pauses again. */
  | { type: 'step' }
  /** Runs to the next phase inside an iteration of PPO and pauses there; outside PPO like `step`. Answered by `phase`. */
  | { type: 'phase' }
  /** Rewards and advantages of a batch under other settings; the run stays as it is. Answered by `whatIf`. */
  | { type: 'whatIf'; requestId: number; batch: WhatIfBatch; settings: WhatIfSettings }
  | { type: 'stop' }
  /** Changes a live-safe setting of the running stage. */
  | { type: 'set'; key: SettingKey; value: SettingValue }
  /** Answers the pinned prompts again with fresh random draws. */
  | { type: 'reroll'; policy: PolicyName }
  | { type: 'pin'; prompts: string[] }
  /** A part of what SFT learns from. Answered by `demonstrations`. */
  | { type: 'demonstrations'; from: number; count: number }
  /** Holds the reward model against rankings it has not learned from. Answered by `rewardReport`. */
  | { type: 'checkReward' }
  /** Everything about comparing policies. Answered by `evaluation`. */
  | { type: 'evaluation'; order: EvaluationOrder }
  /** Everything about kept runs. Each request is answered by one `library` event of its number. */
  | { type: 'library'; requestId: number; request: LibraryRequest }
  /** Everything about labelling. Each request is answered by one `desk` event of its number; a long one sends progress. */
  | { type: 'desk'; requestId: number; request: DeskRequest };

export interface EngineReport {
  engine: EngineName;
  /** Why this engine: "chosen automatically: software adapter", "asked for". */
  reason: string;
  /** Vendor and architecture in words, e.g. "apple metal-3" or "SwiftShader (software)". */
  adapter: string;
  isSoftware: boolean;
  features: string[];
  /** What it allows of memory. */
  limits: MemoryLimits;
  parameters: number;
  crossOriginIsolated: boolean;
}

export type RunState = 'idle' | 'loading' | 'running' | 'paused' | 'done' | 'stopped' | 'failed';
export type StageState = 'empty' | 'ready' | 'running' | 'done';

export interface StatusReport {
  state: RunState;
  plan: RunPlan | null;
  stage: Stage | null;
  stages: Record<Stage, StageState>;
  step: number;
  totalSteps: number;
  episodes: number;
  tokensPerSecond: number;
  /** null until two steps have been timed. */
  etaSeconds: number | null;
  /** What is happening between steps: "loading models", "sampling answers to rank 1,024 / 12,000". */
  activity: string | null;
  memoryMb: number;
}

export interface Completion {
  prompt: string;
  text: string;
  /** Visible pieces of the answer; the end token is "<end>". */
  tokens: string[];
  /** Normalised reward-model score; null before there is a reward model. */
  score: number | null;
  /** The world's grade, −1..1; null for prompts the world does not know. */
  trueScore: number | null;
  /** Σ (log π − log π_ref) in nats; null before there is a reference. */
  kl: number | null;
  ended: boolean;
  /** Ids of `tokens`. */
  ids?: number[];
  /** What stands behind each token at the moment the answer was given; recorded runs have none. */
  numbers?: TokenNumbers;
}

/** Where PPO stands inside an iteration, with the tensors made there. Buffers are transferred. */
export interface PhaseReport extends Omit<PhaseFrame, 'items'> {
  /** The batch in the order of the rows; sent at the first stop of an iteration, empty later. */
  answers: { prompt: string; tokens: string[]; ended: boolean }[];
}

export type FailureKind = 'config' | 'device' | 'diverged' | 'storage' | 'unexpected';

export type WorkerEvent =
  | { type: 'ready'; engine: EngineReport }
  /** After `start`, `restore` and `fork`; before any other event about the run. */
  | {
      type: 'runBegun';
      runId: string;
      parent: RunParent | null;
      plan: RunPlan;
      settings: RunSettings;
      /** Settings changed while it ran, so far. */
      changes: LiveChange[];
      /** Where it goes on; null at its beginning. */
      restoredAt: RunPlace | null;
    }
  /** The graphics device went away in the middle of a run; another one is being started, and the run goes on there. */
  | {
      type: 'deviceLost';
      message: string;
      /** Losses of this run, this one included. */
      losses: number;
      /** Where it goes on; null is its beginning. */
      resumesAt: RunPlace | null;
      /** From the second loss on: a preset that asks less of the device, if there is one. */
      suggestion: Preset | null;
    }
  /** The browser has ended the worker; said by the page's own client. `restart` makes another one, which knows nothing. */
  | { type: 'workerGone' }
  | { type: 'status'; status: StatusReport }
  /** Chart points since the last message, at most about ten messages a second. `values` is [steps.length × keys.length], NaN where a step has no such metric. Both buffers are transferred. */
  | { type: 'metrics'; stage: Stage; keys: MetricKey[]; steps: Float64Array; values: Float64Array }
  | { type: 'completions'; policy: PolicyName; step: number; items: Completion[] }
  | { type: 'phase'; report: PhaseReport }
  | { type: 'whatIf'; requestId: number; tensors: PhaseTensors }
  | { type: 'demonstrations'; page: DemonstrationPage }
  /** Comes by itself when the reward model has been trained. */
  | { type: 'rewardReport'; report: RewardReport }
  /** Headline numbers of a finished stage, by metric name. */
  | { type: 'stageDone'; stage: Stage; summary: Partial<Record<MetricKey, number>> }
  /** A live setting took effect at this step; charts mark it. */
  | { type: 'settingChanged'; stage: Stage; step: number; key: SettingKey; value: SettingValue }
  | { type: 'evaluation'; news: EvaluationNews }
  | { type: 'desk'; requestId: number; reply: DeskNews }
  | { type: 'library'; requestId: number; reply: LibraryNews }
  /** After every save, and when one did not succeed. */
  | { type: 'saving'; report: SavingReport }
  | {
      type: 'failed';
      kind: FailureKind;
      message: string;
      stage: Stage | null;
      step: number;
      /** Of `diverged`: the first tensor that was not finite. */
      tensor?: string;
      /** Of `device`: its memory ran out. The engine has been started again. */
      trouble?: 'memory';
      /** Of `diverged` and of memory: where `recover` goes back to; absent where there is nothing to go back to. */
      recoversAt?: RunPlace;
      /** Of memory: half the batch of the stage, what `recoverSmaller` changes; absent where it is as small as it may be. */
      smaller?: SettingChanges;
    };

/** One recorded run, shipped as `public/recorded/<preset>.json` and replayed where nothing can be trained. */
export interface RecordedRun {
  version: 1;
  settings: RunSettings;
  /** Command, engine and date that made it. */
  provenance: string;
  events: {
    atMs: number;
    event: Extract<WorkerEvent, { type: 'status' | 'completions' | 'stageDone' }> | RecordedMetrics;
  }[];
}
export interface RecordedMetrics {
  type: 'metrics';
  stage: Stage;
  keys: MetricKey[];
  steps: number[];
  values: (number | null)[];
}
