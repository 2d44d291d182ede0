/** What a figure shows, apart from how it is drawn: it also goes into `report.json`. Types only. */

/** Colour, dash and marker of a line; policies keep theirs on every figure and on the page. */
export type Style = 'base' | 'sft' | 'ppo' | 'ppoPtx' | 'gold' | 'proxy' | 'quiet';

export interface Point {
  x: number;
  y: number;
  /** 95 % interval of `y`, drawn as a bar. */
  low?: number;
  high?: number;
  /** Written beside the point. */
  label?: string;
  /** Instead of that of its series. */
  style?: Style;
}

export interface Series {
  name: string;
  style: Style;
  points: Point[];
  /** Points with a line through them, points alone, or a line without points (fitted curves). */
  draw: 'both' | 'points' | 'line';
  /** Markers as outlines. */
  isHollow?: boolean;
}

export interface Panel {
  xLabel: string;
  yLabel: string;
  xScale: 'linear' | 'log';
  /** Names of the positions 1, 2, 3 … instead of numbers. */
  categories?: readonly string[];
  /** A level to compare with. */
  level?: number;
  series: Series[];
}

/** Panels one above the other. */
export interface Figure {
  id: string;
  title: string;
  caption: string;
  panels: Panel[];
}
