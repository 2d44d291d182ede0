/** Types only: what the run library and the worker say to each other. Requests carry a number and get one answer each. */
import type { RunSettings } from '../config/config';
import type { MetricKey } from '../metrics/metrics';
import type { SettingChanges } from '../pipeline/fork';
import type { CheckpointKind, SavedPlace } from '../storage/records';
import type { RunPlan, Stage } from './protocol';

export type { CheckpointKind, SavedPlace, SettingChanges };

/** A saved state that a run can go on from. */
export interface CheckpointListing {
  /** Counts the saves of the run. */
  number: number;
  /** Milliseconds since 1970. */
  takenAt: number;
  kind: CheckpointKind;
  isPinned: boolean;
  place: SavedPlace;
}

/** A run of the library, as the list shows it. */
export interface RunListing {
  id: string;
  name: string;
  madeAt: number;
  savedAt: number;
  plan: RunPlan;
  settings: RunSettings;
  place: SavedPlace;
  summaries: Readonly<Partial<Record<Stage, Partial<Record<MetricKey, number>>>>>;
  /** Where it was forked or copied from. */
  origin: { name: string; place: SavedPlace } | null;
  keepsAll: boolean;
  /** What its deletion frees. */
  bytes: number;
  /** Newest first. */
  checkpoints: CheckpointListing[];
  /** Which tab trains it now. */
  openIn: 'here' | 'elsewhere' | null;
}

/** Why nothing is kept. `detail` is for people who want to know more, in English. */
export interface SavingProblem {
  kind: 'noDatabase' | 'newer' | 'quota' | 'failed';
  detail: string;
}

export interface LibraryContents {
  /** The newest save first. */
  runs: RunListing[];
  problem: SavingProblem | null;
  /** Rows of the database that are not what they should be, each in words, in English. They are not listed. */
  damaged: string[];
  /** Bytes this page keeps and may keep; null where the browser does not say. */
  usage: number | null;
  quota: number | null;
  /** The browser has promised not to clear what is kept here when room gets short. */
  isPersistent: boolean;
}

/** How the saving of the present run goes. */
export type SavingReport =
  /** There is no run, or nothing of it has been saved yet. */
  | { state: 'none' }
  | { state: 'saved'; run: string; name: string; place: SavedPlace }
  /** Training stands still until the save under way has ended: more than one interval would be at stake. */
  | { state: 'waiting' }
  /** The run goes on without being kept. */
  | { state: 'failed'; run: string | null; problem: SavingProblem }
  /** Another tab has taken the run over: it stands still here. */
  | { state: 'replaced'; run: string; name: string };

export interface OpenedRun {
  state: 'opened';
  id: string;
  name: string;
  settings: RunSettings;
  place: SavedPlace;
  /** Newer checkpoints that were not whole and so were passed over. */
  broken: number;
}

export type LibraryRequest =
  | { kind: 'list' }
  | { kind: 'rename'; id: string; name: string }
  | { kind: 'duplicate'; id: string; name: string }
  /** Takes runs off the list; they can be had back until they are purged. */
  | { kind: 'remove'; id: string }
  | { kind: 'bringBack'; id: string }
  /** Forgets for good what was removed. */
  | { kind: 'purge' }
  /** Deletes the rows that are damaged. */
  | { kind: 'forgetDamaged' }
  | { kind: 'pin'; id: string; number: number; isPinned: boolean }
  | { kind: 'keepAll'; id: string; keepsAll: boolean }
  /** Goes on with a run where it was saved last. The charts and answers it had follow as events after the reply. */
  | { kind: 'resume'; id: string; takesOver: boolean; isHeld: boolean }
  /** Shows charts and answers of a run that another tab trains; nothing is trained here. */
  | { kind: 'look'; id: string }
  /** Begins a new run from a checkpoint, with other settings, and waits before its first step. */
  | { kind: 'fork'; id: string; number: number; name: string; changes: SettingChanges }
  /** The chart points of a run, to draw them beside another. */
  | { kind: 'curves'; id: string }
  | { kind: 'export'; id: string }
  | { kind: 'import'; file: File };

/** Chart points as the events of a run carry them. */
export interface CurvePart {
  stage: Stage;
  keys: MetricKey[];
  steps: Float64Array;
  values: Float64Array;
}

/** What each kind of request is answered with. */
export interface LibraryReplies {
  list: LibraryContents;
  rename: null;
  duplicate: null;
  remove: null;
  bringBack: null;
  purge: null;
  forgetDamaged: null;
  pin: null;
  keepAll: null;
  /** `elsewhere`: another tab trains it, and it was not to be taken over. */
  resume: OpenedRun | { state: 'elsewhere' };
  look: OpenedRun;
  fork: OpenedRun;
  curves: CurvePart[];
  export: { name: string; file: Blob };
  import: { id: string; name: string };
}

export type LibraryReply = { [K in keyof LibraryReplies]: { kind: K; value: LibraryReplies[K] } }[keyof LibraryReplies];

/** What a request may be answered with instead of its own reply. */
export type LibraryNews = LibraryReply | { kind: 'refused'; message: string };
