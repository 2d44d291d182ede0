import { engineBytes } from '../kernels/device';
import type { MetricsRow, Stage } from '../pipeline/report';
import { MetricOutbox } from './metricOutbox';
import type { FailureKind, RunPlan, RunState, StatusReport, WorkerEvent } from './protocol';
import type { StageBook } from './stageBook';
import type { Stopwatch } from './stopwatch';

/** Tells the page where the run stands: state, place, figures, and what was refused. */
export class Announcer {
  state: RunState = 'idle';
  activity: string | null = null;
  /** Of the run on screen; null without one. */
  plan: RunPlan | null = null;
  #outbox: MetricOutbox;

  constructor(
    readonly post: (event: WorkerEvent, transfer?: Transferable[]) => void,
    readonly book: StageBook,
    readonly watch: Stopwatch,
  ) {
    this.#outbox = new MetricOutbox(post);
  }

  enter(state: RunState, activity: string | null = null): void {
    this.state = state;
    this.activity = activity;
    this.post({ type: 'status', status: this.#status() });
  }

  /** Figures of steps, which leave at most ten times a second. */
  tell(stage: Stage, rows: readonly MetricsRow[]): void {
    for (const row of rows) Object.assign(this.book.summary, row.metrics);
    this.#outbox.add(stage, rows);
  }

  /** Lets figures go that still wait. */
  flush(): void {
    this.#outbox.flush();
  }

  refuse(message: string): void {
    this.say('config', message);
  }

  say(kind: FailureKind, message: string): void {
    const { stage, step } = this.book;
    this.post({ type: 'failed', kind, message, stage, step });
  }

  #status(): StatusReport {
    const { stage, states, report } = this.book;
    return {
      state: this.state,
      plan: this.plan,
      stage,
      stages: { ...states },
      step: report?.step ?? 0,
      totalSteps: report?.totalSteps ?? 0,
      episodes: report?.episodes ?? 0,
      tokensPerSecond: this.watch.tokensPerSecond,
      etaSeconds: report ? this.watch.remaining(report.totalSteps - report.step) : null,
      activity: this.activity,
      memoryMb: engineBytes() / 1e6,
    };
  }
}
