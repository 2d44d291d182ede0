/** The report as data: what `report.json` holds and what the Markdown is written from. Types only. */
import type { Pooled } from '../../evaluation/estimate';
import type { Finding } from '../findings';
import type { Figure } from './chart';

/** Words, a number without an interval, a measured quantity, or nothing. */
export type Cell = string | number | Pooled | null;

export interface Table {
  id: string;
  title: string;
  /** What the numbers are; where the paper's numbers stand. */
  note: string;
  columns: string[];
  rows: Cell[][];
}

export interface ReportAbout {
  command: string;
  engine: string;
  /** Fingerprint of world and tokenizer. */
  world: string;
  /** Day the report was written, ISO. */
  date: string;
  /** What was asked for: models and seeds of the core tables, tiers, seeds of the other tiers, prompts. */
  asked: Record<string, string>;
  jobs: { done: number; failed: string[]; missing: string[] };
  /** Sum over the jobs that are done, one process each. */
  hours: number;
}

export interface ExperimentReport {
  version: 1;
  about: ReportAbout;
  findings: Finding[];
  tables: Table[];
  figures: Figure[];
}
