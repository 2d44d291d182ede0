/**
 * The run inside the worker: turns commands into stages and stages into events. Everything that touches models happens
 * between steps, one thing at a time, so that a command never sees a half-finished update.
 */
import {
  resolveConfig,
  settingRow,
  validateSetting,
  type RunSettings,
  type SettingKey,
  type SettingValue,
} from '../config/config';
import { ConfigError, DeviceError, DivergedError, StorageError } from '../config/errors';
import { engineBytes } from '../kernels/device';
import type { MetricKey } from '../metrics/metrics';
import { loadShipped, TOKENIZER_PATH, type AssetReader } from '../pipeline/assets';
import { demonstrationPage } from '../pipeline/demonstrationTable';
import type { PhaseFrame, PhaseWatch } from '../pipeline/ppoPhases';
import type { StageLoop, StepReport } from '../pipeline/report';
import { rewardReport } from '../pipeline/rewardReport';
import { createRun, disposeRun, livePolicies, runStage, shapeOf, type Run } from '../pipeline/run';
import type { Contributions } from '../pipeline/contributions';
import type { Scene } from './evaluationScene';
import { Evaluator } from './evaluator';
import { MetricOutbox } from './metricOutbox';
import type {
  Command,
  FailureKind,
  PolicyName,
  RunPlan,
  RunState,
  Stage,
  StageState,
  StatusReport,
  WorkerEvent,
} from './protocol';
import { Showcase } from './showcase';
import { followsSettings, phaseEvent } from './slowMotion';
import { Stopwatch } from './stopwatch';

const PLAN_STAGES: Record<RunPlan, Stage[]> = {
  ppo: ['ppo'],
  all: ['sft', 'rm', 'ppo'],
  scratch: ['pretrain', 'sft', 'rm', 'ppo'],
};

type Post = (event: WorkerEvent, transfer?: Transferable[]) => void;

export class Session {
  #run: Run | null = null;
  #plan: RunPlan | null = null;
  #stages: Stage[] = [];
  #loop: StageLoop<void> | null = null;
  #stage: Stage | null = null;
  #states: Record<Stage, StageState> = { pretrain: 'empty', sft: 'empty', rm: 'empty', ppo: 'empty' };
  #state: RunState = 'idle';
  #activity: string | null = null;
  #report: StepReport | null = null;
  #stepsLeft = Infinity;
  #isPumping = false;
  #tasks: (() => Promise<void>)[] = [];
  #showcase = new Showcase();
  /** Where PPO stands inside an iteration, while it is watched. */
  #frame: PhaseFrame | undefined;
  #stoodSince = 0;
  #phases: PhaseWatch = { isOn: false, isStale: false };
  #watch = new Stopwatch();
  #outbox: MetricOutbox;
  #settings: RunSettings | null = null;
  #evaluator: Evaluator;
  #isEvaluatorsTurn = false;
  #summary: Partial<Record<MetricKey, number>> = {};

  constructor(
    readonly read: AssetReader,
    readonly post: Post,
  ) {
    this.#outbox = new MetricOutbox(post);
    this.#evaluator = new Evaluator((news) => post({ type: 'evaluation', news }));
  }

  /** Commands about a run; `init` is the worker's own. Failures become a `failed` event. */
  async handle(command: Exclude<Command, { type: 'init' | 'desk' }>): Promise<void> {
    switch (command.type) {
      case 'start':
        this.#stepsLeft = command.isHeld ? 0 : Infinity;
        return this.#enqueue(() => this.#orRefuse(() => this.#start(command)));
      case 'pause':
        this.#stepsLeft = 0;
        return;
      case 'resume':
        this.#phases.isOn = false;
        this.#stepsLeft = Infinity;
        return this.#pump();
      case 'step':
        this.#phases.isOn = false;
        this.#stepsLeft = 1;
        return this.#pump();
      case 'phase':
        this.#phases.isOn = true;
        this.#stepsLeft = 1;
        return this.#pump();
      case 'stop':
        this.#stepsLeft = 0;
        return this.#enqueue(() => this.#stop());
      case 'set':
        return this.#enqueue(() => this.#orRefuse(async () => this.#set(command.key, command.value)));
      case 'reroll':
        this.#showcase.reroll();
        return this.#enqueue(() => this.#complete(command.policy));
      case 'demonstrations':
        return this.#enqueue(() => this.#orRefuse(async () => this.#showDemonstrations(command.from, command.count)));
      case 'checkReward':
        return this.#enqueue(() => this.#reportReward());
      case 'pin':
        this.#showcase.prompts = command.prompts;
        return this.#enqueue(() => this.#completeAll());
      case 'evaluation':
        return this.#enqueue(() => this.#evaluator.take(command.order, this.#scene()));
      default: {
        const unknown: never = command;
        throw new ConfigError(`worker: no such command ${JSON.stringify(unknown)}.`);
      }
    }
  }

