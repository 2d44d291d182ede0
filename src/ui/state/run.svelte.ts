import type { SettingKey, SettingValue } from '../../config/config';
import { COLLAPSE_SIGN_KEYS, findCollapses, type Collapse } from '../../metrics/collapse';
import type { MetricKey } from '../../metrics/metrics';
import type { RunClient } from '../../worker/client';
import type {
  Completion,
  EngineReport,
  DemonstrationPage,
  PhaseReport,
  RewardReport,
  PolicyName,
  SavedPlace,
  Stage,
  StatusReport,
  WorkerEvent,
} from '../../worker/protocol';
import { rememberSnapshot, type CompletionSnapshot } from './history';
import { MetricBook } from './metricSeries';
import { addPhase } from './phases';

export interface SettingMarker {
  step: number;
  key: SettingKey;
  value: SettingValue;
}

/** Answers as a screen shows them; `step` is null when they were given during another policy's stage. */
export interface ShownSnapshot {
  step: number | null;
  items: Completion[];
}

export type DeviceLoss = Extract<WorkerEvent, { type: 'deviceLost' }>;
export type Failure = Extract<WorkerEvent, { type: 'failed' }>;

const IDLE: StatusReport = {
  state: 'idle',
  plan: null,
  stage: null,
  stages: { pretrain: 'empty', sft: 'empty', rm: 'empty', ppo: 'empty' },
  step: 0,
  totalSteps: 0,
  episodes: 0,
  tokensPerSecond: 0,
  etaSeconds: null,
  activity: null,
  memoryMb: 0,
};

/** The stage that changes a policy. */
const OWN_STAGE: Record<PolicyName, Stage> = { base: 'pretrain', sft: 'sft', ppo: 'ppo' };

/** Everything the page knows about one run, built from protocol events only. Charts redraw when `tick` moves. */
export class RunModel {
  #client: RunClient;
  #unsubscribe: () => void;
  #framePending = false;

  status = $state.raw<StatusReport>(IDLE);
  engine = $state.raw<EngineReport | null>(null);
  failure = $state.raw<Failure | null>(null);
  /** The device went away and another one took over; null before that, and once the visitor has read it. */
  deviceLoss = $state.raw<DeviceLoss | null>(null);
  summaries = $state.raw<Partial<Record<Stage, Partial<Record<MetricKey, number>>>>>({});
  totals = $state.raw<Partial<Record<Stage, number>>>({});
  markers = $state.raw<Partial<Record<Stage, SettingMarker[]>>>({});
  /** The page of demonstrations last asked for. */
  demonstrations = $state.raw<DemonstrationPage | null>(null);
  /** The reward model against rankings it has not learned from; null before it was checked. */
  reward = $state.raw<RewardReport | null>(null);
  /** Stops of slow motion inside the newest iteration that was watched, in order. */
  phases = $state.raw<readonly PhaseReport[]>([]);
  /** Moments of each stage that are kept whatever happens. */
  pins = $state.raw<Partial<Record<Stage, readonly number[]>>>({});
  /** Steps of each stage at which the run was saved. */
  saves = $state.raw<Partial<Record<Stage, readonly number[]>>>({});
  /** Steps at which a stage was stopped, by hand or by a failure. */
  stops = $state.raw<Partial<Record<Stage, readonly number[]>>>({});
  /** Where PPO's answers collapsed, in order; those that still are have no end. */
  collapses = $state.raw<readonly Collapse[]>([]);
  /** The visitor has waved the note about it away. */
  isCollapseRead = $state(false);
  /** Moves at most once per animation frame, after chart points arrived. */
  tick = $state(0);

  readonly metrics = new MetricBook();
  #newest = $state.raw<Partial<Record<PolicyName, ShownSnapshot>>>({});
  #history = $state.raw<Partial<Record<PolicyName, CompletionSnapshot[]>>>({});

  constructor(client: RunClient) {
    this.#client = client;
    this.#unsubscribe = client.subscribe((event) => this.#receive(event));
  }

  get client(): RunClient {
    return this.#client;
  }

  get isActive(): boolean {
    return this.status.state === 'running' || this.status.state === 'paused' || this.status.state === 'loading';
  }

  get isDiverged(): boolean {
    return this.failure?.kind === 'diverged';
  }

  close(): void {
    this.#unsubscribe();
    this.#client.close();
  }

  /** Forgets everything of the last run; the engine stays known. */
  forget(): void {
    this.metrics.clear();
    this.#newest = {};
    this.#history = {};
    this.status = { ...IDLE, memoryMb: this.status.memoryMb };
    this.summaries = {};
    this.totals = {};
    this.markers = {};
    this.failure = null;
    this.deviceLoss = null;
    this.phases = [];
    this.reward = null;
    this.demonstrations = null;
    this.pins = {};
    this.saves = {};
    this.stops = {};
    this.#forgetCollapses();
    this.#scheduleTick();
  }

  /** Forgets what stages measured, because they run again on other data. */
  forgetStages(stages: readonly Stage[]): void {
    for (const stage of stages) this.metrics.clear(stage);
    const others = <T>(of: Partial<Record<Stage, T>>): Partial<Record<Stage, T>> =>
      Object.fromEntries(Object.entries(of).filter(([stage]) => !stages.some((gone) => gone === stage)));
    this.summaries = others(this.summaries);
    this.totals = others(this.totals);
    this.markers = others(this.markers);
    this.saves = others(this.saves);
    this.stops = others(this.stops);
    if (stages.includes('ppo')) this.#forgetCollapses();
    this.failure = null;
    this.#scheduleTick();
  }

