import { slow } from '../messages/en/slow';
import type { AppState } from '../state/app.svelte';
import type { SlowView, Tab } from './slowView.svelte';

interface TabWords {
  title: () => string;
  text: () => string;
  /** In the letters of the map of equations; the same in every language. */
  formula: readonly string[];
}

export const TAB_WORDS: Record<Tab, TabWords> = {
  sample: { title: slow.sampleTitle, text: slow.sampleText, formula: ['aₜ ~ π(· | s, a₁ … aₜ₋₁)'] },
  score: { title: slow.scoreTitle, text: slow.scoreText, formula: ['score = r(s, a)'] },
  readings: { title: slow.readingsTitle, text: slow.readingsText, formula: ['log π, log π_ref, V'] },
  rewards: {
    title: slow.rewardsTitle,
    text: slow.rewardsText,
    formula: ['kₜ = log π − log π_ref', 'rₜ = score·[last] − β kₜ'],
  },
  credit: {
    title: slow.creditTitle,
    text: slow.creditText,
    formula: ['δₜ = rₜ + γ Vₜ₊₁ − Vₜ', 'Aₜ = δₜ + γλ Aₜ₊₁'],
  },
  updates: {
    title: slow.updatesTitle,
    text: slow.updatesText,
    formula: ['ρₜ = π_new / π', 'max(−Â ρ, −Â clip(ρ, 1−ε, 1+ε))'],
  },
};

/** The line under a tab's name, with the sizes of this batch. */
export function tabLine(tab: Tab, view: SlowView, app: AppState): string {
  switch (tab) {
    case 'sample':
      return slow.sampleLine({ count: view.numbers?.answers.length ?? Number(app.settingOfRun('ppo.batchSize')) });
    case 'score':
      return slow.scoreLine();
    case 'readings':
      return slow.readingsLine();
    case 'rewards':
      return slow.rewardsLine();
    case 'credit':
      return slow.creditLine();
    case 'updates':
      return slow.updatesLine({
        pieces: Number(app.settingOfRun('ppo.minibatches')),
        epochs: Number(app.settingOfRun('ppo.epochs')),
      });
    default:
      return tab satisfies never;
  }
}

/** What the updates do in words, which depends on where they stand. */
export function tabText(tab: Tab, view: SlowView): string {
  const { numbers } = view;
  if (tab !== 'updates' || numbers === null) return TAB_WORDS[tab].text();
  if (numbers.update?.movesPolicy === false) return slow.warmupText();
  return numbers.phase === 'result' ? slow.resultText() : slow.updatesText();
}
