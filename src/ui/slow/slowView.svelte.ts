import type { AppState } from '../state/app.svelte';
import type { PhaseReport, PpoPhaseName } from '../../worker/protocol';
import { BatchNumbers, type CellKey } from './batchNumbers';
import { MAP_KEY } from './cellRows';
import { WhatIf } from './whatIf.svelte';

/** The six tabs; the last holds every step of the optimiser and what they led to. */
export const TABS = ['sample', 'score', 'readings', 'rewards', 'credit', 'updates'] as const;
export type Tab = (typeof TABS)[number];

export function tabOf(phase: PpoPhaseName): Tab {
  return phase === 'minibatch' || phase === 'result' ? 'updates' : phase;
}

/** Pause between phases while they are played slowly. */
const PLAY_MS = 3500;

/** What the slow-motion screen looks at: a stop of the watched iteration, an answer, a token. */
export class SlowView {
  #app: AppState;
  /** Index among the stops; null follows the newest. */
  #at = $state<number | null>(null);
  #row = $state(0);
  #token = $state(0);
  /** What the visitor wants the map to show; each phase has its own choice otherwise. */
  mapWish = $state<CellKey | null>(null);
  /** While credit is walked back: the first token that has got its share. Null shows all. */
  frontier = $state<number | null>(null);
  isPlaying = $state(false);

  readonly frame = $derived.by((): PhaseReport | null => this.frames[this.index] ?? null);
  /** Null before the first stop. */
  readonly numbers = $derived.by((): BatchNumbers | null => {
    if (this.frame === null) return null;
    const tried = this.whatIf.frame;
    return new BatchNumbers([...this.#seen, ...(tried === null ? [] : [tried])]);
  });
  /** Stops up to the one on show. */
  readonly #seen = $derived.by(() => this.frames.slice(0, this.index + 1));
  readonly whatIf = new WhatIf(
    () => this.#app.run.client,
    () => this.#seen,
  );

  constructor(app: AppState) {
    this.#app = app;
  }

  get frames(): readonly PhaseReport[] {
    return this.#app.run.phases;
  }

  get index(): number {
    return Math.min(this.#at ?? Infinity, this.frames.length - 1);
  }

  get isNewest(): boolean {
    return this.index === this.frames.length - 1;
  }

  /** The worker is on its way to the next stop. */
  get isBusy(): boolean {
    return this.#app.run.status.state === 'running' || this.#app.run.status.state === 'loading';
  }

  get row(): number {
    return Math.min(this.#row, (this.numbers?.answers.length ?? 1) - 1);
  }

  get token(): number {
    return Math.min(this.#token, (this.numbers?.length(this.row) ?? 1) - 1);
  }

  get mapKey(): CellKey | null {
    const { numbers } = this;
    if (numbers === null) return null;
    const isKnown = (key: CellKey) => numbers.value(key, numbers.update?.rows[0] ?? 0, 0) !== null;
    if (this.mapWish !== null && isKnown(this.mapWish)) return this.mapWish;
    const usual = MAP_KEY[numbers.phase];
    return usual !== null && isKnown(usual) ? usual : numbers.update === null ? null : 'newValues';
  }

  select(row: number, token: number): void {
    this.#row = Math.max(0, Math.min(row, (this.numbers?.answers.length ?? 1) - 1));
    this.#token = Math.max(0, Math.min(token, (this.numbers?.length(this.#row) ?? 1) - 1));
    if (this.frontier !== null) this.frontier = Math.min(this.frontier, this.#token);
  }

  /** Arrow keys: left and right walk tokens, up and down answers. @returns whether the key was one of them */
  move(key: string): boolean {
    const [down, right] = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[key] ?? [];
    if (down === undefined) return false;
    this.select(this.row + down, this.token + right);
    return true;
  }

  goTo(index: number): void {
    this.#at = index >= this.frames.length - 1 ? null : Math.max(0, index);
    this.frontier = null;
  }

  /** The first stop of a tab, if there is one yet. */
  firstOf(tab: Tab): number {
    return this.frames.findIndex(({ phase }) => tabOf(phase) === tab);
  }

  back(): void {
    this.goTo(this.index - 1);
  }

  /** The next kept stop, or the next one of the run; a run is begun where there is none. */
  next(): void {
    if (!this.isNewest) return this.goTo(this.index + 1);
    const app = this.#app;
    if (app.isShowingReplay || app.isOpening) return;
    this.goTo(Infinity);
    if (!app.run.isActive) {
      app.start(app.isShipped ? 'ppo' : app.defaultPlan);
      app.go('slow');
    }
    app.run.client.send({ type: 'phase' });
  }

  /** Begins the walk of credit from the last token, or takes it one token further. */
  walk(): void {
    const last = (this.numbers?.length(this.row) ?? 1) - 1;
    this.frontier = this.frontier === null ? last : Math.max(0, this.frontier - 1);
    this.#token = this.frontier;
  }

  /** Goes on by itself while `isPlaying`; returns the function that ends it. */
  play(): () => void {
    const timer = setInterval(() => {
      if (!this.isBusy || !this.isNewest) this.next();
    }, PLAY_MS);
    return () => clearInterval(timer);
  }
}
