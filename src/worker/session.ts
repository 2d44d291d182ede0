/**
 * The run inside the worker: turns commands into stages and stages into events. Everything that touches models happens
 * between steps, one thing at a time, so that a command never sees a half-finished update.
 */
import { settingRow, validateSetting, type RunSettings, type SettingKey, type SettingValue } from '../config/config';
import { ConfigError, DeviceError, DivergedError, StorageError } from '../config/errors';
import { engineBytes } from '../kernels/device';
import type { AssetReader } from '../pipeline/assets';
import type { Contributions } from '../pipeline/contributions';
import { demonstrationPage } from '../pipeline/demonstrationTable';
import { forkSnapshot, slowDown, type ChangedSnapshot, type SettingChanges } from '../pipeline/fork';
import type { PhaseFrame, PhaseWatch } from '../pipeline/ppoPhases';
import type { StageLoop, StepReport } from '../pipeline/report';
import { rewardReport } from '../pipeline/rewardReport';
import { disposeRun, forgetSaved, runStage, type Run } from '../pipeline/run';
import { smallerSettings, withSmallerBatch } from '../pipeline/smallerBatch';
import { newRunId, snapshotRun, type RunIdentity, type RunPlace, type RunSnapshot } from '../pipeline/snapshot';
import { whatIf } from '../pipeline/whatIf';
import { Announcer } from './announcer';
import { AnswerBoard } from './answerBoard';
import { bringBack, loadModels, prepareRun } from './beginning';
import type { Scene } from './evaluationScene';
import { Evaluator } from './evaluator';
import { foresight } from './foresight';
import { causeOf, kindOf, LossBook, messageOf, smallerPreset } from './failures';
import { Keeper, type SnapshotReason, type SnapshotTaker } from './keeper';
import type { Command, PolicyName, WorkerEvent } from './protocol';
import { followsSettings, phaseEvent } from './slowMotion';
import { PLAN_STAGES, StageBook } from './stageBook';
import { Stopwatch } from './stopwatch';
import { Turns } from './turns';

type Post = (event: WorkerEvent, transfer?: Transferable[]) => void;
type Start = Extract<Command, { type: 'start' }>;

/** What a session leaves to the worker. */
export interface SessionHooks {
  onSnapshot?: SnapshotTaker;
  /** Shortest time between two snapshots that are taken by themselves. */
  snapshotEveryMs?: number;
  /** Starts the engine again after its device went away. Without it such a run has failed. */
  restartEngine?(): Promise<void>;
}

export interface RestoreOptions {
  /** Waits before the next step. */
  isHeld?: boolean;
}

export class Session {
  #run: Run | null = null;
  #identity: RunIdentity | null = null;
  /** How the run began; null where it was brought back from a snapshot. */
  #origin: (Start & { runId: string }) | null = null;
  #book = new StageBook();
  #loop: StageLoop<void> | null = null;
  #stepsLeft = Infinity;
  #turns: Turns;
  #board: AnswerBoard;
  /** Where PPO stands inside an iteration, while it is watched. */
  #frame: PhaseFrame | undefined;
  #phases: PhaseWatch = { isOn: false, isStale: false };
  #watch = new Stopwatch();
  #teller: Announcer;
  #evaluator: Evaluator;
  #isEvaluatorsTurn = false;
  #keeper: Keeper;
  #losses = new LossBook();

