import { setLanguage } from '../../src/ui/messages/words.svelte';
import { describe, expect, it } from 'vitest';
import {
  formatCount,
  formatDuration,
  formatMetric,
  formatNumber,
  formatSetting,
  formatSigned,
  typedNumber,
  visibleToken,
} from '../../src/ui/state/format';

describe('numbers on the page', () => {
  it('keep their decimals and use a true minus', () => {
    expect(formatNumber(1.3, 2)).toBe('1.30');
    expect(formatNumber(-0.5, 2)).toBe('−0.50');
    expect(formatNumber(12345.6, 0)).toBe('12,346');
    expect(formatNumber(-3.14159e30, 2)).toBe('−3.142e30');
  });

  it('never show a negative zero', () => {
    expect(formatNumber(-0.001, 2)).toBe('0.00');
    expect(formatSigned(0.001, 2)).toBe('0.00');
  });

  it('show a dash where there is no number and name infinities', () => {
    expect(formatNumber(null, 2)).toBe('–');
    expect(formatNumber(NaN, 2)).toBe('–');
    expect(formatNumber(-Infinity, 2)).toBe('−∞');
  });

  it('print per cents and tiny rates with an exponent', () => {
    expect(formatMetric('policy/clipfrac_avg', 3.4)).toEqual({ text: '3.4', unit: '%' });
    expect(formatMetric('lr', 0.0003)).toEqual({ text: '3e-4', unit: '' });
    expect(formatMetric('objective/kl', 6.94)).toEqual({ text: '6.94', unit: 'nats' });
  });

  it('write settings as they are typed', () => {
    expect(formatSetting(3e-4)).toBe('3e-4');
    expect(formatSetting(1.5e-3)).toBe('0.0015');
    expect(formatSetting(3e6)).toBe('3e6');
    expect(formatSetting(0)).toBe('0');
    expect(typedNumber('0.05')).toBe(0.05);
    expect(typedNumber(' ')).toBeNaN();
    expect(typedNumber('0,05')).toBeNaN();
  });

  it('write and read settings with the decimal sign of the language', async () => {
    await setLanguage('de');
    expect(formatSetting(0.02)).toBe('0,02');
    expect(formatSetting(1.25e-4)).toBe('1,25e-4');
    expect(formatSetting(1200)).toBe('1200');
    expect(['0,05', '0.05', '3e-4', '1200'].map(typedNumber)).toEqual([0.05, 0.05, 3e-4, 1200]);
    expect(typedNumber('viel')).toBeNaN();
    await setLanguage('en');
  });

  it('say durations and counts in words', () => {
    expect(formatDuration(45.4)).toBe('45 s');
    expect(formatDuration(125)).toBe('2 min 05 s');
    expect(formatDuration(4320)).toBe('1 h 12 min');
    expect(formatCount(170_368)).toBe('170 k');
    expect(formatCount(1_100_000)).toBe('1.1 M');
  });

  it('make blanks in tokens visible', () => {
    expect(visibleToken(' fox\n')).toBe('␣fox⏎');
  });
});
