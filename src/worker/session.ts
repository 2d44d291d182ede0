/**
 * The session inside the worker: turns commands into stages and stages into events. Everything that touches models happens
 * between steps, one thing at a time, so that a command never sees a half-finished update.
 */
import { settingRow, validateSetting, type SettingKey, type SettingValue, type RunSettings } from '../config/config';
import { ConfigError, type DeviceError } from '../config/errors';
import type { AssetReader } from '../pipeline/assets';
import type { Contributions } from '../pipeline/contributions';
import { demonstrationPage } from '../pipeline/demonstrationTable';
import { forkSnapshot, slowDown, type SettingChanges } from '../pipeline/fork';
import type { Run } from '../pipeline/run';
import { withSmallerBatch } from '../pipeline/smallerBatch';
import { newRunId, type RunSnapshot } from '../pipeline/snapshot';
import { whatIf } from '../pipeline/whatIf';
import { begin, comeBack, recover, retrain } from './openings';
import { foresight } from './foresight';
import type { SnapshotReason } from './keeper';
import { LiveRun, type Post, type SessionHooks } from './liveRun';
import type { Command, PolicyName } from './protocol';
import { followsSettings } from './slowMotion';
import { advance } from './training';
import { answerTrouble } from './trouble';
import { Turns } from './turns';

export type { SessionHooks } from './liveRun';

export interface RestoreOptions {
  /** Waits before the next step. */
  isHeld?: boolean;
}

export class Session {
  #live: LiveRun;
  #turns: Turns;
  #isEvaluatorsTurn = false;
  /** How often a run was foreseen. */
  #foresights = 0;

