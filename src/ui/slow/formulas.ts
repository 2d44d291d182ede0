import { clipVerdict } from '../inspector/tokenFacts';
import { slow } from '../messages/en/slow';
import { formatNumber, formatSetting, formatSigned, visibleToken } from '../state/format';
import type { BatchNumbers } from './batchNumbers';

/** A formula with the numbers of one cell: symbols, then numbers, then the result. */
export interface CellFormula {
  symbol: string;
  /** 0-based token, written as an index; null for the whole answer. */
  index: number | null;
  rows: readonly string[];
  result: string;
  note?: string;
}

const number = (value: number | null, digits = 2) => formatNumber(value, digits);
/** A summand that may be negative, in brackets then. */
const bracket = (value: number | null, digits = 2) =>
  value !== null && value < 0 ? `(${formatNumber(value, digits)})` : formatNumber(value, digits);

/** What happens at one token in the phase on show, written out. */
export function cellFormulas(numbers: BatchNumbers, row: number, token: number): CellFormula[] {
  switch (numbers.phase) {
    case 'sample':
      return [
        {
          symbol: 'a',
          index: token,
          rows: [slow.formulaSampled()],
          result: visibleToken(numbers.answers[row].tokens[token]),
        },
      ];
    case 'score':
      return [
        { symbol: 'score', index: null, rows: [slow.formulaScore()], result: formatSigned(numbers.score(row), 3) },
      ];
    case 'readings':
      return readingFormulas(numbers, row, token);
    case 'rewards':
      return rewardFormulas(numbers, row, token);
    case 'credit':
      return creditFormulas(numbers, row, token);
    case 'minibatch':
    case 'result':
      return updateFormulas(numbers, row, token);
    default:
      return numbers.phase satisfies never;
  }
}

function readingFormulas(numbers: BatchNumbers, row: number, token: number): CellFormula[] {
  const one = (symbol: string, key: 'logprobs' | 'referenceLogprobs'): CellFormula => {
    const value = numbers.value(key, row, token) ?? 0;
    const percent = formatNumber(Math.exp(value) * 100, Math.exp(value) < 0.1 ? 2 : 1);
    return { symbol, index: token, rows: [`log ${percent} %`], result: number(value, 3) };
  };
  return [one('log π', 'logprobs'), one('log π_ref', 'referenceLogprobs')];
}

function rewardFormulas(numbers: BatchNumbers, row: number, token: number): CellFormula[] {
  const { klCoef, klEstimator } = numbers.settings;
  const kl = numbers.value('kl', row, token);
  const [own, other] = [numbers.value('logprobs', row, token), numbers.value('referenceLogprobs', row, token)];
  const isLast = token === numbers.length(row) - 1;
  const isPlain = klEstimator === 'k1';
  return [
    {
      symbol: 'k',
      index: token,
      rows: isPlain
        ? ['log π − log π_ref', `${number(own)} − ${bracket(other)}`]
        : ['eᵈ − 1 − d, d = log π_ref − log π', `d = ${number((other ?? 0) - (own ?? 0), 3)}`],
      result: formatSigned(kl, 3),
    },
    {
      symbol: 'r',
      index: token,
      rows: [
        'score·[last] − β k',
        `${isLast ? number(numbers.score(row)) : '0'} − ${formatSetting(klCoef)} × ${bracket(kl, 3)}`,
      ],
      result: formatSigned(numbers.value('rewards', row, token), 3),
    },
  ];
}

function creditFormulas(numbers: BatchNumbers, row: number, token: number): CellFormula[] {
  const { gamma, lambda } = numbers.settings;
  const isLast = token === numbers.length(row) - 1;
  const at = (key: 'values' | 'surprise' | 'rawAdvantages', t: number) => numbers.value(key, row, t);
  const next = isLast ? 0 : at('values', token + 1);
  const nextAdvantage = isLast ? 0 : at('rawAdvantages', token + 1);
  const surprise = at('surprise', token);
  const note = isLast ? slow.formulaFirst() : undefined;
  return [
    {
      symbol: 'δ',
      index: token,
      rows: [
        'r + γ V′ − V',
        `${number(numbers.rewardUsed(row, token), 3)} + ${gamma === 1 ? '' : `${formatSetting(gamma)} × `}${bracket(next)} − ${bracket(at('values', token))}`,
      ],
      result: formatSigned(surprise, 3),
      note,
    },
    {
      symbol: 'A',
      index: token,
      rows: [
        'δ + γλ A′',
        `${number(surprise, 3)} + ${formatSetting(gamma)} × ${formatSetting(lambda)} × ${bracket(nextAdvantage, 3)}`,
      ],
      result: formatSigned(at('rawAdvantages', token), 3),
    },
  ];
}

function updateFormulas(numbers: BatchNumbers, row: number, token: number): CellFormula[] {
  const clip = numbers.settings.clipRange;
  const [ratio, advantage] = [numbers.value('ratio', row, token), numbers.value('advantages', row, token)];
  const [now, old] = [numbers.value('newValues', row, token), numbers.value('values', row, token)];
  const critic: CellFormula = {
    symbol: 'V_new − V',
    index: token,
    rows: [`${number(now, 3)} − ${bracket(old, 3)}`],
    result: formatSigned(now === null || old === null ? null : now - old, 3),
  };
  if (ratio === null || advantage === null) return now === null ? [] : [critic];
  const before = numbers.value('logprobs', row, token);
  const after = numbers.value('newLogprobs', row, token);
  const clipped = Math.min(1 + clip, Math.max(1 - clip, ratio));
  const loss = Math.max(-advantage * ratio, -advantage * clipped);
  const verdict = clipVerdict(ratio, advantage, clip);
  const words = { free: slow.free, clippedAbove: slow.clippedAbove, clippedBelow: slow.clippedBelow }[verdict]();
  return [
    {
      symbol: 'ρ',
      index: token,
      rows: ['exp(log π_new − log π)', `exp(${number(after, 3)} − ${bracket(before, 3)})`],
      result: number(ratio, 4),
      note: words,
    },
    {
      symbol: 'L',
      index: token,
      rows: [
        'max(−Â ρ, −Â clip(ρ))',
        `max(${number(-advantage * ratio, 3)}, ${number(-advantage * clipped, 3)}),  Â = ${number(advantage, 3)}`,
      ],
      result: formatSigned(loss, 3),
    },
  ];
}