  /** Stops training and frees every model. The session is not used any more. */
  close(): Promise<void> {
    this.#stepsLeft = 0;
    const end = () => this.#discard().then(() => this.#evaluator.close());
    return new Promise((resolve, reject) => void this.#enqueue(() => end().then(resolve, reject)));
  }

  /**
   * Runs `task` between two steps, as soon as its turn comes. What it throws is the caller's to answer; the run goes on.
   * @param task may read the run and compute with its models, but must leave them as they are
   */
  between<T>(task: (run: Run | null) => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => void this.#enqueue(() => task(this.#run).then(resolve, reject)));
  }

  /**
   * Trains the reward model of the present run again, from its SFT policy and on these contributions, and then PPO.
   * @throws ConfigError while there is no finished SFT policy
   */
  retrain(contributions: Contributions): Promise<void> {
    return this.between(async (run) => {
      const isLearning = this.#loop !== null && (this.#stage === 'sft' || this.#stage === 'pretrain');
      if (!run?.models.sft || isLearning)
        throw new ConfigError(
          'rm: there is no finished SFT policy to begin with; expected one; wait for step 1 or load the shipped models.',
        );
      await this.#loop?.return(undefined);
      run.contributions = contributions;
      this.#stages = ['rm', 'ppo'];
      for (const stage of this.#stages) this.#states[stage] = 'ready';
      this.#stepsLeft = Infinity;
      this.#nextStage();
    });
  }

  #enqueue(task: () => Promise<void>): Promise<void> {
    this.#tasks.push(task);
    return this.#pump();
  }

  /** A wish that cannot be met is answered; the run goes on. */
  async #orRefuse(task: () => Promise<void>): Promise<void> {
    try {
      await task();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      this.#refuse(error.message);
    }
  }

  /** Runs queued tasks, then steps, until there is nothing to do. Gives way to messages after every step. */
  async #pump(): Promise<void> {
    if (this.#isPumping) return;
    this.#isPumping = true;
    try {
      while (this.#tasks.length > 0 || this.#canTrain() || this.#evaluator.isBusy) {
        const task = this.#tasks.shift() ?? (() => this.#turn());
        // Commands that wait behind a failure are still answered.
        await task().catch((error: unknown) => this.#fail(error));
        this.#notePause();
        await new Promise((resume) => setTimeout(resume));
      }
      this.#outbox.flush();
      this.#notePause();
    } finally {
      this.#isPumping = false;
    }
  }

  #canTrain(): boolean {
    return this.#loop !== null && this.#stepsLeft > 0;
  }

  /** One step of training or one slice of an evaluation, in turns while there is both. */
  async #turn(): Promise<void> {
    this.#isEvaluatorsTurn = this.#evaluator.isBusy && (!this.#isEvaluatorsTurn || !this.#canTrain());
    if (!this.#isEvaluatorsTurn) return this.#advance();
    const begun = performance.now();
    await this.#evaluator.advance();
    this.#watch.exclude(performance.now() - begun);
  }

  /** A run that was told to stand still says so, even while it is being evaluated. */
  #notePause(): void {
    if (this.#loop && this.#stepsLeft <= 0 && this.#state === 'running') this.#enter('paused');
  }

