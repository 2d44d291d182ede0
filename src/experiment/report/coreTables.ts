/** The paper's tables on the policies of the core tier, each beside its numbers. */
import type { FlagId } from '../../config/labelling';
import type { Preset } from '../../config/rows';
import type { Estimate } from '../../evaluation/estimate';
import type { UseCase } from '../../data/promptTypes';
import { PAPER, type PaperNumbers } from '../paper';
import { POLICIES, type PolicyName } from '../results';
import { overSeeds, shareOverSeeds, type Collected, type PolicyEntry } from './collect';
import type { Cell, Table } from './types';

/** A column of a table of policies. */
interface Column {
  title: string;
  of(entry: PolicyEntry): Estimate | null | undefined;
  /** A share of answers, whose interval stays inside 0 to 1. */
  isShare?: boolean;
}

/** One row per policy that was measured; the last column is the paper's. */
function policyTable(
  collected: Collected,
  preset: Preset,
  about: Pick<Table, 'id' | 'title' | 'note'>,
  columns: readonly Column[],
  paper?: PaperNumbers,
): Table | null {
  const rows = POLICIES.flatMap((name): Cell[][] => {
    const entries = collected.policy(preset, name);
    const cells = columns.map(({ of, isShare }) => (isShare ? shareOverSeeds : overSeeds)(entries, of));
    if (cells.every((cell) => cell === null)) return [];
    return [[NAMES[name], ...cells, ...(paper ? [paper.byPolicy[name] ?? ''] : [])]];
  });
  if (rows.length === 0) return null;
  const note = paper ? `${about.note} Paper: ${paper.source}.` : about.note;
  const titles = ['policy', ...columns.map(({ title }) => title), ...(paper ? ['paper'] : [])];
  return { ...about, id: `${preset}-${about.id}`, title: `${about.title} (${preset})`, note, columns: titles, rows };
}

/** What we call a policy, and the paper, where it says otherwise. */
const NAMES: Record<PolicyName, string> = {
  base: 'base (GPT)',
  prompted: 'base, prompted',
  publicTasks: 'SFT on public tasks (FLAN, T0)',
  sft: 'SFT',
  ppo: 'PPO',
  ppoPtx: 'PPO-ptx (InstructGPT)',
  bestOf4: 'SFT, best of 4',
};

const flag =
  (id: FlagId) =>
  ({ summary }: PolicyEntry) =>
    summary.flags[id];

/** All tables of one preset that have rows. */
export function coreTables(collected: Collected, preset: Preset): Table[] {
  const tables = [
    ...preferenceTables(collected, preset),
    ...answerTables(collected, preset),
    ...suiteTables(collected, preset),
    ...rewardTables(collected, preset),
  ];
  return tables.filter((table) => table !== null);
}

function preferenceTables(collected: Collected, preset: Preset): (Table | null)[] {
  return [
    policyTable(
      collected,
      preset,
      {
        id: 'win-rate',
        title: 'Win rate against the SFT policy',
        note: 'Share of three simulated labelers a prompt who prefer the answer to that of the SFT policy, ties half; prompts of users nothing was trained on. "Completion prompts" were typed for a plain language model.',
      },
      [
        { title: 'training labelers', of: ({ judgement }) => judgement?.winRate.training },
        { title: 'held-out labelers', of: ({ judgement }) => judgement?.winRate.heldOut },
        { title: 'completion prompts, training', of: ({ judgement }) => judgement?.completionWinRate?.training },
        { title: 'completion prompts, held-out', of: ({ judgement }) => judgement?.completionWinRate?.heldOut },
      ],
      PAPER.winRate,
    ),
    useCaseTable(collected, preset),
    policyTable(
      collected,
      preset,
      {
        id: 'likert',
        title: 'Quality of the answers',
        note: 'Likert is the noise-free scale of the world (1 to 7), true reward the same from −1 to 1, proxy the reward model, KL in nats per answer from the SFT policy.',
      },
      [
        { title: 'Likert', of: ({ summary }) => summary.likert },
        { title: 'true reward', of: ({ summary }) => summary.trueReward },
        { title: 'proxy', of: ({ summary }) => summary.proxy },
        { title: 'KL', of: ({ summary }) => summary.kl },
        { title: 'tokens', of: ({ summary }) => summary.length },
        { title: 'ended', of: ({ summary }) => summary.ended, isShare: true },
      ],
      PAPER.likert,
    ),
  ];
}

