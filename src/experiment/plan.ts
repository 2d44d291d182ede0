/** From wishes to a list of jobs, each after what it needs. */
import type { Overrides } from './results';
import type { Preset } from '../config/rows';
import { resolveConfig } from '../config/config';
import { POLICIES, type PolicyName } from './results';
import type { AnyJob, Job, JobKind, Tier } from './job';

/** Sweeps, cross-validation and rounds ask for many runs of the smallest model rather than few of a larger one. */
export const SWEEP_PRESET: Preset = 'nano';

/** β from none to so much that nothing moves. The paper's Figure 33 does the same between 0 and 2. */
export const KL_COEFFICIENTS = [0, 0.02, 0.05, 0.1, 0.2, 0.5, 2];
/** Weights of the pretraining gradient; 0 is the sweep's run with the preset's β. */
export const PTX_COEFFICIENTS = [0.1, 0.5, 2];
/** The core tables' weight for PPO-ptx. */
const PTX_COEFFICIENT = 0.5;
/** Rounds of steps 2 and 3, the first of which is the core run. */
export const ROUNDS = 3;

/** How much of everything. */
export interface Sizes {
  /** Held-out prompts that each policy of the core tables answers, and of the second distribution. */
  prompts: number;
  completionPrompts: number;
  /** Held-out prompts of sweeps and check points. */
  sweepPrompts: number;
  /** Updates of the runs of a sweep. */
  sweepIterations: number;
  /** Answers per prompt for best of n. */
  bestOfSamples: number;
  candidates: number;
  publicExamples: number;
  /** Rankings that each fold of the cross-validation and each further round uses. */
  foldRankings: number;
  roundRankings: number;
  sftEpochs: number;
  policies: readonly PolicyName[];
  klCoefs: readonly number[];
  ptxCoefs: readonly number[];
  rounds: number;
  /** On top of the preset's settings, for every job. */
  overrides: Overrides;
}

export const FULL_SIZES: Sizes = {
  prompts: 400,
  completionPrompts: 200,
  sweepPrompts: 200,
  sweepIterations: 60,
  bestOfSamples: 32,
  candidates: 8,
  publicExamples: 1200,
  foldRankings: 1500,
  roundRankings: 1500,
  sftEpochs: 16,
  policies: POLICIES,
  klCoefs: KL_COEFFICIENTS,
  ptxCoefs: PTX_COEFFICIENTS,
  rounds: ROUNDS,
  overrides: {},
};

/** A minute's worth, to see whether everything works; too small for most findings. */
export const QUICK_SIZES: Sizes = {
  ...FULL_SIZES,
  prompts: 100,
  completionPrompts: 40,
  sweepPrompts: 40,
  sweepIterations: 6,
  bestOfSamples: 8,
  candidates: 2,
  publicExamples: 120,
  foldRankings: 100,
  roundRankings: 60,
  sftEpochs: 4,
  klCoefs: [0, 0.2, 2],
  ptxCoefs: [0.5],
  rounds: 2,
  overrides: {
    'data.demonstrations': 400,
    'data.rankings': 160,
    'data.validationPrompts': 40,
    'sft.epochs': 3,
    'ppo.iterations': 8,
    'ppo.batchSize': 32,
    'ppo.valueWarmup': 2,
    'ppo.warmupIterations': 2,
  },
};

export interface PlanOptions {
  /** Models of the core tables, with their numbers of seeds. */
  core: readonly { preset: Preset; seeds: number }[];
  tiers: readonly Tier[];
  /** Seeds of the other tiers. */
  sweepSeeds: number;
  sizes: Sizes;
}

/** @returns jobs in an order in which they can be done one after the other */
export function makePlan(options: PlanOptions): AnyJob[] {
  const { core, tiers, sweepSeeds, sizes } = options;
  const jobs = new Map<string, AnyJob>();
  const add = (all: readonly AnyJob[]) => all.forEach((job) => jobs.has(job.id) || jobs.set(job.id, job));
  const seedsUpTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);
  if (tiers.includes('core')) {
    for (const { preset, seeds } of core)
      for (const seed of seedsUpTo(seeds)) add(coreJobs(jobFactory(preset, seed, 'core', sizes)));
  }
  const others = { sweeps: sweepJobs, crossval: crossValidationJobs, iterate: roundJobs };
  for (const tier of ['sweeps', 'crossval', 'iterate'] as const) {
    if (!tiers.includes(tier)) continue;
    for (const seed of seedsUpTo(sweepSeeds)) {
      const factory = jobFactory(SWEEP_PRESET, seed, tier, sizes);
      add([...alignedJobs(factory), ...others[tier](factory)]);
    }
  }
  return [...jobs.values()];
}

interface Factory {
  sizes: Sizes;
  preset: Preset;
  iterations: number;
  /** A job of this preset, seed and tier; needs are given as names without preset and seed. */
  make<K extends JobKind>(
    name: string,
    kind: K,
    options: Job<K>['options'],
    needs?: Record<string, string>,
    overrides?: Overrides,
  ): Job<K>;
}

function jobFactory(preset: Preset, seed: number, tier: Tier, sizes: Sizes): Factory {
  const idOf = (name: string) => `${preset}-s${seed}-${name}`;
  const settings = { version: 1 as const, preset, recipe: 'proven' as const, overrides: sizes.overrides };
  return {
    sizes,
    preset,
    iterations: resolveConfig(settings)['ppo.iterations'],
    make: (name, kind, options, needs = {}, overrides = {}) => ({
      id: idOf(name),
      kind,
      tier,
      preset,
      seed,
      needs: Object.fromEntries(Object.entries(needs).map(([role, other]) => [role, idOf(other)])),
      overrides: { ...sizes.overrides, ...overrides },
      options,
    }),
  };
}

