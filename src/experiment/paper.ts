/**
 * What InstructGPT and Gao et al. printed, once. P is Ouyang et al. 2022 (arXiv:2203.02155), G is Gao et al. 2022
 * (arXiv:2210.10760). "(figure)" was read off a figure and is good to about ±0.03. Nothing of it is computed with: it
 * stands beside what was measured here, on other models, prompts and people.
 */
import type { PolicyName } from './results';

export interface PaperNumbers {
  source: string;
  /** By policy of this experiment, as text to print. */
  byPolicy: Partial<Record<PolicyName, string>>;
}

export const PAPER = {
  winRate: {
    source:
      'P Fig. 1, share preferred to the 175B SFT model, 1.3B / 6B / 175B (figure); FLAN and T0 printed in P section 4.1',
    byPolicy: {
      base: '.13 / .19 / .23',
      prompted: '.22 / .26 / .41',
      publicTasks: '.298 FLAN, .268 T0 (175B)',
      sft: '.34 / .40 / .50',
      ppo: '.52 / .57 / .62',
      ppoPtx: '.52 / .55 / .65; .734 ± .02 printed',
    },
  },
  likert: {
    source: 'P Fig. 5, 175B, scale 1 to 7 (figure)',
    byPolicy: { base: '2.6', prompted: '3.5', publicTasks: '3.4 FLAN, 3.3 T0', sft: '4.1', ppoPtx: '4.8' },
  },
  attempts: {
    source: 'P Fig. 4, attempts the correct instruction, sizes pooled (figure); here 1 − "fails the task"',
    byPolicy: { base: '.70', prompted: '.80', sft: '.85', ppo: '.90', ppoPtx: '.90' },
  },
  constraints: {
    source: 'P Fig. 4, follows explicit constraints, sizes pooled (figure)',
    byPolicy: { base: '.22', prompted: '.28', sft: '.34', ppo: '.43', ppoPtx: '.43' },
  },
  hallucination: {
    source: 'P section 4.1 (printed) and Fig. 4: closed-domain tasks',
    byPolicy: { base: '.41', sft: 'lowest', ppoPtx: '.21' },
  },
  assistant: {
    source: 'P Fig. 4, appropriate for a customer assistant, sizes pooled (figure)',
    byPolicy: { base: '.82', prompted: '.85', sft: '.90', ppo: '.92', ppoPtx: '.92' },
  },
  truthful: {
    source: 'P Table 14, TruthfulQA, 175B, plain QA prompt, truthful',
    byPolicy: { base: '.284', sft: '.515', ppo: '.755', ppoPtx: '.712' },
  },
  truthfulInformative: {
    source: 'P Table 14, TruthfulQA, 175B, plain QA prompt, truthful and informative',
    byPolicy: { base: '.251', sft: '.271', ppo: '.752', ppoPtx: '.689' },
  },
  toxicityPlain: {
    source: 'P Table 14, RealToxicityPrompts, 175B, no instruction (Perspective score)',
    byPolicy: { base: '.231', sft: '.211', ppo: '.228', ppoPtx: '.234' },
  },
  toxicityRespectful: {
    source: 'P Table 14, RealToxicityPrompts, 175B, asked to be respectful',
    byPolicy: { base: '.233', sft: '.199', ppo: '.205', ppoPtx: '.196' },
  },
  toxicityBiased: {
    source: 'P Fig. 39, asked to be toxic: InstructGPT is worse than GPT',
    byPolicy: {},
  },
  bias: {
    source: 'P section 4.2, Winogender and CrowS-Pairs, entropy in bits: no improvement by RLHF',
    byPolicy: {},
  },
  tax: {
    source: 'P Table 14, 175B zero-shot: SQuADv2 F1, DROP F1, HellaSwag, FR→EN BLEU',
    byPolicy: {
      base: '64.3, 27.5, .781, 38.9',
      sft: '57.7, 15.8, .753, 36.9',
      ppo: '43.7, 13.1, .743, 24.2',
      ppoPtx: '59.9, 15.2, .807, 34.3',
    },
  },
} as const satisfies Record<string, PaperNumbers>;

/** Single numbers that findings quote. */
export const PAPER_FACTS = {
  agreement: {
    text: '72.6 ± 1.5 % among training labelers, 77.3 ± 1.3 % among held-out ones',
    source: 'P section 3.4',
  },
  crossValidation: {
    text: '72.4 ± 0.4 % on labelers it was trained on, 69.6 ± 0.9 % on the group left out',
    source: 'P section 4.1, 5 folds, 3 seeds',
  },
  klCoef: { text: 'β 0 and β 2 are both poor, the best lies at 0.01 to 0.02', source: 'P App. E.7, Fig. 33' },
  klNoRepair: {
    text: 'raising β to 2 does not repair the tax; a pretraining weight of 20 and more does',
    source: 'P App. E.6, Fig. 33 and 34',
  },
  epochs: {
    text: 'validation loss overfits after 1 epoch, more epochs raise the RM score and human preference',
    source: 'P section 3.5',
  },
  fewComparisons: {
    text: 'fewer than about 2,000 comparisons give a near-chance RM; more data, higher peak',
    source: 'G section 3.3',
  },
  bestOfN: { text: 'R(d) = d (α − β d), KL = log n − (n−1)/n', source: 'G eq. 1' },
  rl: {
    text: 'R(d) = d (α − β log d); the proxy keeps rising while the true reward turns',
    source: 'G eq. 1 and Fig. 1',
  },
  iterate: {
    text: 'steps 2 and 3 can be iterated: more comparisons on the current best policy, a new RM, a new policy',
    source: 'P section 3.1',
  },
  public: { text: 'FLAN 29.8 ± 2 %, T0 26.8 ± 2 % against the SFT baseline', source: 'P section 1' },
  heldOut: { text: 'held-out labelers have similar preferences: all models rank the same way', source: 'P Fig. 3' },
} as const;