  history(policy: PolicyName): readonly CompletionSnapshot[] {
    return this.#history[policy] ?? [];
  }

  /** The answers of a policy as they stood at a step of its own stage (null = newest of all). */
  snapshot(policy: PolicyName, step: number | null): ShownSnapshot | null {
    if (step === null) return this.#newest[policy] ?? null;
    const history = this.history(policy);
    return history.findLast((snapshot) => snapshot.step <= step) ?? history[0] ?? this.#newest[policy] ?? null;
  }

  /** Keeps a moment of a stage, or lets it go again. */
  togglePin(stage: Stage, step: number): void {
    const pins = this.pins[stage] ?? [];
    const rest = pins.filter((pin) => pin !== step);
    this.pins = { ...this.pins, [stage]: rest.length < pins.length ? rest : [...rest, step].sort((a, b) => a - b) };
  }

  #receive(event: WorkerEvent): void {
    switch (event.type) {
      case 'ready':
        this.engine = event.engine;
        return;
      case 'status':
        this.#receiveStatus(event.status);
        return;
      case 'metrics':
        this.metrics.add(event.stage, event.keys, event.steps, event.values);
        if (event.stage === 'ppo') this.#lookForCollapse();
        this.#scheduleTick();
        return;
      case 'completions':
        this.#receiveCompletions(event.policy, { step: event.step, items: event.items });
        return;
      case 'demonstrations':
        this.demonstrations = event.page;
        return;
      case 'rewardReport':
        this.reward = event.report;
        return;
      case 'phase':
        this.phases = addPhase(this.phases, event.report);
        return;
      case 'stageDone':
        this.summaries = { ...this.summaries, [event.stage]: event.summary };
        return;
      case 'settingChanged': {
        const { stage, step, key, value } = event;
        const others = (this.markers[stage] ?? []).filter((marker) => marker.step !== step || marker.key !== key);
        this.markers = { ...this.markers, [stage]: [...others, { step, key, value }] };
        return;
      }
      case 'runBegun':
      case 'workerGone':
      case 'evaluation':
      case 'whatIf':
      case 'desk':
      case 'library':
        // Read by the state of their own screens.
        return;
      case 'saving':
        if (event.report.state === 'saved') this.#markSave(event.report.place);
        return;
      case 'deviceLost':
        this.deviceLoss = event;
        return;
      case 'failed':
        this.failure = event;
        this.#markStop(event.stage, event.step);
        return;
      default:
        return event satisfies never;
    }
  }

  /** Answers given while another stage runs carry that stage's step, so they are the newest but no history. */
  #receiveCompletions(policy: PolicyName, snapshot: CompletionSnapshot): void {
    const isOwn = this.status.stage === OWN_STAGE[policy];
    this.#newest = { ...this.#newest, [policy]: isOwn ? snapshot : { step: null, items: snapshot.items } };
    if (!isOwn) return;
    const pins = this.pins[OWN_STAGE[policy]] ?? [];
    this.#history = { ...this.#history, [policy]: rememberSnapshot(this.history(policy), snapshot, pins) };
  }

  #lookForCollapse(): void {
    const lines = COLLAPSE_SIGN_KEYS.flatMap((sign) => {
      const line = this.metrics.series('ppo', sign);
      return line ? [[sign, line.points()] as const] : [];
    });
    const found = findCollapses(Object.fromEntries(lines));
    if (found.length > 0 || this.collapses.length > 0) this.collapses = found;
  }

  #forgetCollapses(): void {
    this.collapses = [];
    this.isCollapseRead = false;
  }

  #markStop(stage: Stage | null, step: number): void {
    const stops = stage === null ? [] : (this.stops[stage] ?? []);
    if (stage === null || step === 0 || stops.includes(step)) return;
    this.stops = { ...this.stops, [stage]: [...stops, step] };
  }

  #markSave({ stage, step }: SavedPlace): void {
    if (stage === null || step === 0) return;
    const saves = this.saves[stage] ?? [];
    if (!saves.includes(step)) this.saves = { ...this.saves, [stage]: [...saves, step] };
  }

  #receiveStatus(status: StatusReport): void {
    if (status.state === 'stopped' && this.status.state !== 'stopped')
      this.#markStop(this.status.stage, this.status.step);
    // A finished run has no step in progress; the page goes on showing its last one.
    const total = status.stage === null ? 0 : (this.totals[status.stage] ?? 0);
    const isOver = status.state === 'done' && status.totalSteps === 0 && total > 0;
    this.status = isOver ? { ...status, step: total, totalSteps: total } : status;
    if (status.stage !== null && status.totalSteps > 0 && this.totals[status.stage] !== status.totalSteps) {
      this.totals = { ...this.totals, [status.stage]: status.totalSteps };
    }
  }

  #scheduleTick(): void {
    if (this.#framePending) return;
    this.#framePending = true;
    requestAnimationFrame(() => {
      this.#framePending = false;
      this.tick += 1;
    });
  }
}
