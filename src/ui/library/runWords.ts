import type { MetricKey } from '../../metrics/metrics';
import type { RunListing, SavedPlace, Stage } from '../../worker/protocol';
import { library as words } from '../messages/en/library';
import { language } from '../messages/words.svelte';
import { formatDuration, formatMetric } from '../state/format';

const STAGE_WORDS: Record<Stage, () => string> = {
  pretrain: words.stagePretrain,
  sft: words.stageSft,
  rm: words.stageRm,
  ppo: words.stagePpo,
};

/** Where a run stands: "PPO, update 34 of 100". */
export function placeWords({ stage, step, totalSteps, isDone }: SavedPlace): string {
  if (isDone || stage === null) return words.placeDone();
  if (totalSteps === 0 || step === 0) return words.placeBegins({ stage: STAGE_WORDS[stage]() });
  const place = { stage: STAGE_WORDS[stage](), step, total: totalSteps };
  return stage === 'ppo' ? words.placeUpdate(place) : words.placeStep(place);
}

/** The figures a stage is known by, the newest stage first. */
const FIGURES: readonly { stage: Stage; key: MetricKey; word: (values: { value: string }) => string }[] = [
  { stage: 'ppo', key: 'objective/scores', word: words.figureScore },
  { stage: 'ppo', key: 'objective/true_score', word: words.figureTrue },
  { stage: 'ppo', key: 'objective/kl', word: words.figureKl },
  { stage: 'rm', key: 'rm/eval_accuracy', word: words.figureAccuracy },
  { stage: 'sft', key: 'sft/loss', word: words.figureLoss },
  { stage: 'pretrain', key: 'pretrain/loss', word: words.figureLoss },
];

/** The last figures of the newest stage that has any. */
export function figureWords({ summaries }: RunListing): string {
  const newest = FIGURES.find(({ stage, key }) => summaries[stage]?.[key] !== undefined)?.stage;
  const words = FIGURES.filter(({ stage, key }) => stage === newest && summaries[stage]?.[key] !== undefined);
  return words
    .map(({ stage, key, word }) => word({ value: formatMetric(key, summaries[stage]?.[key]).text }))
    .join(' · ');
}

const DAY_S = 86_400;

/** A moment as people say it: "12 s", "3 min 05 s" ago is for the status line; older than a day gets its date. */
export function savedWords(savedAt: number, now = Date.now()): string {
  // A clock that was set back since must not speak of the future.
  const seconds = Math.max(0, (now - savedAt) / 1000);
  if (seconds < 5) return words.savedNow();
  if (seconds < DAY_S) return words.savedAgo({ time: formatDuration(seconds) });
  return new Date(savedAt).toLocaleString(language(), { dateStyle: 'medium', timeStyle: 'short' });
}
