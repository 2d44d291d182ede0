import { ConfigError } from '../config/errors';
import { PromptCollector, type CollectorSettings, type DatasetReport, type PromptWriters } from './promptCollector';
import type { UserPrompt } from './promptTypes';
import { stream, type Random, type Seed } from './random';
import type { World } from './world';

export type Split = 'train' | 'valid' | 'test';

export interface DatasetSettings extends CollectorSettings {
  readonly seed: Seed;
  /** Prompts that labelers write for training and for validation. */
  readonly labelerPrompts: { readonly train: number; readonly valid: number };
  /** Prompts of customers in each split. */
  readonly apiPrompts: Readonly<Record<Split, number>>;
  /** Prompts of the second test distribution, typed as for a plain language model. */
  readonly completionPrompts: number;
  /** Most prompts taken from one customer. */
  readonly userCap: number;
}

export const DEFAULT_DATASET: DatasetSettings = {
  seed: 1,
  labelerPrompts: { train: 2700, valid: 144 },
  apiPrompts: { train: 4800, valid: 580, test: 1100 },
  completionPrompts: 500,
  userCap: 200,
  prefixShare: 0.9,
  maxRepeats: 3,
  maxWords: 32,
};

/**
 * What each stage may learn from: SFT mostly what labelers wrote, the reward model a mix, PPO customers' prompts only.
 * A stage takes as many as its settings say, in the order of the run's seed.
 * @source arXiv:2203.02155, table 6
 */
export interface StagePools {
  readonly sft: readonly UserPrompt[];
  readonly rm: readonly UserPrompt[];
  readonly ppo: readonly UserPrompt[];
}

export interface PromptDataset {
  readonly settings: DatasetSettings;
  /** Everything the stages may learn from. */
  readonly train: readonly UserPrompt[];
  readonly stages: StagePools;
  readonly valid: readonly UserPrompt[];
  /** Prompts of customers whom no stage has met. */
  readonly test: readonly UserPrompt[];
  /** The second test distribution: such customers' prompts as typed for a plain language model. */
  readonly completionTest: readonly UserPrompt[];
  readonly report: DatasetReport;
}

/** Ids of labelers who write prompts begin here, so that they are never taken for customers. */
export const FIRST_WRITER = 100_000;
/** Prompts that one labeler writes. */
const PROMPTS_PER_WRITER = 60;

/** Share of customers' prompts among the demonstrations, and of labelers' prompts among the rankings: table 6. */
const SFT_API_SHARE = 0.112;
const RM_LABELER_SHARE = 0.2;

/** Most that any customer has typed. */
const BUSIEST_USER = 1500;
const FEWEST_PROMPTS = 1.3;

/** How many prompts a customer has typed: most a few, some hundreds (a Pareto tail of exponent 1). */
function promptsTyped(random: Random): number {
  return Math.min(BUSIEST_USER, Math.floor(FEWEST_PROMPTS / (1 - random.next())));
}

/** Customers until their prompts, none of them above the cap, fill the split. */
class Customers {
  overUserCap = 0;
  #next = 0;

  constructor(
    readonly cap: number,
    readonly random: Random,
  ) {}

  /** One user id per prompt. */
  owners(prompts: number): number[] {
    const owners: number[] = [];
    while (owners.length < prompts) {
      const typed = promptsTyped(this.random);
      const taken = Math.min(this.cap, typed, prompts - owners.length);
      this.overUserCap += Math.max(0, typed - this.cap);
      owners.push(...new Array<number>(taken).fill(this.#next++));
    }
    return owners;
  }
}

function checkSettings({ labelerPrompts, apiPrompts, prefixShare, userCap, maxWords }: DatasetSettings): void {
  const sizes = [labelerPrompts.train, labelerPrompts.valid, apiPrompts.train, apiPrompts.valid, apiPrompts.test];
  if (sizes.some((size) => !(size >= 1)) || !(prefixShare > 0) || !(userCap >= 1) || !(maxWords >= 10)) {
    throw new ConfigError(
      `dataset: prompts ${sizes.join(', ')}, prefix ${prefixShare}, at most ${userCap} of a user, ${maxWords} words; ` +
        'expected at least one prompt in each part, a positive prefix share and user cap, and room for 10 words.',
    );
  }
}

/**
 * Prompts of invented labelers and customers, split by who wrote them, without duplicates across splits, in the paper's
 * mix of use cases. The small splits draw first, so that families with few prompts run dry only in training.
 * @param settings replaces parts of {@link DEFAULT_DATASET}
 * @throws ConfigError when the settings leave a split empty
 */
export function buildDataset(world: World, settings: Partial<DatasetSettings> = {}): PromptDataset {
  const full: DatasetSettings = { ...DEFAULT_DATASET, ...settings };
  checkSettings(full);
  const { labelerPrompts, apiPrompts, completionPrompts } = full;
  const random = stream(full.seed, 'prompts');
  const collector = new PromptCollector(world, full);
  const customers = new Customers(full.userCap, stream(full.seed, 'prompts/users'));
  const ofCustomers = (writers: PromptWriters, total: number, isTraining = false): UserPrompt[] => {
    const prompts = collector.pool(writers, total, isTraining, random);
    const owners = customers.owners(prompts.length);
    return prompts.map((prompt, i) => ({ ...prompt, user: owners[i] }));
  };
  const ofLabelers = (total: number, firstWriter: number): UserPrompt[] =>
    collector
      .pool('labelers', total, true, random)
      .map((prompt, i) => ({ ...prompt, user: firstWriter + Math.floor(i / PROMPTS_PER_WRITER) }));

  const test = ofCustomers('customers', apiPrompts.test);
  const completionTest = ofCustomers('completion', completionPrompts);
  const writers = FIRST_WRITER + Math.ceil(labelerPrompts.train / PROMPTS_PER_WRITER);
  const valid = random.shuffle([
    ...ofLabelers(labelerPrompts.valid, writers),
    ...ofCustomers('customers', apiPrompts.valid),
  ]);
  const written = ofLabelers(labelerPrompts.train, FIRST_WRITER);
  const typed = ofCustomers('customers', apiPrompts.train, true);
  return {
    settings: full,
    train: [...written, ...typed],
    stages: stagePools(written, random.shuffle(typed)),
    valid,
    test,
    completionTest,
    report: { ...collector.report(), overUserCap: customers.overUserCap },
  };
}

/** Demonstrations and rankings share no customer's prompt and as few labelers' prompts as there are. */
function stagePools(written: readonly UserPrompt[], typed: readonly UserPrompt[]): StagePools {
  const shown = Math.round((written.length * SFT_API_SHARE) / (1 - SFT_API_SHARE));
  const ranked = typed.slice(shown);
  const fromLabelers = Math.round((ranked.length * RM_LABELER_SHARE) / (1 - RM_LABELER_SHARE));
  return {
    sft: [...written, ...typed.slice(0, shown)],
    rm: [...written.slice(-fromLabelers), ...ranked],
    ppo: typed,
  };
}
