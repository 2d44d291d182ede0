/**
 * Runs workloads on several sides by turns: one repetition of each, then the next of each, so that whatever else the
 * machine does falls on all of them alike.
 */
import { agreement, CHECKED_STEPS } from './agreement';
import type { BenchEngine, Contestant, SideReply } from './protocol';
import { summarise, UNMEASURED, type BenchRow } from './rows';
import type { Rep } from './side';
import { flopsOf, type Workload, type WorkloadId } from './workloads';

/** What happens now: a side starts, or does a repetition, counted from 1. */
export interface BenchProgress {
  side: string;
  engine: BenchEngine;
  workload: WorkloadId | null;
  repetition: number;
}

export interface CompeteOptions {
  /** Timed repetitions of each side. */
  reps: number;
  /** Seconds after which a side does no further repetition of a workload; its first one is not counted. */
  budget: number;
  /** A repetition lasts about this many milliseconds where one unit is shorter; long enough to hide one readback. */
  repMs?: number;
  onProgress?: (progress: BenchProgress) => void;
  onRow?: (row: BenchRow) => void;
  /** Asked between repetitions; true ends the comparison with what there is. */
  isStopped?: () => boolean;
}

const DEFAULT_REP_MS = 250;
const MOST_UNITS = 50;
/** Budgets that the first repetition, which compiles, may use up before it is the only one. */
const COMPILING = 4;

/** One side during one workload. */
interface Turn {
  contestant: Contestant;
  started: Extract<SideReply, { type: 'started' }>;
  reps: Rep[];
  spentMs: number;
  failure: { status: 'failed' | 'skipped'; reason: string } | null;
}

/** Repetitions before the timed ones: they compile, and what they compute is compared. */
function warmUps(workload: Workload): number {
  switch (workload.kind) {
    case 'train':
      return CHECKED_STEPS;
    case 'sample':
    case 'credit':
    case 'ppo':
      return 1;
    case 'pipeline':
      return 0;
    default: {
      const unknown: never = workload;
      return unknown;
    }
  }
}

const canRepeat = (workload: Workload) => workload.kind === 'train' || workload.kind === 'credit';

function isDone({ reps, spentMs, failure }: Turn, workload: Workload, options: CompeteOptions): boolean {
  if (failure !== null) return true;
  const wanted = warmUps(workload) + (workload.kind === 'pipeline' ? 1 : options.reps);
  if (reps.length === 0 || reps.length >= wanted) return reps.length >= wanted;
  // Compiling may take long without saying anything about the steps that follow.
  const first = reps[0].ms;
  return first > COMPILING * options.budget * 1000 || spentMs - first > options.budget * 1000;
}

async function takeTurn(turn: Turn, workload: Workload, options: CompeteOptions): Promise<void> {
  const { reps, contestant } = turn;
  const isWarmUp = reps.length < warmUps(workload);
  const last = reps[reps.length - 1] as Rep | undefined;
  const wish = Math.round((options.repMs ?? DEFAULT_REP_MS) / (last?.ms ?? Infinity));
  const units = isWarmUp || !canRepeat(workload) ? 1 : Math.min(MOST_UNITS, Math.max(1, wish));
  const reply = await contestant.ask({ type: 'rep', units, isGreedy: isWarmUp });
  if (reply.type !== 'rep') {
    const reason = 'reason' in reply ? reply.reason : `answered ${reply.type}`;
    turn.failure = { status: reply.type === 'skipped' ? 'skipped' : 'failed', reason };
    return;
  }
  reps.push(reply.rep);
  turn.spentMs += reply.rep.ms * reply.rep.units;
}

/** What the check compares, of the repetitions before the timed ones. */
function checkedValues({ reps }: Turn, workload: Workload): number[] {
  if (workload.kind === 'train') return reps.slice(0, CHECKED_STEPS).flatMap(({ values }) => values);
  return reps[0]?.values ?? [];
}

/** The repetitions that count: a side too slow for its warm-up is judged by what it did after its first one, or by that. */
function timedReps(reps: readonly Rep[], workload: Workload): { timed: readonly Rep[]; remark: string } {
  const timed = reps.slice(warmUps(workload));
  if (timed.length > 0) return { timed, remark: '' };
  if (reps.length > 1) return { timed: reps.slice(1), remark: 'slow: timed while being checked; ' };
  return { timed: reps, remark: 'slow: one repetition, its compiling included; ' };
}

function toRow(turn: Turn, workload: Workload, reference: Turn | null, yardsticks: Map<string, number>): BenchRow {
  const { contestant, started, failure } = turn;
  const { side, engine } = contestant;
  const base = { workload: workload.id, side, engine, adapter: started.adapter };
  if (failure !== null) return { ...base, status: failure.status, note: failure.reason, ...UNMEASURED };
  const { timed, remark } = timedReps(turn.reps, workload);
  const yardstick = yardsticks.get(engine) ?? null;
  const hasGpu = engine === 'webgpu' || engine === 'null';
  const measured = summarise(timed, engine === 'null' ? null : flopsOf(workload), yardstick, hasGpu);
  return { ...base, ...judge(turn, workload, reference, remark), ...measured };
}