  constructor(
    readonly read: AssetReader,
    readonly post: Post,
    hooks: SessionHooks = {},
  ) {
    const live = (this.#live = new LiveRun(read, post, hooks));
    this.#turns = new Turns({
      hasWork: () => live.canTrain || live.evaluator.isBusy,
      turn: () => this.#turn(),
      onError: (error) => answerTrouble(live, error),
      settle: () => this.#notePause(),
      rest: () => {
        live.watch.stop();
        live.teller.flush();
        this.#notePause();
      },
    });
  }

  /** Commands about a run; `init` is the worker's own. Failures become a `failed` event. */
  async handle(command: Exclude<Command, { type: 'init' | 'desk' | 'library' }>): Promise<void> {
    const live = this.#live;
    switch (command.type) {
      case 'foresee':
        return this.#foresee(command.settings);
      case 'start':
        live.stepsLeft = command.isHeld ? 0 : Infinity;
        return this.#wish(() => begin(live, command));
      case 'restore':
        return this.restore(command.snapshot, command);
      case 'fork':
        return this.fork(command.snapshot, command.changes, command);
      case 'recover':
        live.stepsLeft = Infinity;
        return this.#wish(() => recover(live, (good) => slowDown(good, command.rateFactor)));
      case 'recoverSmaller':
        live.stepsLeft = Infinity;
        return this.#wish(() => recover(live, withSmallerBatch));
      case 'save':
        return this.#takeDown('asked');
      case 'pause':
        live.stepsLeft = 0;
        return;
      case 'resume':
        return this.#go(Infinity, false);
      case 'step':
        return this.#go(1, false);
      case 'phase':
        return this.#go(1, true);
      case 'whatIf':
        return this.#enqueue(() => this.#wonder(command));
      case 'stop':
        live.stepsLeft = 0;
        return this.#enqueue(() => live.stop());
      case 'set':
        return this.#wish(async () => this.#set(command.key, command.value));
      case 'reroll':
        live.board.showcase.reroll();
        return this.#enqueue(() => this.#complete(command.policy));
      case 'demonstrations':
        return this.#wish(async () => this.#showDemonstrations(command.from, command.count));
      case 'checkReward':
        return this.#enqueue(() => live.reportReward());
      case 'pin':
        live.board.showcase.prompts = command.prompts;
        return this.#enqueue(() => live.completeAll());
      case 'evaluation':
        return this.#enqueue(() => live.evaluator.take(command.order, live.scene));
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
    this.#live.stepsLeft = isHeld ? 0 : Infinity;
    return this.#wish(() => comeBack(this.#live, snapshot));
  }

  /** Begins a run of its own, with other settings, where another one was taken down. Answered as `restore`. */
  fork(
    snapshot: RunSnapshot,
    changes: SettingChanges,
    { runId = newRunId(), isHeld }: RestoreOptions & { runId?: string } = {},
  ): Promise<void> {
    this.#live.stepsLeft = isHeld ? 0 : Infinity;
    return this.#wish(async () => comeBack(this.#live, forkSnapshot(snapshot, changes, runId)));
  }

  /**
   * Takes the run down between two steps and hands it to whoever keeps it. All metrics up to it have been posted then.
   * @returns null without a run, and while PPO stands inside an iteration
   */
  save(reason: SnapshotReason = 'asked'): Promise<RunSnapshot | null> {
    return new Promise((resolve, reject) => {
      const taken = () => this.#live.takeDown(reason).then(resolve);
      // The run has failed then as well: its newest steps were not finite.
      void this.#enqueue(() =>
        taken().catch((error: unknown) => (reject(error as Error), answerTrouble(this.#live, error))),
      );
    });
  }

  /** The engine's device went away, whether or not a step has noticed by now. */
  async noteLoss(error: DeviceError): Promise<void> {
    await this.#enqueue(async () => {
      if (!this.#live.losses.hasHandled(error)) throw error;
    });
  }

  /** Stops training and frees every model. The session is not used any more. */
  close(): Promise<void> {
    const live = this.#live;
    live.stepsLeft = 0;
    const end = () => live.discard().then(() => live.evaluator.close());
    return new Promise((resolve, reject) => void this.#enqueue(() => end().then(resolve, reject)));
  }

  /**
   * Runs `task` between two steps, as soon as its turn comes. What it throws is the caller's to answer; the run goes on.
   * @param task may read the run and compute with its models, but must leave them as they are
   */
  between<T>(task: (run: Run | null) => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => void this.#enqueue(() => task(this.#live.run).then(resolve, reject)));
  }

  /**
   * Trains the reward model of the present run again, from its SFT policy and on these contributions, and then PPO.
   * @throws ConfigError while there is no finished SFT policy
   */
  retrain(contributions: Contributions): Promise<void> {
    return this.between(() => retrain(this.#live, contributions));
  }

  /** What holds up the step under way; null when it goes on. */
  noteActivity(activity: string | null): void {
    const { teller } = this.#live;
    if (teller.state === 'running') teller.enter('running', activity);
  }

  #enqueue(task: () => Promise<void>): Promise<void> {
    return this.#turns.enqueue(task);
  }

  /** Between two steps; one that cannot be met is answered, and the run goes on. */
  #wish(task: () => Promise<void>): Promise<void> {
    return this.#enqueue(() => this.#orRefuse(task));
  }

  async #orRefuse(task: () => Promise<void>): Promise<void> {
    try {
      await task();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      this.#live.teller.refuse(error.message);
    }
  }

  #takeDown(reason: SnapshotReason): Promise<void> {
    return this.#enqueue(() => this.#live.takeDown(reason).then(() => undefined));
  }

  /** @param stops whether PPO stops inside its iterations, and is counted so */
  #go(steps: number, stops: boolean): Promise<void> {
    this.#live.phases.isOn = stops;
    this.#live.stepsLeft = steps;
    return this.#turns.go();
  }

  /** One step of training or one slice of an evaluation, in turns while there is both. */
  async #turn(): Promise<void> {
    const { evaluator, watch, keeper, canTrain } = this.#live;
    this.#isEvaluatorsTurn = evaluator.isBusy && (!this.#isEvaluatorsTurn || !canTrain);
    if (this.#isEvaluatorsTurn) return watch.without(() => evaluator.advance());
    const { gate } = keeper;
    if (!gate) return advance(this.#live);
    this.post({ type: 'saving', report: { state: 'waiting' } });
    await watch.without(() => gate);
  }

  /** A run that was told to stand still says so, even while it is being evaluated. */
  #notePause(): void {
    const { loop, stepsLeft, teller, watch, board, keeper } = this.#live;
    if (!loop || stepsLeft > 0 || teller.state !== 'running') return;
    watch.stop();
    teller.enter('paused');
    if (board.isOwing) void this.#enqueue(() => this.#live.payAnswers());
    if (keeper.isChanged) void this.#takeDown('pause');
  }

  /** Anything that is asked for goes first, and once there is a run, or another one is likelier, it has no use for the rest. */
  async #foresee(settings: RunSettings): Promise<void> {
    const mine = ++this.#foresights;
    const doPiece = (piece: () => Promise<unknown>) =>
      this.between(async (run) => {
        if (!run && mine === this.#foresights) await piece();
      });
    for (const piece of foresight(settings, this.read)) await this.#orRefuse(() => doPiece(piece));
  }

  #showDemonstrations(from: number, count: number): void {
    const { run } = this.#live;
    if (!run) throw new ConfigError('demonstrations: there is no run yet; they are written when one begins.');
    this.post({ type: 'demonstrations', page: demonstrationPage(run, from, count) });
  }

  /** Other settings for numbers the page was told before. */
  async #wonder({ requestId, batch, settings }: Extract<Command, { type: 'whatIf' }>): Promise<void> {
    this.post({ type: 'whatIf', requestId, tensors: await whatIf(batch, settings) });
  }

  async #complete(policy: PolicyName): Promise<void> {
    const { run, board, book } = this.#live;
    if (run) await board.complete(run, policy, book.step);
  }

  #set(key: SettingKey, value: SettingValue): void {
    const live = this.#live;
    const { stage, step } = live.book;
    if (!live.run || !stage) return;
    if (!settingRow(key).live)
      throw new ConfigError(`${key}: cannot change while a stage runs; use Apply and restart.`);
    (live.run.config as Record<SettingKey, SettingValue>)[key] = validateSetting(key, value);
    live.identity!.changes.push({ stage, step, key, value });
    live.keeper.noteChange();
    this.post({ type: 'settingChanged', stage, step, key, value });
    // While a kept run stands still no step comes that would have this kept as well.
    if (live.teller.state === 'paused' && live.keeper.newest && !live.frame) void this.#takeDown('pause');
    if (!followsSettings(live.frame)) return;
    live.phases.isStale = true;
    live.stepsLeft = Math.max(1, live.stepsLeft);
  }
}
