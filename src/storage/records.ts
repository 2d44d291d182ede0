import type { DemonstrationLabel, RankingLabel } from '../data/labels';

/** One ranking as it is kept: the label, and what only this device needs to know. */
export interface LabelRecord {
  readonly id: string;
  /** Milliseconds since 1970; labels are listed in this order. */
  readonly madeAt: number;
  readonly label: RankingLabel;
  /** The label whose item was shown again in another order, to measure consistency; such a label is not learnt from. */
  readonly repeatOf: string | null;
  /** Number under which the item was drawn; null for an item that came back. The desk goes on after the highest. */
  readonly drawnAs: number | null;
}

/** One demonstration as it is kept. */
export interface DemonstrationRecord {
  readonly id: string;
  readonly madeAt: number;
  readonly demonstration: DemonstrationLabel;
}
