/** The figures of the report, as data; `svgPlot.ts` draws them. */
import type { Pooled } from '../../evaluation/estimate';
import { fittedCurve, type GoldFit } from '../../metrics/overOptimisation';
import type { Preset } from '../../config/rows';
import type { LabelerGroup } from '../../data/labelers';
import type { PolicyName } from '../results';
import type { Figure, Panel, Point, Series, Style } from './chart';
import { overSeeds, type Collected } from './collect';
import {
  bestOfNPoints,
  epochSweep,
  goldFit,
  goodhartRuns,
  klSweep,
  rounds,
  sizePoints,
  trajectory,
  type PooledPoint,
} from './sweeps';

/** An interval as wide as everything (one unit) is not drawn. */
function point(x: number, { mean, low, high }: Pooled, label?: string): Point {
  const interval = Number.isFinite(low) && Number.isFinite(high) ? { low, high } : {};
  return { x, y: mean, ...interval, ...(label !== undefined && { label }) };
}

const lines = (name: string, style: Style, points: Point[]): Series => ({ name, style, points, draw: 'both' });

/** All figures that have points. */
export function reportFigures(collected: Collected, presets: readonly Preset[]): Figure[] {
  const figures = [
    ...presets.map((preset) => winRates(collected, preset)),
    overOptimisation(collected),
    frontier(collected),
    comparisons(collected),
    sftEpochs(collected),
    roundFigure(collected),
  ];
  return figures.filter(({ panels }) => panels.every(({ series }) => series.some(({ points }) => points.length > 0)));
}

const SHOWN: readonly { policy: PolicyName; name: string; style: Style }[] = [
  { policy: 'base', name: 'base', style: 'base' },
  { policy: 'prompted', name: 'prompted', style: 'base' },
  { policy: 'publicTasks', name: 'public tasks', style: 'quiet' },
  { policy: 'sft', name: 'SFT', style: 'sft' },
  { policy: 'ppo', name: 'PPO', style: 'ppo' },
  { policy: 'ppoPtx', name: 'PPO-ptx', style: 'ppoPtx' },
];

/** The paper's Figures 1 and 3: policies from left to right, both groups of labelers. */
function winRates(collected: Collected, preset: Preset): Figure {
  const series = (group: LabelerGroup, name: string, shift: number): Series => ({
    name,
    style: 'gold',
    draw: 'points',
    isHollow: group === 'heldOut',
    points: SHOWN.flatMap(({ policy, style }, i) => {
      const rate = overSeeds(collected.policy(preset, policy), ({ judgement }) => judgement?.winRate[group]);
      return rate ? [{ ...point(i + 1 + shift, rate), style }] : [];
    }),
  });
  return {
    id: `win-rate-${preset}`,
    title: `Win rate against the SFT policy (${preset})`,
    caption:
      'Share of answers preferred to those of the SFT policy, by labelers who gave training labels (filled) and by others (outlined); 95 % intervals over prompts and seeds. The dashed line is the SFT policy itself.',
    panels: [
      {
        xLabel: 'policy',
        yLabel: 'win rate',
        xScale: 'linear',
        categories: SHOWN.map(({ name }) => name),
        level: 0.5,
        series: [series('training', 'training labelers', -0.07), series('heldOut', 'held-out labelers', 0.07)],
      },
    ],
  };
}

const distance = ({ kl }: PooledPoint) => Math.sqrt(Math.max(0, kl.mean));

function fitted(name: string, fit: GoldFit | null, points: readonly PooledPoint[]): Series[] {
  if (!fit) return [];
  const curve = fittedCurve(fit, Math.max(...points.map(distance)));
  return [{ name, style: 'quiet', draw: 'line', points: curve.map(([x, y]) => ({ x, y })) }];
}

