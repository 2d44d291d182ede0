/** How much a page grows that trains run after run and draws its charts. */
import { growthOf, type Growth } from './growth';
import type { PageMemory } from './browserMemory';

/** One look at the page. */
export interface PageSample extends PageMemory {
  readonly seconds: number;
  /** Runs finished before. */
  readonly cycle: number;
  /** The run has just ended: everything temporary is gone. */
  readonly isEnd: boolean;
  /** Held by tensors, as the footer says. */
  readonly engineMb: number;
}

/**
 * What counts as flat, an hour, along a line through the looks at ends of runs. Lines of the last twelve runs are kept to be
 * compared with, so nothing is asked until so many have ended.
 */
export const PAGE_TOLERANCE = {
  warmUpRuns: 12,
  heapBytes: 24 << 20,
  workerHeapBytes: 24 << 20,
  workerBufferBytes: 24 << 20,
  /** An answer more or less on the board is a few dozen. */
  nodes: 2000,
  listeners: 200,
  gpuProcessBytes: 48 << 20,
  pageProcessBytes: 96 << 20,
} as const;

export const GROWING = [
  'heapBytes',
  'workerHeapBytes',
  'workerBufferBytes',
  'nodes',
  'listeners',
  'gpuProcessBytes',
  'pageProcessBytes',
] as const;
export type Growing = (typeof GROWING)[number];

/** Looks that count: ends of runs after warming up. */
export function countedSamples(samples: readonly PageSample[]): PageSample[] {
  return samples.filter(({ isEnd, cycle }) => isEnd && cycle >= PAGE_TOLERANCE.warmUpRuns);
}

export function pageGrowth(samples: readonly PageSample[], key: Growing): Growth {
  const counted = countedSamples(samples);
  return growthOf(
    counted.map(({ seconds }) => seconds),
    counted.map((sample) => sample[key]),
  );
}

/** What grew more than it may, in words; empty when the page is flat. @throws RangeError for too few runs to say */
export function findPageGrowth(samples: readonly PageSample[]): string[] {
  const problems = GROWING.flatMap((key) => {
    const { perHour } = pageGrowth(samples, key);
    return perHour > PAGE_TOLERANCE[key]
      ? [`${key}: grows by ${Math.round(perHour)} an hour, may by ${PAGE_TOLERANCE[key]}`]
      : [];
  });
  const ends = countedSamples(samples);
  const different = ends.find(({ engineMb }) => engineMb !== ends[0].engineMb);
  if (different)
    problems.push(
      `engine: ${different.engineMb} MB after run ${different.cycle}, ${ends[0].engineMb} MB after run ${ends[0].cycle}`,
    );
  return problems;
}