/** Updates after which held-out prompts are asked: dense at the beginning, where true reward turns. */
function checksUpTo(iterations: number): number[] {
  return [2, 5, 10, 15, 20, 30, 40, 60, 80, 100, 150, 200].filter((step) => step < iterations).concat(iterations);
}

function ppoJob({ make, sizes, iterations }: Factory, name: string, overrides: Overrides): Job<'ppo'> {
  const checks = checksUpTo(Number(overrides['ppo.iterations'] ?? iterations));
  return make(name, 'ppo', { checks, prompts: sizes.sweepPrompts }, { reward: 'reward' }, overrides);
}

/** What everything else needs: steps 1 and 2. */
function alignedJobs({ make }: Factory): AnyJob[] {
  return [make('sft', 'sft', {}), make('reward', 'reward', {}, { sft: 'sft' })];
}

function coreJobs(factory: Factory): AnyJob[] {
  const { make, sizes } = factory;
  const { prompts, completionPrompts, policies } = sizes;
  const needsOf: Partial<Record<PolicyName, string>> = {
    prompted: 'prompted',
    publicTasks: 'public-tasks',
    ppo: 'ppo',
    ppoPtx: 'ppo-ptx',
  };
  const evaluations = policies.map((policy) => {
    const own = needsOf[policy];
    const needs = { reward: 'reward', ...(own && { [policy]: own }) };
    return make(`policy-${policy}`, 'policy', { policy, prompts, completionPrompts }, needs);
  });
  const judged = Object.fromEntries(policies.map((policy) => [policy, `policy-${policy}`]));
  const makers: Record<string, () => AnyJob> = {
    prompted: () =>
      make(
        'prompted',
        'prompted',
        { candidates: sizes.candidates, prompts: Math.ceil(sizes.sweepPrompts / 2), shots: 2 },
        { reward: 'reward' },
      ),
    publicTasks: () => make('public-tasks', 'publicTasks', { examples: sizes.publicExamples }),
    ppo: () => ppoJob(factory, 'ppo', {}),
    ppoPtx: () => ppoJob(factory, 'ppo-ptx', { 'ppo.ptxCoef': PTX_COEFFICIENT }),
  };
  return [
    ...alignedJobs(factory),
    ...policies.flatMap((policy) => makers[policy]?.() ?? []),
    ...evaluations,
    make('judge', 'judge', { policies: [...policies] }, { reward: 'reward', ...judged }),
    make('reward-study', 'rewardStudy', { prompts: sizes.sweepPrompts }, { reward: 'reward' }),
    bestOfNJob(factory),
  ];
}

function bestOfNJob({ make, sizes }: Factory): Job<'bestOfN'> {
  const ns = [1, 2, 4, 8, 16, 32, 64].filter((n) => n <= sizes.bestOfSamples);
  const options = { samples: sizes.bestOfSamples, prompts: Math.ceil(sizes.sweepPrompts / 2), ns };
  return make('best-of-n', 'bestOfN', options, { reward: 'reward' });
}

/** Name of a run of the β sweep. */
export const klSweepName = (klCoef: number) => `beta-${klCoef}`;
export const ptxSweepName = (ptxCoef: number) => `ptx-${ptxCoef}`;

function sweepJobs(factory: Factory): AnyJob[] {
  const { make, sizes } = factory;
  const short = { 'ppo.iterations': sizes.sweepIterations };
  const rankings = resolveRankings(sizes, factory.preset);
  return [
    ...sizes.klCoefs.map((klCoef) => ppoJob(factory, klSweepName(klCoef), { ...short, 'ppo.klCoef': klCoef })),
    ppoJob(factory, 'goodhart', { 'ppo.klCoef': 0, 'ppo.learningRate': 4e-4 }),
    bestOfNJob(factory),
    make(
      'sft-epochs',
      'sftEpochs',
      { epochs: sizes.sftEpochs, prompts: sizes.sweepPrompts },
      { reward: 'reward' },
      {
        'sft.epochs': sizes.sftEpochs,
      },
    ),
    make('reward-sizes', 'rewardSizes', { rankings, prompts: sizes.sweepPrompts }, { reward: 'reward' }),
    ...sizes.ptxCoefs.map((ptxCoef) => ppoJob(factory, ptxSweepName(ptxCoef), { ...short, 'ppo.ptxCoef': ptxCoef })),
  ];
}

/** Rankings in powers of about three up to all of them. */
function resolveRankings(sizes: Sizes, preset: Preset): number[] {
  const all = resolveConfig({ version: 1, preset, recipe: 'proven', overrides: sizes.overrides })['data.rankings'];
  return [30, 100, 300, 1000].filter((count) => count < all).concat(all);
}

function crossValidationJobs({ make, sizes }: Factory): AnyJob[] {
  const options = { rankings: sizes.foldRankings, prompts: sizes.sweepPrompts };
  return [make('cross-validation', 'crossValidation', options, { reward: 'reward' })];
}

function roundJobs(factory: Factory): AnyJob[] {
  const { make, sizes } = factory;
  const rounds = Array.from({ length: sizes.rounds - 1 }, (_, i) => i + 2);
  return [
    ppoJob(factory, 'ppo', {}),
    ...rounds.map((round) => {
      const isFirst = round === 2;
      const needs = {
        reward: 'reward',
        previous: isFirst ? 'ppo' : `round-${round - 1}`,
        rankings: isFirst ? 'reward' : `round-${round - 1}`,
      };
      return make(
        `round-${round}`,
        'round',
        { round, rankings: sizes.roundRankings, prompts: sizes.sweepPrompts },
        needs,
      );
    }),
  ];
}
