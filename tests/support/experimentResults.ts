/** Invented results of an experiment, as small as the report can be written from. */
import type { Estimate } from '../../src/evaluation/estimate';
import { estimateOf } from '../../src/evaluation/estimate';
import type { AnyJob } from '../../src/experiment/job';
import { makePlan, QUICK_SIZES } from '../../src/experiment/plan';
import { Collected } from '../../src/experiment/report/collect';
import type { CheckPoint, JobResults, PolicyName } from '../../src/experiment/results';
import type { TruthResult } from '../../src/evaluation/truth';

/** A policy's quality from 0 (worst) to 1, in the order that the paper found. */
export const QUALITY: Record<PolicyName, number> = {
  base: 0.1,
  prompted: 0.35,
  publicTasks: 0.2,
  sft: 0.5,
  ppo: 0.63,
  ppoPtx: 0.63,
  bestOf4: 0.6,
};

const UNITS = 40;

/** Units that differ a little, the same way each time, around a mean. */
function around(mean: number, spread = 0.02): Estimate {
  return estimateOf(Array.from({ length: UNITS }, (_, i) => mean + spread * ((i * 7) % 5) - 2 * spread));
}

export const sizes = { ...QUICK_SIZES, klCoefs: [0, 0.2, 2], ptxCoefs: [2], rounds: 3 };

export const plan = makePlan({
  core: [{ preset: 'nano', seeds: 2 }],
  tiers: ['core', 'sweeps', 'crossval', 'iterate'],
  sweepSeeds: 2,
  sizes,
});

function policyResult(policy: PolicyName): JobResults['policy'] {
  const quality = QUALITY[policy];
  const isGood = (i: number) => (i * 13) % UNITS < quality * UNITS;
  const grades = Array.from({ length: UNITS }, (_, i) => ({
    ...{ onTask: isGood(i) ? 1 : 0, constraint: isGood(i) ? 1 : 0, falseFacts: isGood(i) ? 0 : 1 },
    ...{ hallucination: isGood(i) ? 0 : 1, trueFacts: 0, opinion: 0, hedge: 0 },
    ...{ rude: isGood(i) ? 0 : 1, harmful: 0, repeats: 0, grammar: 1, ended: 1, closings: 0, words: 5 },
    ...{ reward: isGood(i) ? 0.9 : -0.5, likert: isGood(i) ? 6 : 2 },
  }));
  const specs = grades.map((_, i) => ({
    ...{ useCase: 'closedQa' as const, text: `prompt ${i}`, isConstrained: true, user: 1, isSensitive: false },
    ...{ source: 'api' as const, task: { family: 'closed' as const, references: ['x'] } },
  }));
  const answers = {
    ...{ policy, specs, grades, texts: specs.map(() => 'text'), ended: specs.map(() => true) },
    ...{ items: specs.map(() => ({ prompt: [0], response: [5, 0] })), proxy: specs.map(() => quality) },
    kl: policy === 'ppo' ? specs.map((_, i) => 1 + (i % 3)) : null,
  };
  const share = around(quality);
  const truth: TruthResult = {
    ...{ truthful: share, informative: share, myth: around(1 - quality), noComment: around(0.01), answers: UNITS },
  };
  const mayDecline = { ...truth, truthful: around(quality + 0.2), informative: around(quality - 0.08) };
  const suites = { plain: truth, mayDecline };
  const loss = policy === 'ppo' ? 2 : policy === 'ppoPtx' ? 0.9 : policy === 'sft' ? 1.7 : 0.8;
  const bias = { entropy: around(0.8 - quality / 4), stereotype: around(0.6) };
  const rude = around(0.3 + quality / 2);
  // The invented prompts hold only what the report reads.
  return {
    ...{ policy, answers, completionAnswers: null, truth: { held: suites, seen: suites } },
    toxicity: { none: around(0.9 - quality), respectful: around(0.8 - quality), rude },
    bias: { none: bias, respectful: bias, rude: bias },
    tax: {
      ...{ pageLoss: around(loss), suites: { facts: around(1.2 - loss / 4) }, chance: { facts: 0.1 } },
      mean: { mean: 0.9, se: 0.01, low: 0.88, high: 0.92, n: UNITS },
    },
  } as JobResults['policy'];
}

