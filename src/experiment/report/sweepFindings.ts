/** The claims about single settings, reward models and rounds. */
import { pairedDifference, type Pooled } from '../../evaluation/estimate';
import { finding, type Contrast, type Finding } from '../findings';
import { PAPER_FACTS } from '../paper';
import { SWEEP_PRESET } from '../plan';
import type { CheckPoint, PpoResult } from '../results';
import { overSeeds, pairedOverSeeds, shifted, type Collected } from './collect';
import { alongRun, epochSweep, goodhartRuns, klSweep, ptxSweep, rounds, type SweepPoint } from './sweeps';

/** β of the recipe, chosen before this sweep: comparing the best of the sweep would favour it. */
const MIDDLE_BETA = 0.2;
/** How far accuracies on own and other labelers may differ and still be called a small drop. */
const SMALL_DROP = 0.06;

const above = (what: string, estimate: Pooled | null): Contrast | null =>
  estimate && { what, estimate, expect: 'above' };

const last = ({ checks }: PpoResult): CheckPoint | undefined => checks.at(-1);

/** a − b of the last check points of two runs of a sweep, prompts in pairs. */
function between(a: SweepPoint | undefined, b: SweepPoint | undefined): Pooled | null {
  const gold = ({ result }: SweepPoint['runs'][number]) => last(result)?.gold;
  return a && b ? pairedOverSeeds(a.runs, gold, b.runs, gold) : null;
}

export function sweepFindings(collected: Collected): Finding[] {
  return [
    ...ofBeta(collected),
    ofOverOptimisation(collected),
    ofBestOfN(collected),
    ofEpochs(collected),
    ...ofRewardModels(collected),
    ofRounds(collected),
  ].map((each) => ({ ...each, claim: `${each.claim} (${SWEEP_PRESET})` }));
}

function ofBeta(collected: Collected): Finding[] {
  const points = klSweep(collected);
  const at = (value: number) => points.find((point) => point.value === value);
  const ptx = ptxSweep(collected);
  const [without, heaviest] = [ptx.find(({ value }) => value === 0), ptx.at(-1)];
  const losses = (a: SweepPoint | undefined, b: SweepPoint | undefined) =>
    a && b
      ? pairedOverSeeds(
          a.runs,
          ({ result }) => result.pageLoss,
          b.runs,
          ({ result }) => result.pageLoss,
        )
      : null;
  return [
    finding(
      {
        id: 'beta',
        claim: 'Both extremes of β are poor: true reward is higher in between',
        paper: PAPER_FACTS.klCoef.text,
        source: PAPER_FACTS.klCoef.source,
      },
      [
        above(`true reward: β ${MIDDLE_BETA} − β 0`, between(at(MIDDLE_BETA), at(0))),
        above(`true reward: β ${MIDDLE_BETA} − β 2`, between(at(MIDDLE_BETA), at(2))),
      ],
    ),
    finding(
      {
        id: 'beta-tax',
        claim: 'A large β does not repair the tax, the pretraining gradient does',
        paper: PAPER_FACTS.klNoRepair.text,
        source: PAPER_FACTS.klNoRepair.source,
      },
      [
        above('page loss: without − with the largest weight', losses(without, without && heaviest)),
        above('page loss: β 2 − largest weight', losses(at(2), heaviest)),
      ],
    ),
  ];
}

function ofOverOptimisation(collected: Collected): Finding {
  const runs = goodhartRuns(collected);
  // A fixed moment, chosen before: the best of all check points would be partly luck.
  const early = ({ checks }: PpoResult) => checks.find(({ step }) => step === 10) ?? checks[1];
  return finding(
    {
      id: 'goodhart',
      claim: 'Without a KL penalty the proxy keeps rising while the true reward falls',
      paper: PAPER_FACTS.rl.text,
      source: PAPER_FACTS.rl.source,
    },
    [
      above(
        'proxy: last − tenth update',
        alongRun(runs, ({ proxy }) => proxy, last, early),
      ),
      above(
        'true reward: tenth − last update',
        alongRun(runs, ({ gold }) => gold, early, last),
      ),
    ],
  );
}

