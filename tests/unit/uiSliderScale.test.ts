import { describe, expect, it } from 'vitest';
import { settingRow, SETTING_KEYS } from '../../src/config/config';
import { positionToValue, SLIDER_STEPS, valueToPosition } from '../../src/ui/state/sliderScale';

const rows = SETTING_KEYS.map((key) => ({ key, row: settingRow(key) }));

describe('slider scales', () => {
  it('reach both ends of every usual range', () => {
    for (const { row } of rows) {
      if (row.kind !== 'number') continue;
      expect(positionToValue(row, SLIDER_STEPS)).toBeCloseTo(row.usual[1], 6);
      expect(positionToValue(row, 0)).toBeCloseTo(row.scale === 'log0' ? 0 : row.usual[0], 6);
    }
  });

  it('come back to the position they left, within rounding', () => {
    for (const { row } of rows) {
      if (row.kind !== 'number' || row.integer) continue;
      for (const position of [150, 500, 900]) {
        expect(Math.abs(valueToPosition(row, positionToValue(row, position)) - position)).toBeLessThan(15);
      }
    }
  });

  it('keep an exact zero at the left of log0 and whole numbers where asked', () => {
    const beta = { scale: 'log0', usual: [0.001, 1] } as const;
    expect(positionToValue(beta, 5)).toBe(0);
    expect(positionToValue(beta, 60)).toBeCloseTo(0.001, 6);
    expect(valueToPosition(beta, 0)).toBe(0);
    expect(positionToValue({ scale: 'linear', usual: [1, 8], integer: true }, 512)).toBe(5);
  });

  it('stick to the nearer end outside the usual range', () => {
    expect(valueToPosition({ scale: 'linear', usual: [1, 8] }, 20)).toBe(SLIDER_STEPS);
    expect(valueToPosition({ scale: 'log', usual: [0.1, 10] }, 0)).toBe(0);
  });
});