function judge(
  turn: Turn,
  workload: Workload,
  reference: Turn | null,
  remark: string,
): Pick<BenchRow, 'status' | 'note'> {
  if (turn.contestant.engine === 'null') return { status: 'ok', note: `${remark}a device that does nothing` };
  if (turn.started.differs !== undefined)
    return { status: 'differs', note: `${remark}different architecture: ${turn.started.differs}` };
  const got = checkedValues(turn, workload);
  if (got.length === 0 || reference === null) return { status: 'ok', note: `${remark}nothing to compare` };
  if (turn === reference) return { status: 'ok', note: `${remark}the others are compared with this one` };
  const { agrees, detail } = agreement(workload, checkedValues(reference, workload), got);
  return { status: agrees ? 'ok' : 'disagrees', note: `${remark}${detail}` };
}

async function prepare(turn: Turn, workload: Workload): Promise<void> {
  const reply = await turn.contestant.ask({ type: 'prepare', workload: workload.id });
  if (reply.type === 'prepared') return;
  const reason = 'reason' in reply ? reply.reason : `answered ${reply.type}`;
  turn.failure = { status: reply.type === 'skipped' ? 'skipped' : 'failed', reason };
}

/** The side all others are compared with: ours, else the first that computes anything. */
function pickReference(turns: readonly Turn[]): Turn | null {
  const able = turns.filter(
    ({ contestant, failure, started, reps }) =>
      failure === null && contestant.engine !== 'null' && started.differs === undefined && reps.length > 0,
  );
  return able.find(({ contestant }) => contestant.side === 'ours') ?? able[0] ?? null;
}

async function runWorkload(
  workload: Workload,
  ready: readonly Pick<Turn, 'contestant' | 'started'>[],
  yardsticks: Map<string, number>,
  options: CompeteOptions,
): Promise<BenchRow[]> {
  const turns = ready.map((side): Turn => ({ ...side, reps: [], spentMs: 0, failure: null }));
  for (const turn of turns) await prepare(turn, workload);
  for (let round = 1; ; round++) {
    const active = turns.filter((turn) => !isDone(turn, workload, options));
    if (active.length === 0 || options.isStopped?.()) break;
    for (const turn of active) {
      if (options.isStopped?.()) break;
      const { side, engine } = turn.contestant;
      options.onProgress?.({ side, engine, workload: workload.id, repetition: round });
      await takeTurn(turn, workload, options);
    }
  }
  for (const { contestant } of turns) await contestant.ask({ type: 'drop' });
  const reference = pickReference(turns);
  return turns
    .filter(({ reps, failure }) => failure !== null || reps.length > 0)
    .map((turn) => toRow(turn, workload, reference, yardsticks));
}

/** By workload, and within it as the contestants came; those that failed to start reported first. */
function inOrder(rows: readonly BenchRow[], contestants: readonly Contestant[]): BenchRow[] {
  const place = ({ side, engine }: BenchRow) =>
    contestants.findIndex((contestant) => contestant.side === side && contestant.engine === engine);
  return [...rows].sort((a, b) => a.workload.localeCompare(b.workload) || place(a) - place(b));
}

/**
 * @returns a row for every side and workload, also for those that failed; the yardsticks by engine, GFLOP/s
 */
export async function compete(
  contestants: readonly Contestant[],
  workloads: readonly Workload[],
  options: CompeteOptions,
): Promise<{ rows: BenchRow[]; yardsticks: Map<string, number> }> {
  const rows: BenchRow[] = [];
  const add = (row: BenchRow) => {
    rows.push(row);
    options.onRow?.(row);
  };
  const ready: Pick<Turn, 'contestant' | 'started'>[] = [];
  const yardsticks = new Map<string, number>();
  for (const contestant of contestants) {
    const { side, engine } = contestant;
    options.onProgress?.({ side, engine, workload: null, repetition: 0 });
    const reply = await contestant.ask({ type: 'start' });
    if (reply.type === 'started') {
      ready.push({ contestant, started: reply });
      if (reply.yardstick !== null) yardsticks.set(engine, Math.max(reply.yardstick, yardsticks.get(engine) ?? 0));
    } else {
      const note = 'reason' in reply ? reply.reason : `answered ${reply.type}`;
      for (const { id } of workloads)
        add({ workload: id, side, engine, adapter: '', status: 'failed', note, ...UNMEASURED });
    }
  }
  for (const workload of workloads) {
    if (options.isStopped?.()) break;
    for (const row of await runWorkload(workload, ready, yardsticks, options)) add(row);
  }
  return { rows: inOrder(rows, contestants), yardsticks };
}