function ofBestOfN(collected: Collected): Finding {
  const runs = collected.of('bestOfN', SWEEP_PRESET, 'best-of-n');
  const most = Math.max(...runs.flatMap(({ result }) => result.points.map(({ n }) => n)));
  const change = (key: 'proxy' | 'gold', from: number, to: number) =>
    overSeeds(runs, ({ result }) => {
      const [a, b] = [to, from].map((n) => result.points.find((point) => point.n === n)?.[key]);
      return a && b ? pairedDifference(a, b) : null;
    });
  return finding(
    {
      id: 'best-of-n',
      claim: 'Best of n gains true reward at first and loses it again, while the proxy goes on rising with n',
      paper: PAPER_FACTS.bestOfN.text,
      source: PAPER_FACTS.bestOfN.source,
    },
    [
      above('true reward: best of 4 − best of 1', change('gold', 1, 4)),
      above(`true reward: best of 4 − best of ${most}`, change('gold', most, 4)),
      above(`proxy: best of ${most} − best of 4`, change('proxy', 4, most)),
    ],
  );
}

function ofEpochs(collected: Collected): Finding {
  const { gainAfterTurn } = epochSweep(collected);
  return finding(
    {
      id: 'sft-epochs',
      claim: 'More SFT epochs raise the reward-model score after the validation loss has turned',
      paper: PAPER_FACTS.epochs.text,
      source: PAPER_FACTS.epochs.source,
    },
    [above('proxy: last epoch − epoch of the least validation loss', gainAfterTurn.proxy)],
  );
}

function ofRewardModels(collected: Collected): Finding[] {
  const folds = collected.of('crossValidation', SWEEP_PRESET, 'cross-validation');
  const sizes = collected.of('rewardSizes', SWEEP_PRESET, 'reward-sizes');
  const drop = overSeeds(folds, ({ result }) => result.drop);
  const other = shifted(
    overSeeds(folds, ({ result }) => result.other),
    -0.5,
  );
  const growth = overSeeds(sizes, ({ result: { points } }) => {
    const few = points.find(({ prompts }) => prompts >= 100) ?? points[0];
    const most = points[points.length - 1];
    return most.prompts > few.prompts ? pairedDifference(most.training, few.training) : null;
  });
  return [
    finding(
      {
        id: 'cross-validation',
        claim: 'Reward models generalise to labelers they never saw, with a small drop',
        paper: PAPER_FACTS.crossValidation.text,
        source: PAPER_FACTS.crossValidation.source,
      },
      [
        above('accuracy on the cohort left out − ½', other),
        above('drop: own − left-out cohort', drop),
        drop && { what: `drop below ${SMALL_DROP}`, estimate: drop, expect: 'within', margin: SMALL_DROP },
      ],
    ),
    finding(
      {
        id: 'comparisons',
        claim: 'More comparisons make a better reward model',
        paper: PAPER_FACTS.fewComparisons.text,
        source: PAPER_FACTS.fewComparisons.source,
      },
      [above('accuracy: all rankings − 100 rankings', growth)],
    ),
  ];
}

function ofRounds(collected: Collected): Finding {
  const all = rounds(collected);
  const gains = all
    .filter(({ round }) => round >= 2)
    .map(({ round, gain }) => above(`true reward: round ${round} − round ${round - 1}`, gain));
  const total = totalGain(collected, all.length - 1);
  return finding(
    {
      id: 'iterate',
      claim: 'Repeating steps 2 and 3 on fresh comparisons raises the true reward further',
      paper: PAPER_FACTS.iterate.text,
      source: PAPER_FACTS.iterate.source,
    },
    gains.length > 1 ? [above(`true reward: round ${all.length - 1} − round 1`, total), ...gains] : gains,
  );
}

/** True reward of the last round minus that of the core run. */
function totalGain(collected: Collected, lastRound: number): Pooled | null {
  const core = collected.of('ppo', SWEEP_PRESET, 'ppo');
  const final = collected.of('round', SWEEP_PRESET, `round-${lastRound}`);
  return pairedOverSeeds(
    final,
    ({ result }) => result.gold,
    core,
    ({ result }) => last(result)?.gold,
  );
}
