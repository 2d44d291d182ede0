import type { Target } from './lessonTypes';

/** Regions that steps point at: the value of `data-part` on an element of the page. */
export const REGIONS = [
  'board',
  'charts',
  'moment',
  'diagnosis',
  'health',
  'rail',
  'transport',
  'figure',
  'ask',
  'desk',
  'colleagues',
  'classFiles',
  'agreement',
  'tastes',
  'slowRail',
  'slowCells',
] as const;
export type RegionName = (typeof REGIONS)[number];

/** The attribute and value by which the page marks what a step points at. */
export function markOf(target: Target): { attribute: string; value: string } {
  const [kind, value] = [target.slice(0, target.indexOf(':')), target.slice(target.indexOf(':') + 1)];
  const attribute = { control: 'data-control', chart: 'data-metric', region: 'data-part' }[kind] ?? 'data-part';
  return { attribute, value };
}

export function selectorOf(target: Target): string {
  const { attribute, value } = markOf(target);
  return `[${attribute}="${value}"]`;
}