function overOptimisation(collected: Collected): Figure {
  const panel = (points: readonly PooledPoint[], method: GoldFit['method'], law: string): Panel => ({
    xLabel: '√KL from the SFT policy, √nats',
    yLabel: 'score',
    xScale: 'linear',
    series: [
      lines(
        'reward model (proxy)',
        'proxy',
        points.map((each) => point(distance(each), each.proxy)),
      ),
      lines(
        'true reward',
        'gold',
        points.map((each) => point(distance(each), each.gold)),
      ),
      ...fitted(law, goldFit(points, method), points),
    ],
  });
  return {
    id: 'over-optimisation',
    title: 'Over-optimisation: PPO at β 0 (top), best of n (bottom)',
    caption:
      'Proxy and true reward against the distance from the SFT policy on held-out prompts, with the law of Gao et al. fitted to the true reward; 95 % intervals.',
    panels: [
      panel(trajectory(goodhartRuns(collected)), 'rl', 'd (α − β log d)'),
      panel(bestOfNPoints(collected), 'bestOfN', 'd (α − β d)'),
    ],
  };
}

function frontier(collected: Collected): Figure {
  const points = klSweep(collected);
  return {
    id: 'beta',
    title: 'KL weight β: what is gained and how far it leads',
    caption: 'PPO runs that differ in β only; true reward and proxy on held-out prompts after the last update.',
    panels: [
      {
        xLabel: 'KL from the SFT policy, nats per answer',
        yLabel: 'score',
        xScale: 'linear',
        series: [
          lines(
            'true reward',
            'gold',
            points.map((each) => point(each.kl.mean, each.gold, `β ${each.value}`)),
          ),
          lines(
            'reward model (proxy)',
            'proxy',
            points.map((each) => point(each.kl.mean, each.proxy)),
          ),
        ],
      },
    ],
  };
}

function comparisons(collected: Collected): Figure {
  const points = sizePoints(collected);
  const series = (name: string, style: Style, of: 'training' | 'heldOut' | 'trueReward') =>
    lines(
      name,
      style,
      points.map((each) => point(each.comparisons, each[of])),
    );
  return {
    id: 'comparisons',
    title: 'Reward-model accuracy and number of comparisons',
    caption: 'Pairs of fresh answers ordered as labelers or the true reward order them; 95 % intervals over prompts.',
    panels: [
      {
        xLabel: 'comparisons, log scale',
        yLabel: 'accuracy',
        xScale: 'log',
        series: [
          series('training labelers', 'sft', 'training'),
          series('held-out labelers', 'ppo', 'heldOut'),
          series('true reward', 'gold', 'trueReward'),
        ],
      },
    ],
  };
}

function sftEpochs(collected: Collected): Figure {
  const { epochs } = epochSweep(collected);
  return {
    id: 'sft-epochs',
    title: 'More epochs of SFT: loss (top), scores (bottom)',
    caption: 'Validation loss on demonstrations, and reward-model score and true reward of the answers, by epoch.',
    panels: [
      {
        xLabel: 'epochs',
        yLabel: 'validation loss, nats',
        xScale: 'linear',
        series: [
          lines(
            'validation loss',
            'sft',
            epochs.map(({ epoch, validationLoss }) => ({ x: epoch, y: validationLoss })),
          ),
        ],
      },
      {
        xLabel: 'epochs',
        yLabel: 'score',
        xScale: 'linear',
        series: [
          lines(
            'reward model (proxy)',
            'proxy',
            epochs.map(({ epoch, proxy }) => point(epoch, proxy)),
          ),
          lines(
            'true reward',
            'gold',
            epochs.map(({ epoch, gold }) => point(epoch, gold)),
          ),
        ],
      },
    ],
  };
}

function roundFigure(collected: Collected): Figure {
  return {
    id: 'rounds',
    title: 'Steps 2 and 3 repeated',
    caption: 'True reward on held-out prompts by round; round 0 is the SFT policy.',
    panels: [
      {
        xLabel: 'round',
        yLabel: 'true reward',
        xScale: 'linear',
        series: [
          lines(
            'true reward',
            'gold',
            rounds(collected).map(({ round, gold }) => point(round, gold)),
          ),
        ],
      },
    ],
  };
}
