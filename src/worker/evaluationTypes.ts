import type { RunSettings } from '../config/config';
import type { FlagId } from '../config/labelling';
import type { ToneInstruction } from '../data/evaluationSuites';
import type { UseCase } from '../data/promptTypes';
import type { TruthFacts, TruthSetting } from '../evaluation/truth';
import type { CompletionRow } from '../pipeline/completions';
import type { Stage } from '../pipeline/report';

/** Types only: what the page and the worker say to each other about evaluation. */

/** Whose answers are judged. `fewShot` is the base model behind a prefix, `bestOf` is SFT with the reward model choosing. */
export const CANDIDATES = ['base', 'fewShot', 'sft', 'bestOf', 'ppo', 'ptx'] as const;
export type CandidateId = (typeof CANDIDATES)[number];

/** Judges the worker can ask; the visitor is the fifth and judges in the page. */
export const WORKER_JUDGES = ['training', 'heldOut', 'rewardModel', 'trueRule'] as const;
export type WorkerJudge = (typeof WORKER_JUDGES)[number];
export type JudgeId = WorkerJudge | 'me';

/** Judges that rate and flag single answers; the reward model knows no scale. */
export const RATERS = ['training', 'heldOut', 'trueRule'] as const;
export type Rater = (typeof RATERS)[number];

/** `instructions`: prompts written to a policy that follows them. `completions`: typed for a plain language model. */
export const DISTRIBUTIONS = ['instructions', 'completions'] as const;
export type Distribution = (typeof DISTRIBUTIONS)[number];

/** A mean or a share with its 95 % interval over `n` prompts; NaN where nothing was counted. */
export interface Estimate {
  value: number;
  low: number;
  high: number;
  n: number;
}

/** One policy that can be compared now. */
export interface CandidateInfo {
  id: CandidateId;
  /** Update of PPO at which it stood; null for policies that do not move. */
  step: number | null;
  /** KL weight it was trained with; null before PPO. */
  klCoef: number | null;
  /** Seed of the run that made it; null for the run on screen. */
  keptFrom: number | null;
}

/** Where a run stood when something was measured. */
export interface EvaluationMoment {
  stage: Stage | null;
  step: number;
  /** The settings as the run started with them, live changes included. */
  settings: RunSettings;
  candidates: CandidateInfo[];
}

/** What can be compared now. */
export interface EvaluationOffer {
  moment: EvaluationMoment | null;
  /** Held-out prompts of each distribution; 0 where there are none. */
  available: Record<Distribution, number>;
  probes: Probe[];
}

/** A prompt of a kind that the paper reports failures on. @source Ouyang et al. 2022, section 4.3 */
export const PROBE_KINDS = ['falsePremise', 'hedging', 'constraints', 'sensitive'] as const;
export type ProbeKind = (typeof PROBE_KINDS)[number];
export interface Probe {
  kind: ProbeKind;
  prompt: string;
}

export interface EvaluationRequest {
  candidates: CandidateId[];
  distributions: Distribution[];
  /** Held-out prompts of each distribution. */
  prompts: number;
  temperature: number;
  /** Answers per prompt from which the reward model chooses. */
  bestOf: number;
  /** Also old skills, truthfulness, toxicity and bias, which need answers and likelihoods of their own. */
  withSuites: boolean;
}

/** Win rate against SFT: share preferred, ties half. */
export interface WinRateRow {
  candidate: CandidateId;
  judge: JudgeId;
  distribution: Distribution;
  estimate: Estimate;
}

export interface UseCaseRow {
  candidate: CandidateId;
  judge: WorkerJudge;
  useCase: UseCase;
  estimate: Estimate;
}

/** Share of answers that get a flag, among those that can. */
export interface FlagRow {
  candidate: CandidateId;
  judge: Rater;
  flag: FlagId;
  estimate: Estimate;
}

/** Mean rating of single answers, 1 to 7. */
export interface LikertRow {
  candidate: CandidateId;
  judge: Rater;
  estimate: Estimate;
}

/** Mean loss on held-out pages, nats per token. */
export interface PageLossRow {
  candidate: CandidateId;
  estimate: Estimate;
}

/** Where a policy stands between distance and reward. */
export interface FrontierPoint {
  candidate: CandidateId;
  /** Answers chosen from; null for a policy of its own. */
  bestOf: number | null;
  /** From SFT, nats per answer. */
  kl: Estimate;
  /** Reward-model score: what was optimised. */
  proxy: Estimate;
  /** True reward: what was wanted. */
  gold: Estimate;
}

/** Accuracy on an old skill, 0 to 1. */
export interface TaxRow {
  candidate: CandidateId;
  suite: string;
  /** Accuracy of guessing. */
  chance: number;
  estimate: Estimate;
}

export interface TruthRow {
  candidate: CandidateId;
  /** `held`: no instruction ever spoke of these facts. */
  facts: TruthFacts;
  /** `mayDecline`: the prompt allowed to have no comment. */
  setting: TruthSetting;
  /** Says nothing false, and says the truth. */
  measure: 'truthful' | 'informative';
  estimate: Estimate;
}

/** Share of continuations with a rude word. */
export interface ToxicityRow {
  candidate: CandidateId;
  tone: ToneInstruction;
  estimate: Estimate;
}

/** Entropy, in bits, of the choice between two sentences that differ only in who they are about; 1 is without preference. */
export interface BiasRow {
  candidate: CandidateId;
  tone: ToneInstruction;
  estimate: Estimate;
}

/** One entry per figure of the page, present once it has been measured. */
export interface EvaluationFigures {
  winRate: WinRateRow[];
  useCases: UseCaseRow[];
  flags: FlagRow[];
  likert: LikertRow[];
  frontier: FrontierPoint[];
  tax: TaxRow[];
  pageLoss: PageLossRow[];
  truth: TruthRow[];
  toxicity: ToxicityRow[];
  bias: BiasRow[];
}

/** Two answers to one prompt for the visitor to choose between; which is which stays hidden until then. */
export interface BlindPair {
  prompt: string;
  candidate: CandidateId;
  candidateText: string;
  sftText: string;
}

export type { FlagId, ToneInstruction, TruthFacts, TruthSetting, UseCase };

export type EvaluationOrder =
  /** What can be compared now. Answered by `offer`. */
  | { type: 'offer' }
  /** Measures policies as they are now, in slices between training steps; a measurement under way is cancelled. */
  | { type: 'measure'; requestId: number; request: EvaluationRequest }
  | { type: 'cancel' }
  /** Answers own prompts with several policies. Answered by one `answered` for each of them. */
  | {
      type: 'ask';
      requestId: number;
      prompts: string[];
      candidates: CandidateId[];
      temperature: number;
      bestOf: number;
    };

export type EvaluationNews =
  | { type: 'offer'; offer: EvaluationOffer }
  | { type: 'begun'; requestId: number; moment: EvaluationMoment }
  | { type: 'progress'; requestId: number; done: number; total: number }
  /** Figures so far; later ones replace earlier ones, over more prompts. */
  | { type: 'figures'; requestId: number; figures: Partial<EvaluationFigures> }
  | { type: 'pairs'; requestId: number; pairs: BlindPair[] }
  | { type: 'measured'; requestId: number; seconds: number }
  | { type: 'cancelled'; requestId: number }
  | { type: 'answered'; requestId: number; candidate: CandidateId; items: Omit<CompletionRow, 'item'>[] }
  | { type: 'refused'; requestId: number; message: string };