const COMPARED: readonly PolicyName[] = ['prompted', 'ppo', 'ppoPtx'];

function useCaseTable(collected: Collected, preset: Preset): Table | null {
  const judged = COMPARED.map((name) => collected.policy(preset, name));
  const useCases = new Set(
    judged.flat().flatMap(({ judgement }) => Object.keys(judgement?.byUseCase ?? {}) as UseCase[]),
  );
  if (useCases.size === 0) return null;
  const rows = byCount([...useCases], judged[1]).map((useCase): Cell[] => [
    useCase,
    ...judged.map((entries) => overSeeds(entries, ({ judgement }) => judgement?.byUseCase[useCase])),
  ]);
  return {
    id: `${preset}-use-cases`,
    title: `Win rate by use case (${preset})`,
    note: 'Against the SFT policy, by training labelers. The paper gives no such table; small use cases have wide intervals.',
    columns: ['use case', ...COMPARED.map((name) => NAMES[name])],
    rows,
  };
}

/** Use cases with the most prompts first. */
function byCount(useCases: readonly UseCase[], entries: readonly PolicyEntry[]): UseCase[] {
  const count = (useCase: UseCase) => entries[0]?.judgement?.byUseCase[useCase]?.n ?? 0;
  return useCases.toSorted((a, b) => count(b) - count(a));
}

function answerTables(collected: Collected, preset: Preset): (Table | null)[] {
  const flags = (id: string, title: string, note: string, of: FlagId, paper?: PaperNumbers) =>
    policyTable(
      collected,
      preset,
      { id, title, note },
      [{ title: 'share of answers', of: flag(of), isShare: true }],
      paper,
    );
  return [
    flags('fails-task', 'Fails the task', 'Paper prints the share that attempts it.', 'failsTask', PAPER.attempts),
    flags(
      'breaks-constraint',
      'Breaks a stated condition',
      'Over prompts that state one. Paper prints the share that follows them.',
      'breaksConstraint',
      PAPER.constraints,
    ),
    flags(
      'hallucination',
      'Makes something up',
      'Over prompts whose answer is in their own text.',
      'hallucination',
      PAPER.hallucination,
    ),
    policyTable(
      collected,
      preset,
      {
        id: 'unfit',
        title: 'Unfit for an assistant',
        note: 'Share of answers that are inappropriate, rude, harmful, or state something false outside closed tasks. Paper prints the share that is appropriate.',
      },
      [
        { title: 'inappropriate', of: flag('inappropriate'), isShare: true },
        { title: 'rude', of: flag('denigrates'), isShare: true },
        { title: 'helps to harm', of: flag('harmful'), isShare: true },
        { title: 'false fact', of: flag('falseFact'), isShare: true },
      ],
      PAPER.assistant,
    ),
  ];
}

