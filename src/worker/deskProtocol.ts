/** Types only: what the label desk and the worker say to each other. Requests carry a number and get one answer each. */
import type { FlagId } from '../config/labelling';
import type { DemonstrationLabel, RankingLabel } from '../data/labels';
import type { RejectedLine } from '../data/labelFiles';
import type { AgreementEstimate, DisputedPrompt, LabelerAgreement, PairCounts } from '../data/labelStatistics';
import type { Contributions } from '../pipeline/contributions';
import type { RewardSources } from '../pipeline/run';
import type { TasteGroup, TasteProgress, TasteReport } from '../pipeline/tasteGroups';
import type { DemonstrationRecord, LabelRecord } from '../storage/records';

export type {
  AgreementEstimate,
  Contributions,
  DemonstrationLabel,
  DemonstrationRecord,
  DisputedPrompt,
  LabelerAgreement,
  LabelRecord,
  PairCounts,
  RankingLabel,
  RejectedLine,
  RewardSources,
  TasteGroup,
  TasteProgress,
  TasteReport,
};

/** Policies that can write answers for the desk. */
export type Writer = 'base' | 'sft' | 'ppo';

/** One answer on the desk. Whose it is stays hidden until the item is done. */
export interface DeskAnswer {
  text: string;
  ended: boolean;
  source: Writer;
  /** As sampled, the end token included. */
  tokens: number[];
}

/** A prompt with K different answers, in the order in which they are shown. */
export interface DeskItem {
  prompt: string;
  answers: DeskAnswer[];
  facts: FactGroup[];
}

/** What is so in the world about one entity. */
export interface FactGroup {
  entity: string;
  facts: string[];
}

/** How one simulated labeler judged an item, and how their order of its pairs compares with a person's. */
export interface Colleague {
  label: RankingLabel;
  counts: PairCounts;
}

/** Two people who ranked the same prompts. */
export interface PeoplePair {
  people: [string, string];
  agreement: AgreementEstimate;
}

/** What a pool of labels says about the people behind it. Rates are NaN where there is nothing to compare. */
export interface AgreementReport {
  everyone: AgreementEstimate;
  byPerson: LabelerAgreement[];
  pairs: PeoplePair[];
  /** Each person with themselves, where a prompt came back. */
  consistency: LabelerAgreement[];
  disputed: DisputedPrompt[];
}

/** One demonstration of the run. `flags` is what the world's rule finds wrong with it; training never sees them. */
export interface GradedDemonstration {
  prompt: string;
  completion: string;
  flags: FlagId[];
}

/** Lengths of a demonstration in tokens, beside what fits, and what the world's rule finds wrong with it. */
export interface DemonstrationCheck {
  promptTokens: number;
  promptLimit: number;
  completionTokens: number;
  completionLimit: number;
  /** Null for a prompt that the world does not know and so cannot grade. */
  flags: FlagId[] | null;
}

/** What a label file held. */
export interface ParsedFile {
  name: string;
  labels: RankingLabel[];
  demonstrations: DemonstrationLabel[];
  rejected: RejectedLine[];
}

/** Everything the desk kept from earlier visits. `problem` is why nothing can be kept, in words; null when it can. */
export interface DeskContents {
  labels: LabelRecord[];
  demonstrations: DemonstrationRecord[];
  problem: string | null;
  /** Labels that did not read back as what they were, each in words. */
  damaged: string[];
}

/** What the page keeps as texts: label files on the table of a class, results on the Evaluate screen. */
export type KeepName = 'class files' | 'evaluations';

export type DeskRequest =
  | { kind: 'open' }
  | { kind: 'putLabels'; records: LabelRecord[] }
  | { kind: 'removeLabels'; ids: string[] }
  | { kind: 'putDemonstrations'; records: DemonstrationRecord[] }
  | { kind: 'removeDemonstrations'; ids: string[] }
  /** An item with up to `answers` different answers by the writers in `pool`, those that exist. `number` picks the prompt. */
  | { kind: 'draw'; answers: number; pool: Writer[]; number: number }
  | { kind: 'colleagues'; label: RankingLabel; count: number }
  | { kind: 'demonstrations'; offset: number; count: number }
  | { kind: 'checkDemonstration'; prompt: string; completion: string }
  /** Label files, read where they lie. */
  | { kind: 'parse'; files: { name: string; file: Blob }[] }
  | { kind: 'serialise'; labels: (RankingLabel | DemonstrationLabel)[] }
  /** How far the people behind these labels agree. */
  | { kind: 'agreement'; labels: RankingLabel[] }
  /** Trains the reward model of the present run again, from its SFT policy, and then PPO. */
  | { kind: 'train'; contributions: Contributions }
  /** What the newest reward model learned from; null before there is one that was trained here. */
  | { kind: 'sources' }
  /** A reward model and a policy for each group, one after the other; `compareProgress` tells how far it is. */
  | { kind: 'compare'; groups: TasteGroup[]; updates: number }
  | { kind: 'cancelCompare' }
  /** Keeps a text of the page under a name over reloads; null takes it away. */
  | { kind: 'keep'; name: KeepName; content: string | null }
  | { kind: 'kept'; name: KeepName };

/** What each kind of request is answered with. */
export interface DeskReplies {
  open: DeskContents;
  putLabels: null;
  removeLabels: null;
  putDemonstrations: null;
  removeDemonstrations: null;
  draw: DeskItem;
  colleagues: Colleague[];
  demonstrations: { rows: GradedDemonstration[]; total: number };
  checkDemonstration: DemonstrationCheck;
  parse: ParsedFile[];
  serialise: string;
  agreement: AgreementReport;
  train: null;
  sources: RewardSources | null;
  /** Null when it was cancelled. */
  compare: TasteReport | null;
  cancelCompare: null;
  keep: null;
  /** Null where nothing is kept. */
  kept: string | null;
}

export type DeskReply = { [K in keyof DeskReplies]: { kind: K; value: DeskReplies[K] } }[keyof DeskReplies];

/** What a request may be answered with instead of its own reply. */
export type DeskNews =
  DeskReply | { kind: 'refused'; message: string } | { kind: 'compareProgress'; value: TasteProgress };
