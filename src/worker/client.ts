import type { Command, RecordedRun, RunState, WorkerEvent } from './protocol';
import { newId } from './runLease';
import { watchLife, type Alive } from './workerLife';

type Listener = (event: WorkerEvent) => void;

/** The page's handle on a run: a live one in the worker, or a recorded one. Screens cannot tell them apart. */
export interface RunClient {
  send(command: Command): void;
  /** Calls `listener` for every event from now on. Returns the function that ends it. */
  subscribe(listener: Listener): () => void;
  /** Drops whatever runs and begins afresh, as if just made; the listeners stay. */
  restart(): void;
  /** Frees the worker or the timer; no event follows. */
  close(): void;
}

class Listeners {
  #all = new Set<Listener>();

  add(listener: Listener): () => void {
    this.#all.add(listener);
    return () => this.#all.delete(listener);
  }

  emit(event: WorkerEvent): void {
    for (const listener of this.#all) listener(event);
  }
}

/**
 * Talks to the training worker. A worker that cannot start or throws outside a command becomes a `failed` event; one that
 * the browser ended becomes `workerGone`.
 */
export class WorkerClient implements RunClient {
  #listeners = new Listeners();
  #stopWatching = () => {};
  #worker: Worker;

  constructor() {
    this.#worker = this.#open();
  }

  #open(): Worker {
    const name = newId();
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name });
    worker.onmessage = ({ data }: MessageEvent<WorkerEvent | Alive>) => {
      if (data.type === 'alive')
        this.#stopWatching = watchLife(name, () => this.#listeners.emit({ type: 'workerGone' }));
      else this.#listeners.emit(data);
    };
    worker.onerror = (error) => this.#fail(error.message || 'the script did not load');
    worker.onmessageerror = () => this.#fail('a message could not be read');
    return worker;
  }

  #fail(reason: string): void {
    const message = `training worker: ${reason}; expected it to keep answering; reload the page.`;
    this.#listeners.emit({ type: 'failed', kind: 'unexpected', message, stage: null, step: 0 });
  }

  send(command: Command): void {
    this.#worker.postMessage(command);
  }

  subscribe(listener: Listener): () => void {
    return this.#listeners.add(listener);
  }

  restart(): void {
    this.close();
    this.#worker = this.#open();
  }

  close(): void {
    this.#stopWatching();
    this.#stopWatching = () => {};
    this.#worker.terminate();
  }
}

type RecordedEvent = RecordedRun['events'][number];

/** JSON has no NaN and no typed arrays: nulls become NaN, and plain arrays become the arrays the worker sends. */
function toWorkerEvent(event: RecordedEvent['event']): WorkerEvent {
  if (event.type !== 'metrics') return event;
  return {
    ...event,
    steps: Float64Array.from(event.steps),
    values: Float64Array.from(event.values, (value) => value ?? NaN),
  };
}

/** How often due events are handed out; the charts draw less often than that anyway. */
const TICK_MS = 50;

/**
 * Plays a recorded run through the same interface, `speed` times as fast as it was recorded.
 * `start` plays from the beginning, `pause`, `resume`, `step` (one status further) and `stop` work as in a live run;
 * commands that would need a model are ignored, because nothing is trained here.
 */
export class ReplayClient implements RunClient {
  #run: RecordedRun;
  #speed: number;
  #listeners = new Listeners();
  #next = 0;
  #atMs = 0;
  #timer: ReturnType<typeof setInterval> | undefined;
  #lastStatus: Extract<WorkerEvent, { type: 'status' }> | undefined;

  constructor(run: RecordedRun, speed = 1) {
    this.#run = run;
    this.#speed = speed;
  }

  subscribe(listener: Listener): () => void {
    return this.#listeners.add(listener);
  }

  send(command: Command): void {
    switch (command.type) {
      case 'start':
        this.#next = 0;
        this.#atMs = this.#run.events[0]?.atMs ?? 0;
        if (command.plan === 'ppo') this.#skipToPpo();
        return this.#play();
      case 'resume':
        return this.#play();
      case 'pause':
        return this.#halt('paused');
      case 'stop':
        return this.#halt('stopped');
      case 'step':
        clearInterval(this.#timer);
        while (this.#next < this.#run.events.length && this.#emitNext() !== 'status');
        return this.#halt('paused');
      case 'init':
      case 'foresee':
      case 'set':
      case 'restore':
      case 'fork':
      case 'recover':
      case 'recoverSmaller':
      case 'save':
      case 'reroll':
      case 'pin':
      case 'phase':
      case 'whatIf':
      case 'checkReward':
      case 'demonstrations':
      case 'evaluation':
      case 'desk':
      case 'library':
        return;
      default:
        return command satisfies never;
    }
  }

  /** What came before PPO happens at once, as a run that starts from shipped models has it behind it. */
  #skipToPpo(): void {
    const { events } = this.#run;
    const isPpo = () => this.#lastStatus?.status.stage === 'ppo';
    if (!events.some(({ event }) => event.type === 'status' && event.status.stage === 'ppo')) return;
    this.#lastStatus = undefined;
    while (this.#next < events.length && !isPpo()) this.#emitNext();
    this.#atMs = events[this.#next - 1].atMs;
  }

  #play(): void {
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#advance(TICK_MS * this.#speed), TICK_MS);
  }

  #halt(state: RunState): void {
    clearInterval(this.#timer);
    if (this.#lastStatus === undefined || this.#next >= this.#run.events.length) return;
    this.#listeners.emit({ type: 'status', status: { ...this.#lastStatus.status, state } });
  }

  #advance(byMs: number): void {
    this.#atMs += byMs;
    while (this.#next < this.#run.events.length && this.#run.events[this.#next].atMs <= this.#atMs) this.#emitNext();
    if (this.#next >= this.#run.events.length) clearInterval(this.#timer);
  }

  #emitNext(): WorkerEvent['type'] {
    const event = toWorkerEvent(this.#run.events[this.#next].event);
    this.#next += 1;
    if (event.type === 'status') this.#lastStatus = event;
    this.#listeners.emit(event);
    return event.type;
  }

  restart(): void {
    clearInterval(this.#timer);
    this.#next = 0;
    this.#atMs = 0;
    this.#lastStatus = undefined;
  }

  close(): void {
    clearInterval(this.#timer);
  }
}

/**
 * Loads a recorded run that ships with the page.
 * @returns null when the file is not there, as in a checkout where none has been recorded yet
 * @throws StorageError when the file is broken
 */
export async function loadRecordedRun(name: string, baseUrl: string): Promise<RecordedRun | null> {
  const response = await fetch(new URL(`recorded/${name}.json`, baseUrl)).catch(() => null);
  // A development server answers a missing file with the page itself.
  if (!response?.ok || !response.headers.get('content-type')?.includes('json')) return null;
  const { parseRecordedRun } = await import('./recordedRun');
  return parseRecordedRun(await response.text(), `recorded/${name}.json`);
}

/** The speed test, which few visitors ask for: its code is fetched with its screen. */
export const openBench = () => import('./benchClient');