  constructor(
    readonly read: AssetReader,
    readonly post: Post,
    readonly hooks: SessionHooks = {},
  ) {
    this.#teller = new Announcer(post, this.#book, this.#watch);
    this.#board = new AnswerBoard(post);
    this.#evaluator = new Evaluator((news) => post({ type: 'evaluation', news }));
    const onFailure = (error: unknown) => this.#teller.say(kindOf(error), messageOf(error));
    this.#keeper = new Keeper((...taken) => hooks.onSnapshot?.(...taken), onFailure, hooks.snapshotEveryMs);
    this.#turns = new Turns({
      hasWork: () => this.#canTrain() || this.#evaluator.isBusy,
      turn: () => this.#turn(),
      onError: (error) => this.#fail(error),
      settle: () => this.#notePause(),
      rest: () => {
        this.#watch.stop();
        this.#teller.flush();
        this.#notePause();
      },
    });
  }

  /** Commands about a run; `init` is the worker's own. Failures become a `failed` event. */
  async handle(command: Exclude<Command, { type: 'init' | 'desk' | 'library' }>): Promise<void> {
    switch (command.type) {
      case 'foresee':
        return this.#foresee(command.settings);
      case 'start':
        this.#stepsLeft = command.isHeld ? 0 : Infinity;
        return this.#enqueue(() => this.#orRefuse(() => this.#begin(command)));
      case 'restore':
        return this.restore(command.snapshot, command);
      case 'fork':
        return this.fork(command.snapshot, command.changes, command);
      case 'recover':
        this.#stepsLeft = Infinity;
        return this.#enqueue(() => this.#orRefuse(() => this.#recover((good) => slowDown(good, command.rateFactor))));
      case 'recoverSmaller':
        this.#stepsLeft = Infinity;
        return this.#enqueue(() => this.#orRefuse(() => this.#recover(withSmallerBatch)));
      case 'save':
        return this.#enqueue(() => this.#takeDown('asked').then(() => undefined));
      case 'pause':
        this.#stepsLeft = 0;
        return;
      case 'resume':
        this.#phases.isOn = false;
        this.#stepsLeft = Infinity;
        return this.#turns.go();
      case 'step':
        this.#phases.isOn = false;
        this.#stepsLeft = 1;
        return this.#turns.go();
      case 'phase':
        this.#phases.isOn = true;
        this.#stepsLeft = 1;
        return this.#turns.go();
      case 'whatIf':
        return this.#enqueue(() => this.#wonder(command));
      case 'stop':
        this.#stepsLeft = 0;
        return this.#enqueue(() => this.#stop());
      case 'set':
        return this.#enqueue(() => this.#orRefuse(async () => this.#set(command.key, command.value)));
      case 'reroll':
        this.#board.showcase.reroll();
        return this.#enqueue(() => this.#complete(command.policy));
      case 'demonstrations':
        return this.#enqueue(() => this.#orRefuse(async () => this.#showDemonstrations(command.from, command.count)));
      case 'checkReward':
        return this.#enqueue(() => this.#reportReward());
      case 'pin':
        this.#board.showcase.prompts = command.prompts;
        return this.#enqueue(() => this.#completeAll());
      case 'evaluation':
        return this.#enqueue(() => this.#evaluator.take(command.order, this.#scene()));
      default: {
        const unknown: never = command;
        throw new ConfigError(`worker: no such command ${JSON.stringify(unknown)}.`);
      }
    }
  }

  /**
   * Goes on where a run was taken down. The present one makes way only once the other stands.
   * A snapshot that does not fit becomes a `failed` event.
   */
  restore(snapshot: RunSnapshot, { isHeld }: RestoreOptions = {}): Promise<void> {
    this.#stepsLeft = isHeld ? 0 : Infinity;
    return this.#enqueue(() => this.#orRefuse(() => this.#bringBack(snapshot)));
  }

  /** Begins a run of its own, with other settings, where another one was taken down. Answered as `restore`. */
  fork(
    snapshot: RunSnapshot,
    changes: SettingChanges,
    { runId = newRunId(), isHeld }: RestoreOptions & { runId?: string } = {},
  ): Promise<void> {
    this.#stepsLeft = isHeld ? 0 : Infinity;
    return this.#enqueue(() => this.#orRefuse(async () => this.#bringBack(forkSnapshot(snapshot, changes, runId))));
  }

  /**
   * Takes the run down between two steps and hands it to whoever keeps it. All metrics up to it have been posted then.
   * @returns null without a run, and while PPO stands inside an iteration
   */
  save(reason: SnapshotReason = 'asked'): Promise<RunSnapshot | null> {
    return new Promise((resolve, reject) => {
      const taken = () => this.#takeDown(reason).then(resolve);
      // The run has failed then as well: its newest steps were not finite.
      void this.#enqueue(() => taken().catch((error: unknown) => (reject(error as Error), this.#fail(error))));
    });
  }

  /** The engine's device went away, whether or not a step has noticed by now. */
  async noteLoss(error: DeviceError): Promise<void> {
    await this.#enqueue(async () => {
      if (!this.#losses.hasHandled(error)) throw error;
    });
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
      const { stage } = this.#book;
      const isLearning = this.#loop !== null && (stage === 'sft' || stage === 'pretrain');
      if (!run?.models.sft || isLearning)
        throw new ConfigError(
          'rm: there is no finished SFT policy to begin with; expected one; wait for step 1 or load the shipped models.',
        );
      await this.#loop?.return(undefined);
      run.contributions = contributions;
      forgetSaved(run);
      this.#book.plan(['rm', 'ppo']);
      this.#stepsLeft = Infinity;
      this.#nextStage();
    });
  }

  #enqueue(task: () => Promise<void>): Promise<void> {
    return this.#turns.enqueue(task);
  }

  /** A wish that cannot be met is answered; the run goes on. */
  async #orRefuse(task: () => Promise<void>): Promise<void> {
    try {
      await task();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      this.#teller.refuse(error.message);
    }
  }

  #canTrain(): boolean {
    return this.#loop !== null && this.#stepsLeft > 0;
  }

  /** One step of training or one slice of an evaluation, in turns while there is both. */
  async #turn(): Promise<void> {
    this.#isEvaluatorsTurn = this.#evaluator.isBusy && (!this.#isEvaluatorsTurn || !this.#canTrain());
    if (this.#isEvaluatorsTurn) return this.#watch.without(() => this.#evaluator.advance());
    const gate = this.#keeper.gate;
    if (!gate) return this.#advance();
    this.post({ type: 'saving', report: { state: 'waiting' } });
    await this.#watch.without(() => gate);
  }

  /** A run that was told to stand still says so, even while it is being evaluated. */
  #notePause(): void {
    if (!this.#loop || this.#stepsLeft > 0 || this.#teller.state !== 'running') return;
    this.#watch.stop();
    this.#teller.enter('paused');
    if (this.#board.isOwing) void this.#enqueue(() => this.#payAnswers());
    if (this.#keeper.isChanged) void this.#enqueue(() => this.#takeDown('pause').then(() => undefined));
  }

  /** What an evaluation may look at. */
  #scene(): Scene | null {
    const [run, settings] = [this.#run, this.#identity?.settings];
    const { stage, step } = this.#book;
    return run && settings ? { run, settings, stage, step } : null;
  }

  /** Anything that is asked for goes first, and once there is a run it has no use for the rest. */
  async #foresee(settings: RunSettings): Promise<void> {
    const doPiece = (piece: () => Promise<void>) =>
      this.between(async (run) => {
        if (!run) await piece();
      });
    for (const piece of foresight(settings, this.read)) await this.#orRefuse(() => doPiece(piece));
  }

  async #begin(command: Start): Promise<void> {
    // Before the old run goes: settings that cannot be must not cost it.
    const run = await prepareRun(command, this.read);
    await this.#discard();
    this.#losses.begin();
    this.#keeper.begin(null);
    await this.#beginWith(run, { ...command, runId: command.runId ?? newRunId() });
  }

  async #beginWith(run: Run, command: Start & { runId: string }): Promise<void> {
    const { runId, plan, settings } = command;
    this.#run = run;
    this.#identity = { runId, parent: null, plan, settings, changes: [] };
    this.#teller.plan = plan;
    this.#origin = command;
    this.#book.open(PLAN_STAGES[plan]);
    this.#teller.enter('loading', 'loading models');
    await loadModels(run, command, this.read);
    this.#show(run, this.#identity, null);
    this.#board.isOwing = true;
    this.#nextStage();
  }

  async #bringBack(snapshot: RunSnapshot): Promise<void> {
    const run = await bringBack(snapshot, this.read).catch((error: unknown) => {
      if (!(error instanceof StorageError)) throw error;
      this.#teller.say('storage', error.message);
    });
    if (!run) return;
    await this.#discard();
    this.#losses.begin();
    this.#keeper.begin(snapshot);
    await this.#goOn(run, snapshot);
  }

  /** Goes on with a run that was built again. */
  async #goOn(run: Run, { manifest }: RunSnapshot): Promise<void> {
    const { runId, parent, plan, settings, stages, position, at, summary } = manifest;
    this.#run = run;
    this.#identity = { runId, parent, plan, settings, changes: [...manifest.changes] };
    this.#teller.plan = plan;
    this.#origin = null;
    this.#book.open(stages);
    this.#book.standAt(at, summary);
    this.#show(run, this.#identity, at);
    await this.#completeAll();
    this.#nextStage();
    if (!position) return;
    this.#book.standAt(at, summary);
    this.#watch.begin(at.seconds);
    this.#teller.enter(this.#teller.state);
  }

  /** Tells the page of a run. */
  #show(run: Run, identity: RunIdentity, restoredAt: RunPlace | null): void {
    run.watch = this.#phases;
    this.#board.open(run);
    this.post({ type: 'runBegun', ...identity, changes: [...identity.changes], restoredAt });
  }

  async #payAnswers(): Promise<void> {
    if (!this.#board.isOwing) return;
    this.#watch.stop();
    await this.#completeAll();
  }

  /** After a stage diverged or memory ran out: the newest good state, with settings that ask for less. */
  async #recover(change: (good: RunSnapshot) => ChangedSnapshot): Promise<void> {
    const good = this.#keeper.stepBack();
    if (!good) throw new ConfigError('recover: there is no state to go back to; expected one; start the run again.');
    const { snapshot, changes } = change(good);
    const run = await bringBack(snapshot, this.read);
    await this.#discard();
    this.#keeper.tryAgain(snapshot);
    await this.#goOn(run, snapshot);
    for (const change of changes) this.post({ type: 'settingChanged', ...change });
  }

  #nextStage(): void {
    const stage = this.#book.next();
    this.#loop = stage && runStage(this.#run!, stage);
    if (stage) this.#watch.begin();
    this.#teller.enter(stage ? 'running' : 'done');
  }

  async #advance(): Promise<void> {
    this.#watch.go();
    this.#frame = undefined;
    this.#board.rememberBefore(this.#run!, this.#book.stage, this.#book.step + 1);
    const { value, done } = await this.#loop!.next();
    if (done) {
      const { stage, summary } = this.#book;
      this.#teller.flush();
      this.#book.finish();
      this.post({ type: 'stageDone', stage: stage!, summary });
      if (stage === 'rm') await this.#reportReward();
      // The policy whose updates it compares has made way for its average.
      if (this.#run!.ppo?.average) this.#board.showcase.forget();
      await this.#completeAll();
      this.#keeper.noteChange(this.#watch.step());
      await this.#takeDown('stageEnd');
      return this.#nextStage();
    }
    if (value.frame) {
      this.#standAt(value, value.frame);
      return this.#payAnswers();
    }
    this.#teller.activity = value.activity ?? null;
    if (value.step > 0) {
      this.#book.report = value;
      this.#losses.noteStep();
      // A pause may have come in while the step was on its way. Slow motion counts its stops instead.
      const countsStops = value.stage === 'ppo' && this.#phases.isOn;
      if (this.#stepsLeft > 0 && !countsStops) this.#stepsLeft--;
      this.#watch.lap(value.tokens, value.rows.length > 0);
      value.rows.push({ step: value.step, metrics: this.#watch.metrics(engineBytes()) });
    }
    // Charts first: answers take as long as a step.
    this.#teller.tell(value.stage, value.rows);
    this.#teller.enter('running', this.#teller.activity);
    if (value.step > 0) await this.#board.refresh(this.#run!, value);
    await this.#payAnswers();
    this.#keeper.noteChange(this.#watch.step());
    const reason = this.#keeper.due;
    if (reason) await this.#takeDown(reason);
  }

  /** @returns null without a run, and while PPO stands inside an iteration */
  async #takeDown(reason: SnapshotReason): Promise<RunSnapshot | null> {
    const [run, identity] = [this.#run, this.#identity];
    if (!run || !identity) return null;
    const { unfinished: stages, summary } = this.#book;
    const about = { ...identity, stages, summary, at: this.#book.place(this.#watch.seconds) };
    const taken = await this.#watch.without(() => snapshotRun(run, about, this.#keeper.frozen));
    if (!taken) return null;
    if (taken.rows.length > 0) this.#teller.tell(this.#book.stage!, taken.rows);
    this.#teller.flush();
    this.#keeper.take(taken.snapshot, reason);
    return taken.snapshot;
  }

  #showDemonstrations(from: number, count: number): void {
    if (!this.#run) throw new ConfigError('demonstrations: there is no run yet; they are written when one begins.');
    this.post({ type: 'demonstrations', page: demonstrationPage(this.#run, from, count) });
  }

  /** What the reward model makes of rankings it has not learned from. */
  async #reportReward(): Promise<void> {
    const run = this.#run;
    if (!run?.models.rewardModel || !run.models.sft)
      return this.#teller.refuse('check of the reward model: there is none yet; it comes with step 2.');
    this.post({ type: 'rewardReport', report: await rewardReport(run) });
  }

  /** PPO has stopped inside an iteration; the page gets what lies on the device. */
  #standAt(report: StepReport, frame: PhaseFrame): void {
    this.#book.report ??= report;
    this.#frame = frame;
    if (this.#stepsLeft > 0) this.#stepsLeft--;
    const { event, transfer } = phaseEvent(frame, this.#run!.curriculum);
    this.post(event, transfer);
    this.#watch.stop();
    this.#teller.enter('running');
  }

  /** Other settings for numbers the page was told before. */
  async #wonder({ requestId, batch, settings }: Extract<Command, { type: 'whatIf' }>): Promise<void> {
    this.post({ type: 'whatIf', requestId, tensors: await whatIf(batch, settings) });
  }

  async #completeAll(): Promise<void> {
    if (this.#run) await this.#board.completeAll(this.#run, this.#book.step);
  }

  async #complete(policy: PolicyName): Promise<void> {
    if (this.#run) await this.#board.complete(this.#run, policy, this.#book.step);
  }

  #set(key: SettingKey, value: SettingValue): void {
    const { stage, step } = this.#book;
    if (!this.#run || !stage) return;
    if (!settingRow(key).live)
      throw new ConfigError(`${key}: cannot change while a stage runs; use Apply and restart.`);
    (this.#run.config as Record<SettingKey, SettingValue>)[key] = validateSetting(key, value);
    this.#identity!.changes.push({ stage, step, key, value });
    this.#keeper.noteChange();
    this.post({ type: 'settingChanged', stage, step, key, value });
    // While a kept run stands still no step comes that would have this kept as well.
    if (this.#teller.state === 'paused' && this.#keeper.newest && !this.#frame)
      void this.#enqueue(() => this.#takeDown('pause').then(() => undefined));
    if (!followsSettings(this.#frame)) return;
    this.#phases.isStale = true;
    this.#stepsLeft = Math.max(1, this.#stepsLeft);
  }

  async #stop(): Promise<void> {
    // What is kept can go on later, although this run begins its stage anew.
    if (this.#loop && this.#keeper.isChanged) await this.#takeDown('pause');
    await this.#loop?.return(undefined);
    this.#loop = null;
    this.#book.abandon();
    if (this.#teller.state !== 'idle') this.#teller.enter('stopped');
  }

  async #discard(): Promise<void> {
    await this.#loop?.return(undefined);
    this.#loop = null;
    const scene = this.#scene();
    if (scene) await this.#evaluator.leave(scene);
    if (this.#run) disposeRun(this.#run);
    this.#forget();
  }

  /** Everything that belongs to the run beside its models. */
  #forget(): void {
    this.#run = null;
    this.#identity = null;
    this.#teller.plan = null;
    this.#book.report = null;
    this.#board.forget();
    this.#frame = undefined;
    this.#phases.isStale = false;
  }

  /** What holds up the step under way; null when it goes on. */
  noteActivity(activity: string | null): void {
    if (this.#teller.state === 'running') this.#teller.enter('running', activity);
  }

  async #fail(reason: unknown): Promise<void> {
    const error = await causeOf(reason);
    if (error instanceof DeviceError && error.trouble === 'memory') return this.#clear(error);
    const isLoss = error instanceof DeviceError && error.trouble === 'lost' && this.hooks.restartEngine !== undefined;
    const isKnown = this.#keeper.newest !== null || this.#origin !== null;
    if (!isLoss || !isKnown || !this.#losses.note(error)) return this.#end(error);
    // The new device may go away as well, while the run is being built again.
    await this.#rebuild(error).catch((again: unknown) => this.#fail(again));
  }

  /** Another device, and on it the newest snapshot; without one the run begins again. */
  async #rebuild({ message }: DeviceError): Promise<void> {
    const [snapshot, origin] = [this.#keeper.newest, this.#origin];
    const { losses } = this.#losses;
    const { preset } = (snapshot?.manifest ?? origin!).settings;
    const suggestion = losses > 1 ? smallerPreset(preset) : null;
    this.post({ type: 'deviceLost', message, losses, suggestion, resumesAt: snapshot?.manifest.at ?? null });
    this.#teller.enter('loading', 'starting the graphics device again');
    await this.#letGo();
    await this.hooks.restartEngine!();
    if (snapshot) await this.#goOn(await bringBack(snapshot, this.read), snapshot);
    else if (origin) await this.#beginWith(await prepareRun(origin, this.read), origin);
  }

  /** Everything on a device that computes no more goes; nothing of it can be kept. */
  async #letGo(): Promise<void> {
    await this.#loop?.return(undefined);
    this.#loop = null;
    await this.#evaluator.close();
    if (this.#run) disposeRun(this.#run);
    this.#forget();
  }

  /** Memory ran out. The engine starts again, empty, so that `recover` finds all of it. */
  async #clear({ message }: DeviceError): Promise<void> {
    const { stage, step } = this.#book;
    const recoversAt = this.#keeper.newest?.manifest.at;
    const smaller = this.#run && stage && smallerSettings(this.#run.config, stage);
    this.#teller.flush();
    this.#book.abandon();
    this.#teller.enter('failed');
    await this.#letGo();
    await this.hooks.restartEngine?.();
    const failure = { type: 'failed', kind: 'device', trouble: 'memory', message, stage, step } as const;
    this.post({ ...failure, ...(recoversAt && { recoversAt }), ...(smaller && { smaller }) });
  }

  /** The run cannot go on by itself. */
  async #end(error: unknown): Promise<void> {
    const loop = this.#loop;
    this.#loop = null;
    this.#teller.flush();
    this.#book.abandon();
    this.#teller.enter('failed');
    const { stage, step } = this.#book;
    const failure = { type: 'failed', kind: kindOf(error), message: messageOf(error), stage } as const;
    if (error instanceof DivergedError) {
      const recoversAt = this.#keeper.newest?.manifest.at;
      this.post({ ...failure, step: error.step, tensor: error.tensor, ...(recoversAt && { recoversAt }) });
    } else this.post({ ...failure, step });
    // A step that threw has ended its loop; a command that threw has not.
    await loop?.return(undefined);
  }
}
