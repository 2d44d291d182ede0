import type { CandidateId, Estimate } from '../../worker/protocol';

/** What the plots of this folder draw. */

/** One line of a forest plot. */
export interface ForestRow {
  key: string;
  candidate: CandidateId;
  /** Small words behind the number. */
  note: string;
  estimate: Estimate;
  fill: 'solid' | 'hollow' | 'dot';
  isGrey: boolean;
}

export interface ForestGroup {
  label: string;
  rows: readonly ForestRow[];
}

export interface Panel {
  key: string;
  title: string;
  /** Small words under the title. */
  detail?: string;
  points: readonly { candidate: CandidateId; name: string; estimate: Estimate }[];
}

/** The run's way through KL and reward, smoothed. */
export interface Trajectory {
  kl: readonly number[];
  proxy: readonly number[];
  gold: readonly number[];
}

/** A policy measured on held-out prompts. */
export interface FrontierMark {
  key: string;
  /** The measurement it comes from. */
  requestId: number;
  candidate: CandidateId;
  /** Read out. */
  name: string;
  /** Written beside the mark; empty for none. */
  tag: string;
  kl: Estimate;
  proxy: Estimate;
  gold: Estimate;
}

/** One skill: where SFT stands, and where the policies trained from it have come. */
export interface Slope {
  key: string;
  name: string;
  /** The base model, from before any instruction. */
  before: Estimate | null;
  from: Estimate;
  to: readonly { candidate: CandidateId; name: string; estimate: Estimate }[];
}

/** One value of a plot, where it stands and how it is read out. */
export interface PlotItem {
  x: number;
  y: number;
  text: string;
}
