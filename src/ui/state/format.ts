import { language } from '../messages/words.svelte';
import { metricRow, type MetricKey } from '../../metrics/metrics';

const MINUS = '−';
const NO_VALUE = '–';
/** Scores of a model that diverged would fill the page with digits. */
const LONGEST = 1e9;

/** A number with fixed decimals and a true minus sign; `–` when there is none. `-0.00` is written `0.00`. */
export function formatNumber(value: number | null | undefined, digits: number): string {
  if (value === null || value === undefined || Number.isNaN(value)) return NO_VALUE;
  if (!Number.isFinite(value)) return value > 0 ? '∞' : `${MINUS}∞`;
  const size = Math.abs(value);
  const text = size < LONGEST ? fixed(digits).format(size) : formatSetting(size);
  return value < 0 && !isZero(value, digits) ? MINUS + text : text;
}

/** Formatters by language and decimals: charts ask thousands of times, and making one is what costs. */
const formatters: Record<string, Intl.NumberFormat> = {};

function fixed(digits: number): Intl.NumberFormat {
  const name = `${language()} ${digits}`;
  return (formatters[name] ??= new Intl.NumberFormat(language(), {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }));
}

/** Printed with so many decimals, nothing is left of it. */
function isZero(value: number, digits: number): boolean {
  return Number(value.toFixed(digits)) === 0;
}

/** The same with an explicit plus: scores and advantages are read by their sign first. */
export function formatSigned(value: number | null | undefined, digits: number): string {
  const text = formatNumber(value, digits);
  return value !== null && value !== undefined && value > 0 && !isZero(value, digits) ? `+${text}` : text;
}

/** Value and unit of a metric, apart, because the unit is printed small. Metrics with unit % are stored in per cent. */
export function formatMetric(key: MetricKey, value: number | null | undefined): { text: string; unit: string } {
  const row = metricRow(key);
  if (value === null || value === undefined || Number.isNaN(value)) return { text: NO_VALUE, unit: '' };
  if (row.unit === '%') return { text: formatNumber(value, row.digits), unit: '%' };
  if (value !== 0 && row.digits >= 5 && Math.abs(value) < 0.01) return { text: formatSetting(value), unit: row.unit };
  return { text: formatNumber(value, row.digits), unit: row.unit };
}

/** Writes a setting the way it is typed: `3e-4`, `0.02`, `1200`, with the decimal sign of the language. */
export function formatSetting(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size < 0.001 || size >= 1e6) {
    const [mantissa = '', exponent = '0'] = value.toExponential(3).split('e');
    return `${withDecimalSign(Number(mantissa))}e${Number(exponent)}`;
  }
  return withDecimalSign(Number(value.toPrecision(4)));
}

const withDecimalSign = (value: number) => String(value).replace('.', decimalSign());

function decimalSign(): string {
  return fixed(1)
    .formatToParts(0.5)
    .find(({ type }) => type === 'decimal')!.value;
}

/** What was typed as a number, with a point or with the decimal sign of the language; NaN when it is none. */
export function typedNumber(text: string): number {
  return text.trim() === '' ? NaN : Number(text.replace(decimalSign(), '.'));
}

/** Seconds in words: `45 s`, `2 min 05 s`, `1 h 12 min`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${String(whole % 60).padStart(2, '0')} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** Parameters or tokens in short form: `171 k`, `1.1 M`. */
export function formatCount(count: number): string {
  if (count >= 1e6) return `${formatNumber(count / 1e6, 1)} M`;
  return count >= 1e4 ? `${formatNumber(count / 1e3, 0)} k` : formatNumber(count, 0);
}

/** Token text with blanks made visible. */
export function visibleToken(token: string): string {
  return token.replaceAll(' ', '␣').replaceAll('\n', '⏎');
}
