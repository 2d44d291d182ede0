import { KeyIndex, promptKey } from './duplicates';
import { hasPersonalData, withPersonalData } from './personalData';
import { PROMPT_FAMILIES, drawPromptOf } from './prompts';
import { forApplication, hasApplication } from './promptsApplications';
import { asCompletion } from './promptsCompletion';
import { fewShotPrompts, hasExamples } from './promptsFewShot';
import type { Family, PromptSpec } from './promptTypes';
import type { Random } from './random';
import { wordsOf } from './text';
import type { World } from './world';

/** Who writes: labelers, customers, or customers as they write to a plain language model. */
export type PromptWriters = 'labelers' | 'customers' | 'completion';

export interface CollectorSettings {
  /**
   * Two prompts are near-duplicates when their common beginning is longer than this share of the longer one.
   * 1 leaves only exact duplicates (after case and white space). Measured: 0.9 leaves the mix alone; 0.85 makes one
   * prompt in seven a repeat; 0.8 empties several families.
   */
  readonly prefixShare: number;
  /** How often one prompt may occur inside a pool when its family has run dry. */
  readonly maxRepeats: number;
  /** Prompts with more words and marks are dropped. 32 words are at most 38 tokens, which leaves `nano` its answer. */
  readonly maxWords: number;
}

/** What collecting refused, for the data sheet. */
export interface DatasetReport {
  /** Draws refused on the way to a new prompt because the same prompt was there already. */
  readonly exactDuplicates: number;
  /** Draws refused on that way for a long common beginning with another one. */
  readonly nearDuplicates: number;
  /** Draws refused because they were too long. */
  readonly tooLong: number;
  /** Draws refused in training because they carried personal data. */
  readonly personal: number;
  /** Prompts of users who had written more than the most that is taken from one. */
  readonly overUserCap: number;
  /** Prompts that are a second or third copy inside their pool, by family. */
  readonly repeats: Readonly<Partial<Record<Family, number>>>;
  /** Places left empty because a family had nothing more to give. */
  readonly unfilled: number;
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
/** Shares of few-shot prompts where a family has examples: labelers are asked for them, customers find out. */
const FEW_SHOT_SHARE = { labelers: 0.45, customers: 0.2 } as const;
/** Labelers take one or two examples; customers paste what they have, which may be too long. */
const SHOTS = { labelers: [1, 2], customers: [1, 2, 2, 4] } as const;
/** Share of labelers' other prompts that are for an application, where one needs the family. */
const APPLICATION_SHARE = 0.3;
/** Share of customers' prompts with a telephone number or an address in them. */
const PERSONAL_SHARE = 0.02;

/** Collects prompts across pools and keeps the books. */
export class PromptCollector {
  #exactDuplicates = 0;
  #nearDuplicates = 0;
  #tooLong = 0;
  #personal = 0;
  #unfilled = 0;
  readonly #repeats: Partial<Record<Family, number>> = {};
  readonly #index = new KeyIndex();
  /** Prompts of few-shot instructions that were written but not used yet. */
  readonly #waiting = new Map<string, PromptSpec[]>();

  constructor(
    readonly world: World,
    readonly settings: CollectorSettings,
  ) {}

  report(): Omit<DatasetReport, 'overUserCap'> {
    return {
      exactDuplicates: this.#exactDuplicates,
      nearDuplicates: this.#nearDuplicates,
      tooLong: this.#tooLong,
      personal: this.#personal,
      repeats: this.#repeats,
      unfilled: this.#unfilled,
    };
  }

  #fewShot(writers: 'labelers' | 'customers', family: Family, random: Random): PromptSpec {
    const key = `${writers}/${family}`;
    let waiting = this.#waiting.get(key);
    if (!waiting || waiting.length === 0) {
      waiting = random.shuffle(fewShotPrompts(this.world, family, SHOTS[writers], random));
      this.#waiting.set(key, waiting);
    }
    return waiting.pop() as PromptSpec;
  }

  #draw(writers: PromptWriters, family: Family, random: Random): PromptSpec {
    if (writers === 'completion') {
      return { ...asCompletion(drawPromptOf(this.world, family, random), random), source: 'api' };
    }
    const isFewShot = hasExamples(family) && random.chance(FEW_SHOT_SHARE[writers]);
    const prompt = isFewShot ? this.#fewShot(writers, family, random) : drawPromptOf(this.world, family, random);
    if (writers === 'customers') {
      const typed = random.chance(PERSONAL_SHARE) ? withPersonalData(prompt, random) : prompt;
      return { ...typed, source: 'api' };
    }
    const isForApplication = !isFewShot && hasApplication(family) && random.chance(APPLICATION_SHARE);
    return isForApplication ? forApplication(prompt, random) : prompt;
  }

  /** A prompt like none accepted so far in any pool; null when the family seems to have none left. */
  #fresh(writers: PromptWriters, family: Family, isTraining: boolean, random: Random): PromptSpec | null {
    // What a dry family refuses is no news, so only draws on the way to a new prompt are counted.
    const refused = { exact: 0, near: 0, tooLong: 0, personal: 0 };
    for (let i = 0; i < DRAWS; i++) {
      const prompt = this.#draw(writers, family, random);
      if (wordsOf(prompt.text).length > this.settings.maxWords) {
        refused.tooLong++;
        continue;
      }
      if (isTraining && hasPersonalData(prompt.text)) {
        refused.personal++;
        continue;
      }
      const key = promptKey(prompt.text);
      const conflict = this.#index.conflict(key, this.settings.prefixShare);
      if (conflict !== null) {
        refused[conflict]++;
        continue;
      }
      this.#index.add(key);
      this.#exactDuplicates += refused.exact;
      this.#nearDuplicates += refused.near;
      this.#tooLong += refused.tooLong;
      this.#personal += refused.personal;
      return prompt;
    }
    return null;
  }

  /** The pool's least repeated prompt of the family, when it may be used once more. */
  #repeat(family: Family, copies: Map<PromptSpec, number>, random: Random): PromptSpec | null {
    const known = [...copies].filter(([prompt]) => prompt.task.family === family);
    const fewest = Math.min(...known.map(([, count]) => count));
    if (known.length === 0 || fewest >= this.settings.maxRepeats) return null;
    this.#repeats[family] = (this.#repeats[family] ?? 0) + 1;
    return random.pick(known.filter(([, count]) => count === fewest))[0];
  }

  /** The prompts of one pool, in random order, families in their quotas. Personal data is dropped from training only. */
  pool(writers: PromptWriters, total: number, isTraining: boolean, random: Random): PromptSpec[] {
    const slots = [...familyQuotas(total)].flatMap(([family, quota]) => new Array<Family>(quota).fill(family));
    const copies = new Map<PromptSpec, number>();
    const prompts: PromptSpec[] = [];
    for (const family of random.shuffle(slots)) {
      const prompt = this.#fresh(writers, family, isTraining, random) ?? this.#repeat(family, copies, random);
      if (prompt === null) {
        this.#unfilled++;
        continue;
      }
      copies.set(prompt, (copies.get(prompt) ?? 0) + 1);
      prompts.push(prompt);
    }
    return prompts;
  }
}
