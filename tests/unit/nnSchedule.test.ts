import { describe, expect, it } from 'vitest';
import { learningRate, type Schedule } from '../../src/nn/schedule';

const rates = (schedule: Schedule, steps: number[]) => steps.map((step) => learningRate(schedule, step));
const close = (got: number[], want: number[]) => got.forEach((rate, i) => expect(rate).toBeCloseTo(want[i], 12));

describe('learningRate', () => {
  it('stays at the peak when constant', () =>
    expect(rates({ kind: 'constant', peak: 3, totalSteps: 4, warmupSteps: 0 }, [0, 2, 4, 9])).toEqual([3, 3, 3, 3]));

  it('falls in a line to zero and stays there', () =>
    close(rates({ kind: 'linear', peak: 2, totalSteps: 4, warmupSteps: 0 }, [0, 1, 2, 4, 6]), [2, 1.5, 1, 0, 0]));

  it('falls on half a cosine to its share of the peak', () =>
    close(
      rates({ kind: 'cosine', peak: 10, totalSteps: 4, warmupSteps: 0, minRatio: 0.1 }, [0, 2, 4, 5]),
      [10, 5.5, 1, 1],
    ));

  it('warms up from zero, reaches the peak at the end of the warm-up and falls from there', () =>
    close(rates({ kind: 'linear', peak: 8, totalSteps: 6, warmupSteps: 4 }, [0, 1, 3, 4, 5, 6]), [0, 2, 6, 8, 4, 0]));

  it('warms up from a tenth', () =>
    close(
      rates({ kind: 'constant', peak: 1, totalSteps: 20, warmupSteps: 10, startFactor: 0.1 }, [0, 5, 10, 20]),
      [0.1, 0.55, 1, 1],
    ));

  it('has no division by zero when the warm-up is the whole run', () =>
    close(rates({ kind: 'cosine', peak: 1, totalSteps: 2, warmupSteps: 2 }, [0, 1, 2, 3]), [0, 0.5, 1, 0]));
});
