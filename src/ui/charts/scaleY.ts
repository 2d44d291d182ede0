/** The vertical axis of a chart: linear or logarithmic, with its ticks. Positions are in transformed units. */
export interface ScaleY {
  toUnit(value: number): number;
  toValue(unit: number): number;
  /** Values worth a grid line between two values, few enough for the room. */
  ticks(low: number, high: number, most: number): number[];
}

/** Steps between ticks: 1, 2 or 5 times a power of ten, because 2.5 needs a decimal more than its neighbours. */
export function niceStep(span: number, most: number, smallest = 0): number {
  const rough = Math.max(span / Math.max(1, most), 1e-12);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((digit) => digit * power).find((candidate) => candidate >= rough * (1 - 1e-9))!;
  return Math.max(step, smallest);
}

/** Multiples of a step between two values. */
export function niceTicks(low: number, high: number, most: number, smallest = 0): number[] {
  const step = niceStep(high - low, most, smallest);
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.max(0, Math.floor(high / step + 1e-9) - first + 1);
  return Array.from({ length: Math.min(count, 50) }, (_, i) => (first + i) * step);
}

export const LINEAR: ScaleY = {
  toUnit: (value) => value,
  toValue: (unit) => unit,
  ticks: (low, high, most) => niceTicks(low, high, most),
};

/**
 * Powers of ten are equally far apart. Where values reach zero or below, it is asinh(value / threshold) instead: linear
 * near zero, logarithmic far from it, on both sides.
 */
export function logScale(low: number, high: number): ScaleY {
  if (low > 0) {
    return {
      toUnit: (value) => Math.log10(Math.max(value, Number.MIN_VALUE)),
      toValue: (unit) => 10 ** unit,
      ticks: (from, to, most) => powers(from, to, most),
    };
  }
  const threshold = Math.max(Math.abs(low), Math.abs(high), 1e-9) / 100;
  return {
    toUnit: (value) => Math.asinh(value / threshold),
    toValue: (unit) => Math.sinh(unit) * threshold,
    ticks: (from, to, most) => {
      const above = to > threshold ? powers(threshold, to, Math.ceil(most / 2)) : [];
      const below = from < -threshold ? powers(threshold, -from, Math.ceil(most / 2)).map((value) => -value) : [];
      return [...below.reverse(), 0, ...above];
    },
  };
}

/** 1, 2 and 5 times powers of ten in a range, or powers alone where those would be too many. */
function powers(low: number, high: number, most: number): number[] {
  const from = Math.floor(Math.log10(low));
  const exponents = Array.from({ length: Math.max(1, Math.ceil(Math.log10(high)) - from + 1) }, (_, i) => from + i);
  const inside = (value: number) => value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9);
  const fine = exponents.flatMap((exponent) => [1, 2, 5].map((digit) => digit * 10 ** exponent)).filter(inside);
  if (fine.length <= most) return fine;
  const coarse = exponents.map((exponent) => 10 ** exponent).filter(inside);
  const every = Math.ceil(coarse.length / most);
  return coarse.filter((_, i) => i % every === 0);
}

/** The y range: the data with a little air; a flat line gets a band around it. */
export function paddedRange(low: number, high: number): [number, number] {
  const span = high - low || Math.max(Math.abs(high) * 0.2, 0.1);
  const bottom = low >= 0 && low < span * 0.25 ? 0 : low - span * 0.08;
  return [bottom, high + span * 0.12];
}
