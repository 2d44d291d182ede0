import { ConfigError } from '../config/errors';
import { PROMPT_FAMILIES, drawPromptOf } from './prompts';
import type { Family, PromptSpec, UserPrompt } from './promptTypes';
import { stream, type Random, type Seed } from './random';
import type { World } from './world';

export type Split = 'train' | 'valid' | 'test';

export interface DatasetSettings {
  readonly seed: Seed;
  /** Invented users who write the prompts. */
  readonly users: number;
  /** Prompts of one user: drawn evenly from this range. */
  readonly promptsPerUser: readonly [fewest: number, most: number];
  /** Shares of the users; the rest is the test split. */
  readonly trainShare: number;
  readonly validShare: number;
  /**
   * Two prompts are near-duplicates when their common beginning is longer than this share of the longer one.
   * 1 leaves only exact duplicates (after case and white space). Measured: 0.9 refuses some 400 draws and leaves the
   * mix alone; 0.85 makes one prompt in seven a repeat; 0.8 empties several families.
   */
  readonly prefixShare: number;
  /** How often one prompt may occur inside a split when its family has run dry. */
  readonly maxRepeats: number;
}

export const DEFAULT_DATASET: DatasetSettings = {
  seed: 1,
  users: 150,
  promptsPerUser: [40, 60],
  trainShare: 0.75,
  validShare: 0.1,
  prefixShare: 0.9,
  maxRepeats: 3,
};

/** What building the dataset did, for the data sheet. */
export interface DatasetReport {
  /** Draws refused on the way to a new prompt because the same prompt was there already. */
  readonly exactDuplicates: number;
  /** Draws refused on that way for a long common beginning with another one. */
  readonly nearDuplicates: number;
  /** Prompts that are a second or third copy inside their split, by family. */
  readonly repeats: Readonly<Partial<Record<Family, number>>>;
  /** Places left empty because a family had nothing more to give. */
  readonly unfilled: number;
}

export interface PromptDataset {
  readonly settings: DatasetSettings;
  readonly train: readonly UserPrompt[];
  readonly valid: readonly UserPrompt[];
  readonly test: readonly UserPrompt[];
  readonly report: DatasetReport;
}

/** The form in which prompts are compared: lower case, single spaces. */
export function promptKey(text: string): string {
  return text.toLowerCase().replace(/\s+/g, ' ').trim();
}

function commonPrefix(a: string, b: string): number {
  let i = 0;
  while (i < a.length && a[i] === b[i]) i++;
  return i;
}

/** Whether the common beginning of two keys is longer than `share` of the longer one. */
export function isNearDuplicate(a: string, b: string, share: number): boolean {
  return commonPrefix(a, b) > share * Math.max(a.length, b.length);
}

/** All accepted keys in alphabetical order: those that begin alike are neighbours. */
class KeyIndex {
  readonly #keys: string[] = [];

