import type { LineColour, LineStroke } from './chartSpecs';
import type { PreparedLine } from './preparedLine';

/** A line of the chart and how it is drawn. */
export interface DrawnLine {
  line: PreparedLine;
  /** Of the palette: a policy, ink, or one of the run colours for other runs. */
  colour: LineColour;
  stroke: LineStroke;
  /** Written beside the end of the line. */
  label: string | null;
  /** Of another run: fainter, and without its ghost. */
  isOverlay: boolean;
  /** Only points from this index on are drawn; all when absent. */
  from?: number;
}

/** All that a redraw needs. */
export interface ChartView {
  /** The run on screen comes last, on top of the others. */
  lines: DrawnLine[];
  range: [number, number];
  markers: { x: number; label: string }[];
  /** Where the run was saved: marks on the axis. */
  saves: number[];
  /** Moments the visitor has pinned. */
  pins: number[];
  /** Where the step on show is; null while following the newest, which is then marked by a dot only. */
  moment: number | null;
  /** Where the newest step is. */
  newest: number;
  /** The horizontal axis counts whole things. */
  isWhole: boolean;
  isLog: boolean;
  reference: { value: number; label: string } | null;
  /** Written behind the numbers of the vertical axis. */
  unit: '' | ' %';
}

export const EMPTY_VIEW: ChartView = {
  lines: [],
  range: [0, 1],
  markers: [],
  saves: [],
  pins: [],
  moment: null,
  newest: 0,
  isWhole: true,
  isLog: false,
  reference: null,
  unit: '',
};

export const PALETTE = [
  'base',
  'sft',
  'ppo',
  'ptx',
  'ink',
  'muted',
  'grid',
  'edge',
  'accent',
  's0',
  'ghost',
  'run1',
  'run2',
  'run3',
  'run4',
  'run5',
] as const;
export type Palette = Record<(typeof PALETTE)[number], string>;

/** Colours of the theme in force, resolved. */
export function readPalette(element: Element): Palette {
  const style = getComputedStyle(element);
  return Object.fromEntries(PALETTE.map((name) => [name, style.getPropertyValue(`--${name}`).trim()])) as Palette;
}