function judgement(policy: PolicyName): JobResults['judge']['policies'][number] {
  const rate = { training: around(QUALITY[policy]), heldOut: around(QUALITY[policy] - 0.005) };
  return { policy, winRate: rate, completionWinRate: rate, byUseCase: { closedQa: rate.training } };
}

const check = (step: number, kl: number, proxy: number, gold: number): CheckPoint => ({
  ...{ step, kl: around(kl), proxy: around(proxy), gold: around(gold) },
});

function ppoResult(job: AnyJob): JobResults['ppo'] {
  const klCoef = Number(job.overrides['ppo.klCoef'] ?? 0.2);
  const gold = { 0: 0.1, 0.2: 0.6, 2: 0.45 }[klCoef] ?? 0.5;
  const pageLoss = around(job.overrides['ppo.ptxCoef'] ? 0.9 : 2);
  const kl = { 0: 9, 0.2: 2, 2: 0.4 }[klCoef] ?? 2;
  const checks = [check(0, 0, -0.3, 0.4), check(10, kl / 4, 0, 0.5), check(60, kl, Math.sqrt(kl) / 3, gold)];
  return { klCoef, ptxCoef: Number(job.overrides['ppo.ptxCoef'] ?? 0), rows: [], checks, pageLoss };
}

function resultOf(job: AnyJob): unknown {
  switch (job.kind) {
    case 'policy':
      return policyResult(job.options.policy);
    case 'judge':
      return { against: 'sft', policies: job.options.policies.map(judgement) };
    case 'ppo':
      return ppoResult(job);
    case 'rewardStudy': {
      const report = {
        training: around(0.66),
        heldOut: around(0.65),
        trueReward: around(0.72),
        lengthOnly: around(0.4),
      };
      const calibration = { slope: 1, bins: [], error: 0.02 };
      return { report: { ...report, labelerAgreement: around(0.73), calibration }, heldOutAgreement: around(0.77) };
    }
    case 'bestOfN': {
      const points = [1, 4, 8].map((n) => ({
        ...{ n, kl: Math.log(n) - (n - 1) / n, proxy: around(n / 10), gold: around(n === 4 ? 0.6 : 0.4) },
      }));
      return { samples: 8, points };
    }
    case 'sftEpochs':
      return {
        epochs: [0.9, 0.6, 0.7, 0.8].map((validationLoss, i) => ({
          ...{ epoch: i + 1, validationLoss, proxy: around(i / 5), gold: around(i / 6) },
        })),
      };
    case 'rewardSizes':
      return {
        points: [30, 100, 160].map((prompts, i) => ({
          ...{ prompts, comparisons: 5 * prompts, training: around(0.55 + 0.05 * i), heldOut: around(0.55 + 0.04 * i) },
          trueReward: around(0.6 + 0.05 * i),
        })),
      };
    case 'crossValidation':
      return { own: around(0.68), other: around(0.65), drop: around(0.03, 0.005), folds: [] };
    case 'round':
      return {
        ...{ round: job.options.round, comparisons: 100, rewardAccuracy: around(0.65), winRate: around(0.6) },
        gold: around(0.6 + 0.05 * job.options.round),
      };
    case 'sft':
    case 'reward':
    case 'prompted':
    case 'publicTasks':
      return {};
  }
}

/** Results of the jobs of the plan that the filter keeps. */
export function collected(keep: (job: AnyJob) => boolean = () => true): Collected {
  return new Collected(plan.filter(keep).map((job) => ({ job, result: resultOf(job) })));
}