  #position(key: string): number {
    let low = 0;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#keys[middle] < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** What stands against accepting the key. */
  conflict(key: string, share: number): 'exact' | 'near' | null {
    const position = this.#position(key);
    if (this.#keys[position] === key) return 'exact';
    for (const step of [-1, 1]) {
      for (let i = step < 0 ? position - 1 : position; i >= 0 && i < this.#keys.length; i += step) {
        // Further away the common beginning only gets shorter.
        if (commonPrefix(key, this.#keys[i]) <= share * key.length) break;
        if (isNearDuplicate(key, this.#keys[i], share)) return 'near';
      }
    }
    return null;
  }

  add(key: string): void {
    this.#keys.splice(this.#position(key), 0, key);
  }
}

/** How many of `total` prompts each family gets: proportional, the largest remainders rounded up. */
export function familyQuotas(total: number): Map<Family, number> {
  const sum = PROMPT_FAMILIES.reduce((all, { share }) => all + share, 0);
  const exact = PROMPT_FAMILIES.map(({ family, share }) => ({ family, wanted: (share / sum) * total }));
  const quotas = new Map(exact.map(({ family, wanted }) => [family, Math.floor(wanted)]));
  const missing = total - [...quotas.values()].reduce((all, quota) => all + quota, 0);
  const byRemainder = [...exact].sort((a, b) => (b.wanted % 1) - (a.wanted % 1));
  for (const { family } of byRemainder.slice(0, missing)) quotas.set(family, (quotas.get(family) ?? 0) + 1);
  return quotas;
}

/** Draws before a family counts as dry for now and a prompt is repeated instead. */
const DRAWS = 60;

/** Collects prompts across splits and keeps the books. */
class PromptCollector {
  exactDuplicates = 0;
  nearDuplicates = 0;
  unfilled = 0;
  readonly repeats: Partial<Record<Family, number>> = {};
  readonly #index = new KeyIndex();

  constructor(
    readonly world: World,
    readonly settings: DatasetSettings,
  ) {}

  /** A prompt like none accepted so far in any split; null when the family seems to have none left. */
  fresh(family: Family, random: Random): PromptSpec | null {
    const refused = { exact: 0, near: 0 };
    for (let i = 0; i < DRAWS; i++) {
      const prompt = drawPromptOf(this.world, family, random);
      const key = promptKey(prompt.text);
      const conflict = this.#index.conflict(key, this.settings.prefixShare);
      if (conflict !== null) {
        refused[conflict]++;
        continue;
      }
      this.#index.add(key);
      this.exactDuplicates += refused.exact;
      this.nearDuplicates += refused.near;
      return prompt;
    }
    return null;
  }

  /** The split's least repeated prompt of the family, when it may be used once more. */
  repeat(family: Family, copies: Map<PromptSpec, number>, random: Random): PromptSpec | null {
    const known = [...copies].filter(([prompt]) => prompt.task.family === family);
    const fewest = Math.min(...known.map(([, count]) => count));
    if (known.length === 0 || fewest >= this.settings.maxRepeats) return null;
    this.repeats[family] = (this.repeats[family] ?? 0) + 1;
    return random.pick(known.filter(([, count]) => count === fewest))[0];
  }

  /** The prompts of one split, in random order, families in their quotas. */
  split(total: number, random: Random): PromptSpec[] {
    const slots = [...familyQuotas(total)].flatMap(([family, quota]) => new Array<Family>(quota).fill(family));
    const copies = new Map<PromptSpec, number>();
    const prompts: PromptSpec[] = [];
    for (const family of random.shuffle(slots)) {
      const prompt = this.fresh(family, random) ?? this.repeat(family, copies, random);
      if (prompt === null) {
        this.unfilled++;
        continue;
      }
      copies.set(prompt, (copies.get(prompt) ?? 0) + 1);
      prompts.push(prompt);
    }
    return prompts;
  }
}

function checkSettings({ users, trainShare, validShare, prefixShare, promptsPerUser }: DatasetSettings): void {
  const [fewest, most] = promptsPerUser;
  const isFine = users >= 3 && trainShare > 0 && validShare > 0 && trainShare + validShare < 1 && prefixShare > 0;
  if (!isFine || !(fewest >= 1) || fewest > most) {
    throw new ConfigError(
      `dataset: users ${users}, shares ${trainShare} and ${validShare}, prefix ${prefixShare}, prompts ${fewest} to ${most}; ` +
        'expected at least 3 users, shares that leave some for each split, a positive prefix share and 1 <= fewest <= most.',
    );
  }
}

/**
 * Prompts of invented users, split by user, without duplicates across splits, in the paper's mix of use cases.
 * The small splits draw first, so that families with few prompts run dry only in training.
 * @param settings replaces parts of {@link DEFAULT_DATASET}
 * @throws ConfigError when the settings leave a split empty
 */
export function buildDataset(world: World, settings: Partial<DatasetSettings> = {}): PromptDataset {
  const full: DatasetSettings = { ...DEFAULT_DATASET, ...settings };
  checkSettings(full);
  const random = stream(full.seed, 'prompts');
  const [fewest, most] = full.promptsPerUser;
  const sizes = Array.from({ length: full.users }, () => fewest + random.int(most - fewest + 1));
  const trainUsers = Math.floor(full.users * full.trainShare);
  const validUsers = Math.max(1, Math.floor(full.users * full.validShare));
  const collector = new PromptCollector(world, full);
  const build = (from: number, to: number): UserPrompt[] => {
    const owners = sizes.slice(from, to).flatMap((size, i) => new Array<number>(size).fill(from + i));
    return collector.split(owners.length, random).map((prompt, i) => ({ ...prompt, user: owners[i] }));
  };
  const test = build(trainUsers + validUsers, full.users);
  const valid = build(trainUsers, trainUsers + validUsers);
  const train = build(0, trainUsers);
  const { exactDuplicates, nearDuplicates, repeats, unfilled } = collector;
  return { settings: full, train, valid, test, report: { exactDuplicates, nearDuplicates, repeats, unfilled } };
}