  /** What an evaluation may look at. */
  #scene(): Scene | null {
    const [run, settings] = [this.#run, this.#settings];
    return run && settings && { run, settings, stage: this.#stage, step: this.#report?.step ?? 0 };
  }

  async #start({ plan, settings, contributions }: Extract<Command, { type: 'start' }>): Promise<void> {
    // Before the old run goes: settings that cannot be must not cost it.
    const run = createRun(resolveConfig(settings), new TextDecoder().decode(await this.read(TOKENIZER_PATH)));
    run.contributions = contributions ?? null;
    await this.#discard();
    this.#plan = plan;
    this.#enter('loading', 'loading models');
    this.#run = run;
    this.#settings = settings;
    await this.#load(run, plan, settings);
    run.watch = this.#phases;
    if (this.#showcase.prompts.length === 0) this.#showcase.prompts = run.curriculum.pinnedPrompts();
    this.#stages = [...PLAN_STAGES[plan]];
    for (const stage of Object.keys(this.#states) as Stage[])
      this.#states[stage] = this.#stages.includes(stage) ? 'ready' : 'done';
    await this.#completeAll();
    this.#nextStage();
  }

  async #load(run: Run, plan: RunPlan, settings: RunSettings): Promise<void> {
    const load = (name: 'base' | 'sft' | 'rm') =>
      loadShipped(this.read, settings.preset, name, shapeOf(run.config), run.curriculum.fingerprint);
    if (plan !== 'scratch') run.models.base = await load('base');
    if (plan === 'ppo') {
      run.models.sft = await load('sft');
      run.models.rewardModel = await load('rm');
    }
  }

  #nextStage(): void {
    const stage = this.#stages.shift() ?? null;
    this.#stage = stage ?? this.#stage;
    this.#loop = stage ? runStage(this.#run!, stage) : null;
    if (stage) {
      this.#report = null;
      this.#summary = {};
      this.#watch.begin();
    }
    if (stage) this.#states[stage] = 'running';
    this.#enter(stage ? 'running' : 'done');
  }

  async #advance(): Promise<void> {
    this.#leaveFrame();
    this.#rememberBefore();
    const { value, done } = await this.#loop!.next();
    if (done) {
      this.#outbox.flush();
      this.#states[this.#stage!] = 'done';
      this.post({ type: 'stageDone', stage: this.#stage!, summary: this.#summary });
      if (this.#stage === 'rm') await this.#reportReward();
      // The policy whose updates it compares has made way for its average.
      if (this.#run!.ppo?.average) this.#showcase.forget();
      await this.#completeAll();
      return this.#nextStage();
    }
    if (value.frame) return this.#standAt(value, value.frame);
    this.#activity = value.activity ?? null;
    if (value.step > 0) {
      this.#report = value;
      // A pause may have come in while the step was on its way. Slow motion counts its stops instead.
      const countsStops = value.stage === 'ppo' && this.#phases.isOn;
      if (this.#stepsLeft > 0 && !countsStops) this.#stepsLeft--;
      this.#watch.lap(value.tokens, value.rows.length > 0);
      value.rows.push({ step: value.step, metrics: this.#watch.metrics(engineBytes()) });
      await this.#refreshLearner(value);
    }
    for (const row of value.rows) Object.assign(this.#summary, row.metrics);
    this.#outbox.add(value.stage, value.rows);
    this.#enter('running', this.#activity);
  }

  #showDemonstrations(from: number, count: number): void {
    if (!this.#run) throw new ConfigError('demonstrations: there is no run yet; they are written when one begins.');
    this.post({ type: 'demonstrations', page: demonstrationPage(this.#run, from, count) });
  }

  /** What the reward model makes of rankings it has not learned from. */
  async #reportReward(): Promise<void> {
    const run = this.#run;
    if (!run?.models.rewardModel || !run.models.sft)
      return this.#refuse('check of the reward model: there is none yet; it comes with step 2.');
    this.post({ type: 'rewardReport', report: await rewardReport(run) });
  }

  /** PPO has stopped inside an iteration; the page gets what lies on the device. */
  #standAt(report: StepReport, frame: PhaseFrame): void {
    this.#report ??= report;
    this.#frame = frame;
    if (this.#stepsLeft > 0) this.#stepsLeft--;
    const { event, transfer } = phaseEvent(frame, this.#run!.curriculum);
    this.post(event, transfer);
    this.#enter('running');
    this.#stoodSince = performance.now();
  }

  /** Standing still is no training time. */
  #leaveFrame(): void {
    if (this.#frame) this.#watch.exclude(performance.now() - this.#stoodSince);
    this.#frame = undefined;
  }

  #rememberBefore(): void {
    const step = (this.#report?.step ?? 0) + 1;
    if (this.#stage === 'ppo') this.#showcase.rememberBefore(this.#run!, step, this.#run!.config['ppo.iterations']);
  }

  async #refreshLearner({ stage, step, totalSteps }: StepReport): Promise<void> {
    const learner = this.#showcase.dueAfter(stage, step, totalSteps, this.#run!);
    if (learner) await this.#complete(learner);
  }

  async #completeAll(): Promise<void> {
    if (!this.#run) return;
    for (const policy of Object.keys(livePolicies(this.#run)) as PolicyName[]) await this.#complete(policy);
  }

  async #complete(policy: PolicyName): Promise<void> {
    if (!this.#run) return;
    const event = await this.#showcase.answer(this.#run, policy, this.#report?.step ?? 0);
    if (event) this.post(event);
  }

  #refuse(message: string): void {
    this.post({
      type: 'failed',
      kind: 'config',
      message,
      stage: this.#stage,
      step: this.#report?.step ?? 0,
    });
  }

  #set(key: SettingKey, value: SettingValue): void {
    if (!this.#run || !this.#stage) return;
    if (!settingRow(key).live)
      throw new ConfigError(`${key}: cannot change while a stage runs; use Apply and restart.`);
    (this.#run.config as Record<SettingKey, SettingValue>)[key] = validateSetting(key, value);
    this.post({ type: 'settingChanged', stage: this.#stage, step: this.#report?.step ?? 0, key, value });
    if (!followsSettings(this.#frame)) return;
    this.#phases.isStale = true;
    this.#stepsLeft = Math.max(1, this.#stepsLeft);
  }

  async #stop(): Promise<void> {
    await this.#loop?.return(undefined);
    this.#loop = null;
    this.#abandonStage();
    if (this.#state !== 'idle') this.#enter('stopped');
  }

  async #discard(): Promise<void> {
    await this.#loop?.return(undefined);
    this.#loop = null;
    const scene = this.#scene();
    if (scene) await this.#evaluator.leave(scene);
    if (this.#run) disposeRun(this.#run);
    this.#run = null;
    this.#report = null;
    this.#showcase.forget();
    this.#frame = undefined;
    this.#phases.isStale = false;
  }

  #enter(state: RunState, activity: string | null = null): void {
    this.#state = state;
    this.#activity = activity;
    this.post({ type: 'status', status: this.#status() });
  }

  #status(): StatusReport {
    const report = this.#report;
    return {
      state: this.#state,
      plan: this.#plan,
      stage: this.#stage,
      stages: { ...this.#states },
      step: report?.step ?? 0,
      totalSteps: report?.totalSteps ?? 0,
      episodes: report?.episodes ?? 0,
      tokensPerSecond: this.#watch.tokensPerSecond,
      etaSeconds: report ? this.#watch.remaining(report.totalSteps - report.step) : null,
      activity: this.#activity,
      memoryMb: engineBytes() / 1e6,
    };
  }

  /** A stage that did not reach its end may be started again. */
  #abandonStage(): void {
    if (this.#stage && this.#states[this.#stage] === 'running') this.#states[this.#stage] = 'ready';
  }

  async #fail(error: unknown): Promise<void> {
    const loop = this.#loop;
    this.#loop = null;
    this.#outbox.flush();
    const kind: FailureKind =
      error instanceof ConfigError
        ? 'config'
        : error instanceof DeviceError
          ? 'device'
          : error instanceof DivergedError
            ? 'diverged'
            : error instanceof StorageError
              ? 'storage'
              : 'unexpected';
    const step = error instanceof DivergedError ? error.step : (this.#report?.step ?? 0);
    this.#abandonStage();
    this.#enter('failed');
    this.post({
      type: 'failed',
      kind,
      message: error instanceof Error ? error.message : String(error),
      stage: this.#stage,
      step,
    });
    // A step that threw has ended its loop; a command that threw has not.
    await loop?.return(undefined);
  }
}
