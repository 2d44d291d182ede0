import { shell } from '../messages/en/shell';
import type { MetricKey } from '../../metrics/metrics';
import type { Stage } from '../../worker/protocol';
import type { RunModel } from '../state/run.svelte';

export type StepState = 'empty' | 'ready' | 'running' | 'paused' | 'stopped' | 'done' | 'stale';

export const STATE_WORDS: Record<StepState, () => string> = {
  empty: shell.stateEmpty,
  ready: shell.stateReady,
  running: shell.stateRunning,
  paused: shell.statePaused,
  stopped: shell.stateStopped,
  done: shell.stateDone,
  stale: shell.stateStale,
};

/** One card of the figure strip. */
export interface StepCard {
  route: 'sft' | 'rm' | 'ppo' | 'eval';
  number: number;
  title: () => string;
  colour: 'sft' | 'ink' | 'ppo';
  stage: Stage;
  /** `final` takes the place of `key` once the stage is done. */
  headline: { key: MetricKey; word: () => string; final?: MetricKey };
}

export const STEP_CARDS: readonly StepCard[] = [
  {
    route: 'sft',
    number: 1,
    title: shell.cardSft,
    colour: 'sft',
    stage: 'sft',
    headline: { key: 'sft/loss', word: shell.wordLoss },
  },
  {
    route: 'rm',
    number: 2,
    title: shell.cardRm,
    colour: 'ink',
    stage: 'rm',
    headline: { key: 'rm/accuracy', word: shell.wordAccuracy, final: 'rm/eval_accuracy' },
  },
  {
    route: 'ppo',
    number: 3,
    title: shell.cardPpo,
    colour: 'ppo',
    stage: 'ppo',
    headline: { key: 'objective/scores', word: shell.wordScore },
  },
  {
    route: 'eval',
    number: 4,
    title: shell.cardEval,
    colour: 'ppo',
    stage: 'ppo',
    headline: { key: 'objective/true_score', word: shell.wordTrueScore },
  },
];

/** Status of a card. A finished step whose settings were changed afterwards is stale. */
export function stepState(card: StepCard, run: RunModel, stale: readonly Stage[]): StepState {
  const own = run.status.stages[card.stage];
  if (card.route === 'eval')
    return own === 'done'
      ? stale.length > 0
        ? 'stale'
        : 'done'
      : run.metrics.keys('ppo').length > 0
        ? 'ready'
        : 'empty';
  const isOn = own === 'running' || (card.route === 'sft' && run.status.stages.pretrain === 'running');
  if (isOn) {
    const { state } = run.status;
    if (state === 'stopped' || state === 'failed') return 'stopped';
    return state === 'paused' ? 'paused' : 'running';
  }
  return own === 'done' && stale.includes(card.stage) ? 'stale' : own;
}

/** The number on a card: what a done stage says about held-out data, else the mean of the newest points, as one batch is noisy. */
export function headlineValue(card: StepCard, run: RunModel): number | null {
  const { key, final } = card.headline;
  const summary = run.summaries[card.stage];
  const heldOut = final === undefined ? undefined : summary?.[final];
  return heldOut ?? run.metrics.series(card.stage, key)?.recentMean(5) ?? summary?.[key] ?? null;
}
