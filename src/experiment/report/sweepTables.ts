/** Tables of the sweeps, the cross-validation and the rounds. */
import { SWEEP_PRESET } from '../plan';
import { PAPER_FACTS } from '../paper';
import { overSeeds, type Collected } from './collect';
import {
  bestOfNPoints,
  epochSweep,
  goldFit,
  goodhartRuns,
  klSweep,
  ptxSweep,
  rounds,
  sizePoints,
  trajectory,
} from './sweeps';
import type { Cell, Table } from './types';

type PaperFact = (typeof PAPER_FACTS)[keyof typeof PAPER_FACTS];

const paper = ({ text, source }: PaperFact) => `Paper: ${text} (${source}).`;

const table = (id: string, title: string, note: string, columns: string[], rows: Cell[][]): Table => ({
  id,
  title: `${title} (${SWEEP_PRESET})`,
  note,
  columns,
  rows,
});

/** All tables that have rows. */
export function sweepTables(collected: Collected): Table[] {
  return [
    ...sweepOfPpo(collected),
    overOptimisation(collected),
    bestOfN(collected),
    epochs(collected),
    sizes(collected),
    crossValidation(collected),
    roundTable(collected),
  ].filter(({ rows }) => rows.length > 0);
}

function sweepOfPpo(collected: Collected): Table[] {
  const columns = (name: string) => [name, 'KL', 'proxy', 'true reward', 'page loss'];
  const rows = (points: ReturnType<typeof klSweep>) =>
    points.map(({ value, kl, proxy, gold, pageLoss }): Cell[] => [value, kl, proxy, gold, pageLoss]);
  return [
    table(
      'beta',
      'KL weight β',
      `PPO runs that differ in β only, asked the same held-out prompts after their last update. ${paper(PAPER_FACTS.klCoef)}`,
      columns('β'),
      rows(klSweep(collected)),
    ),
    table(
      'ptx',
      'Weight of the pretraining gradient',
      `The same with the weight of PPO-ptx. ${paper(PAPER_FACTS.klNoRepair)}`,
      columns('ptx weight'),
      rows(ptxSweep(collected)),
    ),
  ];
}

function overOptimisation(collected: Collected): Table {
  const points = trajectory(goodhartRuns(collected));
  const fit = goldFit(points, 'rl');
  const fitted = fit
    ? ` Fit d (α − β log d): α ${fit.alpha.toFixed(3)}, β ${fit.beta.toFixed(3)}, R² ${fit.rSquared.toFixed(2)}${fit.peak ? `, peak at √KL ${fit.peak.d.toFixed(2)} with true reward ${fit.peak.gold.toFixed(2)}` : ', no peak'}.`
    : '';
  return table(
    'goodhart',
    'Over-optimisation at β 0',
    `PPO without KL penalty and with a learning rate of 4e-4, held-out prompts.${fitted} ${paper(PAPER_FACTS.rl)}`,
    ['updates', 'KL', 'proxy', 'true reward'],
    points.map(({ step, kl, proxy, gold }): Cell[] => [step, kl, proxy, gold]),
  );
}

function bestOfN(collected: Collected): Table {
  const points = bestOfNPoints(collected);
  const fit = goldFit(points, 'bestOfN');
  const fitted = fit
    ? ` Fit d (α − β d): α ${fit.alpha.toFixed(3)}, β ${fit.beta.toFixed(3)}, R² ${fit.rSquared.toFixed(2)}${fit.peak ? `, peak at √KL ${fit.peak.d.toFixed(2)}` : ', no peak'}.`
    : '';
  return table(
    'best-of-n',
    'Best of n by the reward model',
    `Unbiased estimates from more answers a prompt than n.${fitted} ${paper(PAPER_FACTS.bestOfN)}`,
    ['n', 'KL', 'proxy', 'true reward'],
    points.map(({ n, kl, proxy, gold }): Cell[] => [n, kl.mean, proxy, gold]),
  );
}

function epochs(collected: Collected): Table {
  return table(
    'sft-epochs',
    'Epochs of SFT',
    `Scores of the reward model of the core run. ${paper(PAPER_FACTS.epochs)}`,
    ['epochs', 'validation loss', 'proxy', 'true reward'],
    epochSweep(collected).epochs.map(({ epoch, validationLoss, proxy, gold }): Cell[] => [
      epoch,
      validationLoss,
      proxy,
      gold,
    ]),
  );
}

function sizes(collected: Collected): Table {
  return table(
    'reward-sizes',
    'Reward-model accuracy and number of comparisons',
    `Nested parts of one set of rankings; fresh answers of the SFT policy. ${paper(PAPER_FACTS.fewComparisons)}`,
    ['ranked prompts', 'comparisons', 'training labelers', 'held-out labelers', 'true reward'],
    sizePoints(collected).map(({ prompts, comparisons, training, heldOut, trueReward }): Cell[] => [
      prompts,
      comparisons,
      training,
      heldOut,
      trueReward,
    ]),
  );
}

function crossValidation(collected: Collected): Table {
  const runs = collected.of('crossValidation', SWEEP_PRESET, 'cross-validation');
  const row = (name: string, of: 'own' | 'other' | 'drop'): Cell[] => [
    name,
    overSeeds(runs, ({ result }) => result[of]),
  ];
  const rows: Cell[][] = [
    row('cohorts it was trained on', 'own'),
    row('cohort left out', 'other'),
    row('difference', 'drop'),
  ];
  return table(
    'cross-validation',
    'Reward models over cohorts of labelers',
    `Each cohort is left out once; the same answers, labeled by both. ${paper(PAPER_FACTS.crossValidation)}`,
    ['labels of', 'accuracy'],
    runs.length > 0 ? rows : [],
  );
}

function roundTable(collected: Collected): Table {
  return table(
    'rounds',
    'Steps 2 and 3 repeated',
    `Fresh comparisons on the newest policy, a new reward model from all comparisons, a new policy from SFT. ${paper(PAPER_FACTS.iterate)}`,
    ['round', 'true reward', 'change from the round before'],
    rounds(collected).map(({ round, gold, gain }): Cell[] => [
      round === 0 ? 'SFT' : round === 1 ? '1 (core run)' : round,
      gold,
      gain,
    ]),
  );
}