function suiteTables(collected: Collected, preset: Preset): (Table | null)[] {
  const truth = (facts: 'held' | 'seen', setting: 'plain' | 'mayDecline') => (entry: PolicyEntry) =>
    entry.result.truth[facts][setting];
  return [
    policyTable(
      collected,
      preset,
      {
        id: 'truth',
        title: 'Truthfulness, questions about facts with a myth that no instruction spoke of',
        note: 'Truthful: says nothing false, or that it has no comment. Truthful and informative: says the truth. Facts are the units.',
      },
      [
        { title: 'truthful', of: (entry) => truth('held', 'plain')(entry).truthful },
        { title: 'truthful and informative', of: (entry) => truth('held', 'plain')(entry).informative },
        { title: 'says the myth', of: (entry) => truth('held', 'plain')(entry).myth },
        { title: 'told to decline if unsure: truthful', of: (entry) => truth('held', 'mayDecline')(entry).truthful },
        { title: '… and informative', of: (entry) => truth('held', 'mayDecline')(entry).informative },
        { title: 'seen myths: truthful', of: (entry) => truth('seen', 'plain')(entry).truthful },
      ],
      PAPER.truthful,
    ),
    policyTable(
      collected,
      preset,
      {
        id: 'toxicity',
        title: 'Toxicity',
        note: 'Share of continuations of clean first lines of forum threads that use a rude word.',
      },
      [
        { title: 'no instruction', of: ({ result }) => result.toxicity.none, isShare: true },
        { title: 'asked to be respectful', of: ({ result }) => result.toxicity.respectful, isShare: true },
        { title: 'asked to be rude', of: ({ result }) => result.toxicity.rude, isShare: true },
      ],
      PAPER.toxicityPlain,
    ),
    policyTable(
      collected,
      preset,
      {
        id: 'bias',
        title: 'Bias',
        note: 'Entropy in bits of the choice between two sentences that differ in whom they are about, 1 undecided; and the probability of the one that follows the stereotype of the pages.',
      },
      [
        { title: 'entropy, no instruction', of: ({ result }) => result.bias?.none.entropy },
        { title: 'respectful', of: ({ result }) => result.bias?.respectful.entropy },
        { title: 'rude', of: ({ result }) => result.bias?.rude.entropy },
        { title: 'stereotype', of: ({ result }) => result.bias?.none.stereotype },
      ],
      PAPER.bias,
    ),
    taxTable(collected, preset),
  ];
}

function taxTable(collected: Collected, preset: Preset): Table | null {
  const names = new Set(
    POLICIES.flatMap((name) => collected.policy(preset, name)).flatMap(({ result }) =>
      Object.keys(result.tax?.suites ?? {}),
    ),
  );
  return policyTable(
    collected,
    preset,
    {
      id: 'tax',
      title: 'Alignment tax',
      note: 'Loss on held-out pages in nats per token, the most sensitive meter, and the share of questions in page form whose right continuation is the likeliest.',
    },
    [
      { title: 'page loss', of: ({ result }) => result.tax?.pageLoss },
      ...[...names].map((suite) => ({
        title: suite,
        of: ({ result }: PolicyEntry) => result.tax?.suites[suite],
        isShare: true,
      })),
    ],
    PAPER.tax,
  );
}

function rewardTables(collected: Collected, preset: Preset): (Table | null)[] {
  const studies = collected.of('rewardStudy', preset, 'reward-study');
  if (studies.length === 0) return [];
  const row = (name: string, of: (entry: (typeof studies)[number]) => Estimate): Cell[] => [
    name,
    overSeeds(studies, of),
  ];
  return [
    {
      id: `${preset}-reward-model`,
      title: `The reward model (${preset})`,
      note: 'Pairs of answers of the SFT policy to held-out prompts, ties left out. Paper: training labelers agree with each other in 72.6 ± 1.5 %, held-out ones in 77.3 ± 1.3 % (P section 3.4); RM accuracy 72.4 ± 0.4 % (P section 4.1).',
      columns: ['pairs ordered alike by', 'share'],
      rows: [
        row('reward model and training labelers', ({ result }) => result.report.training),
        row('reward model and held-out labelers', ({ result }) => result.report.heldOut),
        row('reward model and true reward', ({ result }) => result.report.trueReward),
        row('longer answer and training labelers', ({ result }) => result.report.lengthOnly),
        row('two training labelers', ({ result }) => result.report.labelerAgreement),
        row('two held-out labelers', ({ result }) => result.heldOutAgreement),
      ],
    },
  ];
}
