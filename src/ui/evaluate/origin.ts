import { SETTING_KEYS } from '../../config/config';
import { evaluate } from '../messages/en/evaluate';
import { language } from '../messages/words.svelte';
import { formatNumber } from '../state/format';
import type { EvaluationRecord } from './evaluation.svelte';
import { candidateName, candidateNote } from './names';

/** Everything needed to make the figures of a record again, name and value. */
export function originOf(record: EvaluationRecord): [string, string][] {
  const { moment, request } = record;
  const { preset, recipe, overrides } = moment.settings;
  const seed = overrides['run.seed'] ?? 1;
  const changed = SETTING_KEYS.filter((key) => key !== 'run.seed' && overrides[key] !== undefined).map(
    (key) => `${key} = ${String(overrides[key])}`,
  );
  const policies = moment.candidates.filter(({ id }) => id === 'sft' || request.candidates.includes(id));
  return [
    [evaluate.wPreset(), preset],
    [evaluate.wRecipe(), recipe],
    [evaluate.wSeed(), String(seed)],
    [evaluate.wChanged(), changed.length > 0 ? changed.join(', ') : evaluate.wNone()],
    [evaluate.wMoment(), momentWords(record)],
    [
      evaluate.wPolicies(),
      policies.map((info) => `${candidateName(info.id, request.bestOf)} (${candidateNote(info.id, info)})`).join(', '),
    ],
    [
      evaluate.wPrompts(),
      request.distributions.map((each) => `${formatNumber(request.prompts, 0)} × ${evaluate[each]()}`).join(', '),
    ],
    [evaluate.wSampling(), evaluate.wSamplingText({ temperature: String(request.temperature) })],
    [evaluate.wEngine(), record.engine],
    [evaluate.wWhen(), new Date(record.whenMs).toLocaleString(language())],
  ];
}

/** A result in a list of results. */
export function recordWords({ whenMs, moment, request }: EvaluationRecord): string {
  const when = new Date(whenMs);
  const isToday = when.toDateString() === new Date().toDateString();
  const day = isToday ? {} : ({ day: 'numeric', month: 'short' } as const);
  const time = when.toLocaleString(language(), { ...day, hour: '2-digit', minute: '2-digit' });
  return moment.stage === 'ppo'
    ? evaluate.resultOption({ time, step: moment.step, prompts: request.prompts })
    : evaluate.resultBefore({ time, prompts: request.prompts });
}

export function momentWords({ moment }: EvaluationRecord): string {
  return moment.stage === 'ppo' ? evaluate.wMomentUpdate({ step: moment.step }) : evaluate.wMomentBefore();
}
