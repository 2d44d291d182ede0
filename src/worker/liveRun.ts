/** The run inside the worker with everything that belongs to it: where it stands, who watches it, what is kept of it. */
import type { AssetReader } from '../pipeline/assets';
import type { PhaseFrame, PhaseWatch } from '../pipeline/ppoPhases';
import type { StageLoop } from '../pipeline/report';
import { rewardReport } from '../pipeline/rewardReport';
import { disposeRun, runStage, type Run } from '../pipeline/run';
import { snapshotRun, type RunIdentity, type RunPlace, type RunSnapshot } from '../pipeline/snapshot';
import { Announcer } from './announcer';
import { AnswerBoard } from './answerBoard';
import type { Scene } from './evaluationScene';
import { Evaluator } from './evaluator';
import { kindOf, LossBook, messageOf } from './failures';
import { Keeper, type SnapshotReason, type SnapshotTaker } from './keeper';
import type { Command, WorkerEvent } from './protocol';
import { StageBook } from './stageBook';
import { Stopwatch } from './stopwatch';

export type Post = (event: WorkerEvent, transfer?: Transferable[]) => void;
export type Start = Extract<Command, { type: 'start' }>;

/** What a session leaves to the worker. */
export interface SessionHooks {
  onSnapshot?: SnapshotTaker;
  /** Shortest time between two snapshots that are taken by themselves. */
  snapshotEveryMs?: number;
  /** Starts the engine again after its device went away. Without it such a run has failed. */
  restartEngine?(): Promise<void>;
}

/** One run after the other; between two there is none. Only what goes on between two steps may call its methods. */
export class LiveRun {
  run: Run | null = null;
  identity: RunIdentity | null = null;
  /** How the run began; null where it was brought back from a snapshot. */
  origin: (Start & { runId: string }) | null = null;
  loop: StageLoop<void> | null = null;
  /** Steps until it stands still. */
  stepsLeft = Infinity;
  /** Where PPO stands inside an iteration, while it is watched. */
  frame: PhaseFrame | undefined;
  readonly phases: PhaseWatch = { isOn: false, isStale: false, tellsAnswers: true };
  readonly book = new StageBook();
  readonly watch = new Stopwatch();
  readonly losses = new LossBook();
  readonly teller: Announcer;
  readonly board: AnswerBoard;
  readonly evaluator: Evaluator;
  readonly keeper: Keeper;

  constructor(
    readonly read: AssetReader,
    readonly post: Post,
    readonly hooks: SessionHooks,
  ) {
    this.teller = new Announcer(post, this.book, this.watch);
    this.board = new AnswerBoard(post);
    this.evaluator = new Evaluator((news) => post({ type: 'evaluation', news }));
    const onFailure = (error: unknown) => this.teller.say(kindOf(error), messageOf(error));
    this.keeper = new Keeper((...taken) => hooks.onSnapshot?.(...taken), onFailure, hooks.snapshotEveryMs);
  }

  get canTrain(): boolean {
    return this.loop !== null && this.stepsLeft > 0;
  }

  /** What an evaluation may look at. */
  get scene(): Scene | null {
    const [run, settings] = [this.run, this.identity?.settings];
    const { stage, step } = this.book;
    return run && settings ? { run, settings, stage, step } : null;
  }

  /** Tells the page of a run. */
  show(run: Run, identity: RunIdentity, restoredAt: RunPlace | null): void {
    run.watch = this.phases;
    this.board.open(run);
    this.post({ type: 'runBegun', ...identity, changes: [...identity.changes], restoredAt });
  }

  nextStage(): void {
    const stage = this.book.next();
    this.loop = stage && runStage(this.run!, stage);
    if (stage) this.watch.begin();
    this.teller.enter(stage ? 'running' : 'done');
  }

  async completeAll(): Promise<void> {
    if (this.run) await this.board.completeAll(this.run, this.book.step);
  }

  /** Answers that had to wait for the first step. */
  async payAnswers(): Promise<void> {
    if (!this.board.isOwing) return;
    this.watch.stop();
    await this.completeAll();
  }

  /** What the reward model makes of rankings it has not learned from. */
  async reportReward(): Promise<void> {
    const { run } = this;
    if (!run?.models.rewardModel || !run.models.sft)
      return this.teller.refuse('check of the reward model: there is none yet; it comes with step 2.');
    this.post({ type: 'rewardReport', report: await rewardReport(run) });
  }

  /** @returns null without a run, and while PPO stands inside an iteration */
  async takeDown(reason: SnapshotReason): Promise<RunSnapshot | null> {
    const { run, identity, book } = this;
    if (!run || !identity) return null;
    const { unfinished: stages, summary } = book;
    const about = { ...identity, stages, summary, at: book.place(this.watch.seconds) };
    const taken = await this.watch.without(() => snapshotRun(run, about, this.keeper.frozen));
    if (!taken) return null;
    if (taken.rows.length > 0) this.teller.tell(book.stage!, taken.rows);
    this.teller.flush();
    this.keeper.take(taken.snapshot, reason);
    return taken.snapshot;
  }

  async stop(): Promise<void> {
    // What is kept can go on later, although this run begins its stage anew.
    if (this.loop && this.keeper.isChanged) await this.takeDown('pause');
    await this.endLoop();
    this.book.abandon();
    if (this.teller.state !== 'idle') this.teller.enter('stopped');
  }

  /** The run makes way; its policy stays for comparisons. */
  async discard(): Promise<void> {
    await this.endLoop();
    const { scene } = this;
    if (scene) await this.evaluator.leave(scene);
    this.#forget();
  }

  /** Everything on a device that computes no more goes; nothing of it can be kept. */
  async letGo(): Promise<void> {
    await this.endLoop();
    await this.evaluator.close();
    this.#forget();
  }

  async endLoop(): Promise<void> {
    await this.loop?.return(undefined);
    this.loop = null;
  }

  #forget(): void {
    if (this.run) disposeRun(this.run);
    this.run = null;
    this.identity = null;
    this.teller.plan = null;
    this.book.report = null;
    this.board.forget();
    this.frame = undefined;
    this.phases.isStale = false;
  }
}
