/** What people give to a run: their rankings and demonstrations, turned into what the stages learn from. */
import type { Config } from '../config/config';
import { ConfigError } from '../config/errors';
import type { DemonstrationLabel, RankingLabel } from '../data/labels';
import type { Curriculum } from './curriculum';
import { demonstrationSlots, type Item } from './items';
import type { RankedItems } from './rewardModel';

export interface Contributions {
  rankings: readonly RankingLabel[];
  /** Whether the simulated labelers' rankings are learnt from as well. */
  withSimulated: boolean;
  demonstrations: readonly DemonstrationLabel[];
  /** Whether the world's own demonstrations are learnt from as well. */
  withExamples: boolean;
}

/** Fewer rankings than this teach a reward model nothing that holds for other prompts. */
export const FEWEST_RANKINGS = 20;
/** Fewer demonstrations than this, alone, cannot carry supervised fine-tuning. */
export const FEWEST_DEMONSTRATIONS = 20;

/** Why a label cannot be learnt from. */
export type LeftOut = 'skipped' | 'oneRank' | 'promptTooLong';

export interface ContributedRankings {
  items: RankedItems[];
  /** Comparisons in them, ties left out. */
  pairs: number;
  leftOut: Record<LeftOut, number>;
}

/** Comparisons in a list of ranks: pairs whose ranks differ. */
export function countPairs(ranks: readonly number[]): number {
  let pairs = 0;
  for (let i = 0; i < ranks.length; i++) for (let j = i + 1; j < ranks.length; j++) pairs += +(ranks[i] !== ranks[j]);
  return pairs;
}

/**
 * Rankings by people as the reward model takes them. Answers nobody ranked are dropped from their label; sampled tokens
 * are used where they still spell the answer with this tokenizer, else the text is encoded.
 */
export function rankedItems(
  curriculum: Curriculum,
  config: Config,
  labels: readonly RankingLabel[],
): ContributedRankings {
  const slots = config['sampling.responseLength'];
  const longest = config['model.context'] - slots;
  const result: ContributedRankings = { items: [], pairs: 0, leftOut: { skipped: 0, oneRank: 0, promptTooLong: 0 } };
  for (const label of labels) {
    const ranked = label.ranks.flatMap((rank, i) => (rank === null ? [] : [{ rank, i }]));
    const prompt = curriculum.encodePrompt(label.prompt);
    const pairs = countPairs(ranked.map(({ rank }) => rank));
    if (label.skipped !== undefined) result.leftOut.skipped++;
    else if (pairs === 0) result.leftOut.oneRank++;
    else if (prompt.length > longest) result.leftOut.promptTooLong++;
    else {
      result.items.push({
        items: ranked.map(({ i }) => ({ prompt, response: answerTokens(curriculum, label, i).slice(0, slots) })),
        ranks: ranked.map(({ rank }) => rank),
      });
      result.pairs += pairs;
    }
  }
  return result;
}

function answerTokens(curriculum: Curriculum, label: RankingLabel, i: number): readonly number[] {
  const sampled = label.tokens?.[i];
  if (sampled !== undefined && curriculum.decodeAnswer(sampled) === label.answers[i]) return sampled;
  return curriculum.encodeAnswer(label.answers[i], label.ended?.[i] ?? true);
}

/** Demonstrations by people as supervised fine-tuning takes them. Too long a prompt or answer is cut as in training. */
export function demonstrationItems(
  curriculum: Curriculum,
  config: Config,
  labels: readonly DemonstrationLabel[],
): Item[] {
  return labels.map(({ prompt, completion }) => ({
    prompt: curriculum.encodePrompt(prompt),
    response: curriculum.encodeAnswer(completion, true).slice(0, demonstrationSlots(config)),
  }));
}

/**
 * What supervised fine-tuning learns from. A demonstration by a person takes the place of the world's own for the same
 * prompt.
 * @throws ConfigError when people's demonstrations are to stand alone and are too few
 */
export function trainingDemonstrations(curriculum: Curriculum, config: Config, given: Contributions | null): Item[] {
  const examples = curriculum.sft.train;
  if (given === null || (given.demonstrations.length === 0 && given.withExamples)) return examples;
  const own = demonstrationItems(curriculum, config, given.demonstrations);
  if (given.withExamples) {
    const taken = new Set(own.map((item) => item.prompt.join()));
    return [...own, ...examples.filter((item) => !taken.has(item.prompt.join()))];
  }
  if (own.length < FEWEST_DEMONSTRATIONS)
    throw new ConfigError(
      `sft: got ${own.length} demonstrations by people and none from the world; expected at least ${FEWEST_DEMONSTRATIONS}; write more or add the examples.`,
    );
  return own;
}

/** Updates that a reward model should at least get, however few the rankings. */
const FEWEST_UPDATES = 24;

/**
 * Settings for a few rankings: more passes, so that a handful of labels is more than one or two updates. From
 * `FEWEST_UPDATES` batches on they are the run's own.
 */
export function settingsForFew(config: Config, rankings: number): Config {
  const perEpoch = Math.max(1, Math.floor(rankings / Math.min(config['rm.batchSize'], rankings)));
  const epochs = Math.max(config['rm.epochs'], Math.ceil(FEWEST_UPDATES / perEpoch));
  return { ...config, 'rm.epochs': epochs, 'rm.warmupSteps': Math.min(config['rm.warmupSteps'], epochs * perEpoch) };
}
