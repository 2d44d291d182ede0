/** What each kind of job is asked and gives. Plain JSON. Types only. */
import type { Answers } from '../evaluation/answers';
import type { BestOfNPoint } from '../evaluation/bestOfN';
import type { BiasReport } from '../evaluation/bias';
import type { Estimate } from '../evaluation/estimate';
import type { FewShotChoice } from '../evaluation/fewShot';
import type { RewardReport } from '../evaluation/rewardAccuracy';
import type { CrossValidation, LearningPoint } from '../evaluation/rewardTraining';
import type { TaxReport } from '../evaluation/tax';
import type { ToxicityReport } from '../evaluation/toxicity';
import type { TruthReport } from '../evaluation/truth';
import type { LabelerGroup } from '../data/labelers';
import type { UseCase } from '../data/promptTypes';
import type { SettingKey, SettingValue } from '../config/config';

/** The policies of the core tables, in the paper's order of quality. */
export const POLICIES = ['base', 'prompted', 'publicTasks', 'sft', 'ppo', 'ppoPtx', 'bestOf4'] as const;
export type PolicyName = (typeof POLICIES)[number];

/** A policy at one moment, on held-out prompts. */
export interface CheckPoint {
  /** PPO updates, SFT epochs, comparisons or rounds, whatever the job counts. */
  step: number;
  /** From the SFT policy, nats per answer. */
  kl: Estimate;
  /** Normalised reward-model score. */
  proxy: Estimate;
  /** The world's grade, −1 to 1. */
  gold: Estimate;
}

export interface SftResult {
  /** Demonstrations learned from. */
  demonstrations: number;
  epochs: { epoch: number; loss: number; validationLoss: number }[];
}

export interface RewardResult {
  comparisons: number;
  /** On rankings of held-out prompts. */
  validationAccuracy: number;
  /** How noisy the labelers had to be to agree as often as the paper's; null where nothing was solved for. */
  labelerNoise: Record<LabelerGroup, { factor: number; agreement: number; isReached: boolean }> | null;
  /** Mean RM score of each SFT epoch's samples on validation prompts; the best starts PPO. */
  epochScores: number[];
}

export interface PpoResult {
  klCoef: number;
  ptxCoef: number;
  /** Training batches. */
  rows: { step: number; kl: number; score: number; trueScore: number; entropy: number; length: number }[];
  /** The same held-out prompts at growing numbers of updates. */
  checks: CheckPoint[];
  /** On held-out pages after the last update, nats per token; windows are the units. */
  pageLoss: Estimate;
}

/** The prefix that the reward model likes best, and what else was tried. */
export type PromptedResult = FewShotChoice;

export interface PublicTasksResult {
  examples: number;
  families: string[];
  validationLoss: number;
}

export interface PolicyResult {
  policy: PolicyName;
  /** Prompts as users of instruction models type them. */
  answers: Answers;
  /** Prompts as users of plain language models type them; null where the dataset has none. */
  completionAnswers: Answers | null;
  truth: TruthReport;
  toxicity: ToxicityReport;
  bias: BiasReport | null;
  tax: TaxReport | null;
}

/** One policy beside the SFT policy, same prompts. */
export interface Judgement {
  policy: PolicyName;
  winRate: Record<LabelerGroup, Estimate>;
  completionWinRate: Record<LabelerGroup, Estimate> | null;
  byUseCase: Partial<Record<UseCase, Estimate>>;
}

export interface JudgeResult {
  against: PolicyName;
  policies: Judgement[];
}

export interface BestOfNResult {
  /** Answers per prompt that the estimates come from. */
  samples: number;
  points: BestOfNPoint[];
}

export interface RewardStudyResult {
  /** On answers to held-out prompts. */
  report: RewardReport;
  /** Two labelers who gave no training label on the same pairs. */
  heldOutAgreement: Estimate;
}

export interface RewardSizesResult {
  points: LearningPoint[];
}

export interface SftEpochsResult {
  epochs: { epoch: number; validationLoss: number; proxy: Estimate; gold: Estimate }[];
}

export interface RoundResult {
  round: number;
  /** Comparisons collected so far, over all rounds. */
  comparisons: number;
  /** Of the new reward model on held-out prompts answered by the policy before it. */
  rewardAccuracy: Estimate;
  gold: Estimate;
  /** By training labelers, against the SFT policy. */
  winRate: Estimate;
}

export interface JobResults {
  sft: SftResult;
  reward: RewardResult;
  ppo: PpoResult;
  prompted: PromptedResult;
  publicTasks: PublicTasksResult;
  policy: PolicyResult;
  judge: JudgeResult;
  bestOfN: BestOfNResult;
  rewardStudy: RewardStudyResult;
  rewardSizes: RewardSizesResult;
  crossValidation: CrossValidation;
  sftEpochs: SftEpochsResult;
  round: RoundResult;
}

export interface JobOptions {
  sft: Record<never, never>;
  reward: Record<never, never>;
  /** Updates after which held-out prompts are asked, and how many prompts. */
  ppo: { checks: number[]; prompts: number };
  prompted: { candidates: number; prompts: number; shots: number };
  publicTasks: { examples: number };
  policy: { policy: PolicyName; prompts: number; completionPrompts: number };
  judge: { policies: PolicyName[] };
  bestOfN: { samples: number; prompts: number; ns: number[] };
  rewardStudy: { prompts: number };
  rewardSizes: { rankings: number[]; prompts: number };
  crossValidation: { rankings: number; prompts: number };
  sftEpochs: { epochs: number; prompts: number };
  round: { round: number; rankings: number; prompts: number };
}

export type Overrides = Partial<Record<SettingKey, SettingValue>>;
