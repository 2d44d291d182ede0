export const percent = (share: number): string => (100 * share).toFixed(1);

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

export const shareOf = <T>(items: readonly T[], is: (item: T) => boolean): string =>
  items.length === 0 ? '–' : percent(items.filter(is).length / items.length);

/** A Markdown table. */
export function table(header: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Headings of {@link summary}. */
export const SUMMARY = ['count', 'mean', 'median', '95 %', 'largest'];

/** Count, mean, median, 95th percentile, largest. */
export function summary(values: readonly number[]): (string | number)[] {
  const sorted = [...values].sort((a, b) => a - b);
  const quantile = (q: number): number => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
  return [sorted.length, mean(sorted).toFixed(1), quantile(0.5), quantile(0.95), sorted[sorted.length - 1]];
}
