import { bench } from '../messages/en/bench';
import { language } from '../messages/words.svelte';
import { formatNumber } from '../state/format';

/** Three digits that matter: 1,234, 12.3, 0.123. */
export function threeDigits(value: number | null): string {
  if (value === null) return formatNumber(null, 0);
  if (value === 0) return '0';
  const digits = Math.max(0, Math.min(3, 2 - Math.floor(Math.log10(Math.abs(value)))));
  return new Intl.NumberFormat(language(), { maximumFractionDigits: digits }).format(value);
}

/** A number in its unit, or the sign for none alone. */
export function withUnit(value: number | null, unit: (values: { value: string }) => string): string {
  return value === null ? threeDigits(null) : unit({ value: threeDigits(value) });
}

/** Names of those who take part, in the language on screen. */
export const sideName = (side: string) => (side === 'ours' ? bench.ours() : bench.tfjs());
export const engineName = (engine: string) => (engine === 'webgpu' ? 'WebGPU' : 'WebAssembly');
