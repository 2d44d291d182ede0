import { settingRow, type SettingKey, type SettingValue } from '../../config/config';
import { metricGroup, METRIC_KEYS, type MetricKey } from '../../metrics/metrics';
import type { Stage } from '../../worker/protocol';
import { charts } from '../messages/en/charts';
import { formatNumber, formatSetting } from '../state/format';

export type LineColour = 'base' | 'sft' | 'ppo' | 'ptx' | 'ink' | 'muted' | 'run1' | 'run2' | 'run3' | 'run4' | 'run5';
/** `double` is the thin double stroke that always means the true score. */
export type LineStroke = 'solid' | 'dash' | 'dashdot' | 'double';

export interface ChartSpec {
  key: MetricKey;
  stage: Stage;
  colour: LineColour;
  stroke: LineStroke;
  /** Written beside the line where the chart holds two. */
  label?: () => string;
  companion?: { key: MetricKey; label: () => string; colour: LineColour; stroke: LineStroke };
  /** A level worth comparing with. */
  reference?: { value: number; label: () => string };
}

/** Lines that are read against each other share a chart; the second has no chart of its own by default. */
const HELD_OUT = { own: charts.training, label: charts.heldOut };
const COMPANIONS: Partial<Record<MetricKey, { key: MetricKey; own: () => string; label: () => string }>> = {
  'pretrain/loss': { key: 'pretrain/eval_loss', ...HELD_OUT },
  'sft/loss': { key: 'sft/eval_loss', ...HELD_OUT },
  'rm/loss': { key: 'rm/eval_loss', ...HELD_OUT },
  'rm/accuracy': { key: 'rm/eval_accuracy', ...HELD_OUT },
  'objective/scores': { key: 'objective/true_score', own: charts.rmScore, label: charts.trueScore },
};

const REFERENCES: Partial<Record<MetricKey, { value: number; label: () => string }>> = {
  'rm/loss': { value: Math.LN2, label: () => charts.coin({ value: formatNumber(Math.LN2, 2) }) },
  'rm/accuracy': { value: 0.5, label: () => charts.coin({ value: formatNumber(0.5, 2) }) },
};

const STAGE_COLOUR: Record<Stage, LineColour> = { pretrain: 'base', sft: 'sft', rm: 'ink', ppo: 'ppo' };

const PPO_GROUPS = ['objective', 'policy', 'loss', 'val', 'len', 'collapse', 'run'];

/** Shown first, in this order, when the visitor has chosen nothing. */
export const DEFAULT_CHARTS: Record<'sft' | 'rm' | 'ppo', readonly MetricKey[]> = {
  sft: ['sft/loss', 'sft/mean_token_accuracy', 'sft/rm_score'],
  rm: ['rm/loss', 'rm/accuracy', 'rm/margin'],
  ppo: [
    'objective/scores',
    'objective/kl',
    'objective/rlhf_reward',
    'policy/entropy_avg',
    'loss/value_avg',
    'policy/clipfrac_avg',
    'loss/policy_avg',
    'val/ratio',
    'val/var_explained',
    'len/mean',
  ],
};

/** Every metric that can be charted on a screen, in the order of the metric table. */
export function availableCharts(screen: 'sft' | 'rm' | 'ppo'): MetricKey[] {
  return METRIC_KEYS.filter((key) => {
    const group = metricGroup(key);
    if (group === 'perf') return true;
    return screen === 'ppo'
      ? PPO_GROUPS.includes(group)
      : group === screen || (screen === 'sft' && group === 'pretrain');
  });
}

/** How one metric is drawn on a screen. */
export function chartSpec(key: MetricKey, screen: 'sft' | 'rm' | 'ppo'): ChartSpec {
  const stage: Stage = key.startsWith('pretrain/') ? 'pretrain' : screen;
  const isTrue = key === 'objective/true_score';
  const isScore = key === 'objective/scores' || isTrue;
  const spec: ChartSpec = {
    key,
    stage,
    colour: isScore ? 'ink' : STAGE_COLOUR[stage],
    stroke: isTrue ? 'double' : 'solid',
  };
  const companion = COMPANIONS[key];
  if (companion !== undefined) {
    const isTrueScore = companion.key === 'objective/true_score';
    spec.label = companion.own;
    spec.companion = {
      key: companion.key,
      label: companion.label,
      colour: 'ink',
      stroke: isTrueScore ? 'double' : 'solid',
    };
    if (!isTrueScore) spec.colour = spec.colour === 'ink' ? 'muted' : spec.colour;
  }
  const reference = REFERENCES[key];
  if (reference !== undefined) spec.reference = reference;
  return spec;
}

/** `β 0.02`: what a changed setting is called on a chart. */
export function markerLabel(key: SettingKey, value: SettingValue): string {
  const row = settingRow(key);
  return `${row.symbol ?? row.label} ${typeof value === 'number' ? formatSetting(Number(value.toPrecision(2))) : String(value)}`;
}
