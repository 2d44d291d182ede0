/**
 * What all runs in the same world share, whatever their seed and settings: made once, because it takes as long as a dozen
 * training steps, and kept, because a run is often followed by another. Nothing in it changes.
 */
import { buildDataset, type PromptDataset } from '../data/dataset';
import { createGrader, type Grader } from '../data/grader';
import type { UserPrompt } from '../data/promptTypes';
import { loadTokenizer, type TextTokenizer } from '../data/tokenizer';
import { parseTokenizer } from '../data/tokenizerFile';
import type { WorldSize } from '../data/vocabulary';
import { buildWorld, type World } from '../data/world';

export interface Groundwork {
  world: World;
  dataset: PromptDataset;
  grader: Grader;
  /** The world's prompts by their text. */
  specs: ReadonlyMap<string, UserPrompt>;
}

export const WORLD_SEED = 7;

const lots = new Map<WorldSize, Groundwork>();

/** The world of a size with everybody's prompts in it. The first call for a size makes it. */
export function groundwork(size: WorldSize): Groundwork {
  let lot = lots.get(size);
  if (!lot) lots.set(size, (lot = makeGroundwork(size)));
  return lot;
}

function makeGroundwork(size: WorldSize): Groundwork {
  const world = buildWorld({ seed: WORLD_SEED, size });
  const dataset = buildDataset(world);
  const { train, valid, test, completionTest } = dataset;
  const specs = new Map([...train, ...valid, ...test, ...completionTest].map((spec) => [spec.text, spec]));
  return { world, dataset, grader: createGrader(world), specs };
}

/** What the first run in a world would otherwise wait for, in pieces that somebody with time to spare may do in turn. */
export function layGroundwork(size: WorldSize): (() => void)[] {
  return [() => void groundwork(size), () => groundwork(size).grader.prepare()];
}

let tokenizer: { json: string; loaded: TextTokenizer } | null = null;

/** The tokenizer of a file, with what it has learned about pieces of text. @param json contents of `tokenizer.json` */
export function tokenizerOf(json: string): TextTokenizer {
  if (tokenizer?.json !== json) tokenizer = { json, loaded: loadTokenizer(parseTokenizer(json, 'tokenizer.json')) };
  return tokenizer.loaded;
}
