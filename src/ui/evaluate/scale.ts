/** A linear scale between data and pixels. */
export interface Scale {
  (value: number): number;
  domain: readonly [number, number];
}

export function linearScale(domain: readonly [number, number], range: readonly [number, number]): Scale {
  const [from, to] = domain;
  const [start, end] = range;
  const place = (value: number) => start + ((value - from) / (to - from || 1)) * (end - start);
  return Object.assign(place, { domain });
}

/** Round numbers inside an interval, about `count` of them. */
export function niceTicks([from, to]: readonly [number, number], count: number): number[] {
  const rough = (to - from) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough - 1e-12)!;
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.floor(to / step + 1e-9);
  // Multiples of the step, freed of the digits that binary fractions add.
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

/** Decimals that tell neighbouring ticks apart. */
export function tickDigits(ticks: readonly number[]): number {
  const step = ticks.length > 1 ? ticks[1] - ticks[0] : 1;
  return [0, 1, 2, 3].find((digits) => Math.abs(step * 10 ** digits - Math.round(step * 10 ** digits)) < 1e-6) ?? 3;
}

/** The smallest interval of round numbers that holds all values. */
export function niceDomain(values: readonly number[], count: number): [number, number] {
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) return [0, 1];
  const low = Math.min(...finite);
  const high = Math.max(...finite);
  const padded: [number, number] = low === high ? [low - 0.5, high + 0.5] : [low, high];
  const ticks = niceTicks(padded, count);
  const step = ticks.length > 1 ? ticks[1] - ticks[0] : padded[1] - padded[0];
  return [Math.floor(padded[0] / step + 1e-9) * step, Math.ceil(padded[1] / step - 1e-9) * step];
}
