import type { RunSettings } from '../config/config';
import type { DemonstrationLabel, RankingLabel } from '../data/labels';
import type { MetricKey } from '../metrics/metrics';

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

/** As the pipeline names them. Storage knows no pipeline, and what is stored may be older than its names. */
export type StoredStage = 'pretrain' | 'sft' | 'rm' | 'ppo';
export type StoredPlan = 'ppo' | 'all' | 'scratch';

/** Where a run stands. */
export interface SavedPlace {
  readonly stage: StoredStage | null;
  /** Finished steps of the stage. */
  readonly step: number;
  /** 0 while nobody knows. */
  readonly totalSteps: number;
  readonly isDone: boolean;
}

/** A run of the library, without its models. Times are for people; what came first is told by `saves`. */
export interface RunRecord {
  readonly id: string;
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly madeAt: number;
  readonly savedAt: number;
  readonly plan: StoredPlan;
  /** With the live changes made so far. */
  readonly settings: RunSettings;
  readonly place: SavedPlace;
  /** Last metrics of each stage that has ended, and of the one that runs. */
  readonly summaries: Readonly<Partial<Record<StoredStage, Partial<Record<MetricKey, number>>>>>;
  /** The run and the place it was forked or copied from. */
  readonly origin: { readonly name: string; readonly place: SavedPlace } | null;
  /** Keeps every checkpoint; otherwise old ones make way. */
  readonly keepsAll: boolean;
  /** Saves so far; the next checkpoint gets the next number. */
  readonly saves: number;
  /** Token of the tab that may save; a tab whose token is gone has been replaced. */
  readonly writer: string | null;
  /** Deleted, but still to be had back. */
  readonly isDeleted: boolean;
}

/** `auto` makes way for newer ones, `stage` is the end of a stage. */
export type CheckpointKind = 'auto' | 'stage';

/** A part of a checkpoint: its bytes stand in the store of packs, under their hash. */
export interface PackReference {
  readonly hash: string;
  readonly bytes: number;
}

/** One saved state of a run. Its bytes are in `packs`; equal packs of several checkpoints are kept once. */
export interface CheckpointRecord {
  readonly run: string;
  /** 1 for the first save of the run. */
  readonly number: number;
  readonly takenAt: number;
  readonly kind: CheckpointKind;
  /** Stays whatever happens. */
  readonly isPinned: boolean;
  readonly place: SavedPlace;
  /** The pack that holds manifest and directory of the tensors. */
  readonly body: PackReference;
  readonly packs: readonly PackReference[];
}

export interface PackRecord {
  /** SHA-256 of `bytes`. */
  readonly hash: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** What happened between one save of a run and the one before, in order, in the words of the page. */
export interface JournalRecord {
  readonly run: string;
  /** The save it belongs to. */
  readonly number: number;
  readonly events: readonly unknown[];
}

/** Something of the page that outlives a reload. */
export interface KeepRecord {
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly keptAt: number;
  /** JSON, below 2 MB. */
  readonly content: string;
}
