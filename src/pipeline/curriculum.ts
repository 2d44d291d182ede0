/**
 * What a run learns from: the mini-world cut into demonstrations, prompts to rank, PPO prompts and held-out sets, as
 * tokens. The grader sits behind `grade`; training code gets labels and scores only.
 */
import type { Config } from '../config/config';
import { ConfigError } from '../config/errors';
import { decodeResponse, encodePrompt, encodeResponse, packPages } from '../data/batches';
import type { PromptDataset, StagePools } from '../data/dataset';
import { DEFAULT_DEMONSTRATIONS, writeDemonstration } from '../data/demonstrations';
import type { Grade } from '../data/grader';
import type { NoiseCalibration } from '../data/calibration';
import { makeTeam, type Labeler, type LabelerGroup } from '../data/labelers';
import { drawPage } from '../data/pages';
import { hasPersonalData } from '../data/personalData';
import { isContinuationStyle, type Family, type UserPrompt } from '../data/promptTypes';
import { fingerprint, stream } from '../data/random';
import { screenCandidates } from '../data/screening';
import { EOS_ID } from '../data/tokenizer';
import type { World } from '../data/world';
import { groundwork, tokenizerOf, WORLD_SEED } from './groundwork';
import { demonstrationSlots, type Item } from './items';
import type { Pages } from './pretrain';
import type { PpoData } from './ppo';
import type { SftData } from './sft';

export interface PromptItem {
  spec: UserPrompt;
  tokens: number[];
}

export interface Curriculum {
  /** Names world and tokenizer; stored in every checkpoint. */
  fingerprint: string;
  /** For grading and for the evaluation suites; nothing that trains reads it. */
  world: World;
  sft: SftData;
  rankingPrompts: PromptItem[];
  validationPrompts: PromptItem[];
  validationDemonstrations: Item[];
  /** Prompts of users that no stage has seen. */
  testPrompts: PromptItem[];
  /** The second test distribution: prompts as typed for a plain language model. */
  completionTestPrompts: PromptItem[];
  /** The screened training group and the unscreened others. Their noise is the world's until a run calibrates it. */
  labelers: Record<LabelerGroup, Labeler[]>;
  /** How `labelers` got their noise; null until answers were ranked. */
  calibration: Record<LabelerGroup, NoiseCalibration> | null;
  /** Token streams for pretraining and for PPO-ptx. */
  pages(tokens: number): Pages;
  ppoData(): PpoData;
  grade(spec: UserPrompt, response: readonly number[]): Grade;
  isEnded(response: readonly number[]): boolean;
  encodePrompt(text: string): number[];
  /** Start token and text as it stands: what a plain language model is to continue. */
  encodeText(text: string): number[];
  encodeAnswer(text: string, isEnded: boolean): number[];
  decodeAnswer(response: readonly number[]): string;
  tokenText(id: number): string;
  /** The world's prompt with this text, if it has one. */
  findSpec(text: string): UserPrompt | null;
  /** Four held-out prompts of different kinds, the default rows of the completions board. */
  pinnedPrompts(): string[];
}

const LABELER_SEED = 5;
const VALIDATION_TOKENS = 16 * 1024 + 1;
const PTX_TOKENS = 300_000;
/** Kinds of prompt shown on the board, in this order. */
const PINNED_FAMILIES: Family[] = ['past', 'falsePremise', 'count', 'story'];

/**
 * Cuts the world for one run. The world, its users and its labelers are the same for every seed; the run's seed decides
 * which prompts get demonstrations and rankings.
 * @param tokenizerJson contents of `tokenizer.json`
 */
export function makeCurriculum(config: Config, tokenizerJson: string): Curriculum {
  const tokenizer = tokenizerOf(tokenizerJson);
  if (tokenizer.vocabSize !== config['model.vocabulary']) {
    throw new ConfigError(
      `model.vocabulary: ${config['model.vocabulary']}, but tokenizer.json has ${tokenizer.vocabSize} tokens; use that number.`,
    );
  }
  const { world, dataset, grader, specs } = groundwork(config['world.size']);
  const seed = config['run.seed'];
  const slots = demonstrationSlots(config);
  const asItem = (spec: UserPrompt): PromptItem => ({ spec, tokens: encodePrompt(tokenizer, spec.text) });
  /** What was typed for a plain language model stands as it is, with no newline where the answer begins. */
  const asText = (spec: UserPrompt): PromptItem => ({ spec, tokens: [EOS_ID, ...tokenizer.encode(spec.text)] });
  const pools = stagePools(dataset, config);
  const wanted = config['data.demonstrations'];
  const demonstrators = stream(seed, 'data/demonstrations');
  const settings = { ...DEFAULT_DEMONSTRATIONS, slop: config['data.slop'] };
  const demonstrate = (spec: UserPrompt): Item => {
    const response = encodeResponse(tokenizer, writeDemonstration(world, spec, demonstrators, settings));
    return { prompt: encodePrompt(tokenizer, spec.text), response: response.slice(0, slots) };
  };
  const held = dataset.valid.slice(0, config['data.validationPrompts']);
  // One random stream writes both, in this order.
  const demonstrations = once(() => ({
    train: pools.sft.slice(0, wanted).map(demonstrate),
    validation: held.map(demonstrate),
  }));
  const rankingPrompts = once(() => pools.rm.slice(0, config['data.rankings']).map(asItem));
  const validationPrompts = once(() => held.map(asItem));
  const shuffled = (name: string, prompts: readonly UserPrompt[]) => stream(WORLD_SEED, name).shuffle(prompts);
  const testPrompts = once(() => shuffled('data/test', dataset.test).map(asItem));
  const completionTestPrompts = once(() => shuffled('data/completion test', dataset.completionTest).map(asText));
  const grade = (spec: UserPrompt, response: readonly number[]) =>
    grader.grade(spec, decodeResponse(tokenizer, response));
  const pack = (name: string, tokens: number) => {
    const random = stream(seed, name);
    return packPages(tokenizer, () => drawPage(world, random), tokens);
  };
  /** Made when the mix is first switched on, which may be in the middle of a run. */
  let ptxPages: Int32Array | undefined;
  /** Hired when first asked for: the screening test takes a moment. */
  let labelers: Curriculum['labelers'] | undefined;
  return {
    fingerprint: fingerprint(`${world.hash}/${tokenizer.hash}`),
    world,
    get sft() {
      return demonstrations();
    },
    get rankingPrompts() {
      return rankingPrompts();
    },
    get validationPrompts() {
      return validationPrompts();
    },
    get validationDemonstrations() {
      return demonstrations().validation;
    },
    get testPrompts() {
      return testPrompts();
    },
    get completionTestPrompts() {
      return completionTestPrompts();
    },
    get labelers() {
      return (labelers ??= {
        training: screenCandidates(grader, dataset.train, LABELER_SEED).team,
        heldOut: makeTeam(LABELER_SEED + 1, 'heldOut'),
      });
    },
    set labelers(teams) {
      labelers = teams;
    },
    calibration: null,
    pages: (tokens) => ({
      train: pack('data/pages', tokens + 1),
      validation: pack('data/validation pages', VALIDATION_TOKENS),
    }),
    ppoData: () => {
      const prompts = pools.ppo.map(asItem);
      return {
        prompts: prompts.map((prompt) => prompt.tokens),
        pages: () => (ptxPages ??= pack('data/ptx pages', PTX_TOKENS)),
        trueScore: (index, response) => grade(prompts[index].spec, response).reward,
      };
    },
    grade,
    isEnded: (response) => response[response.length - 1] === EOS_ID,
    encodePrompt: (text) => encodePrompt(tokenizer, text),
    encodeText: (text) => [EOS_ID, ...tokenizer.encode(text)],
    encodeAnswer: (text, isEnded) => encodeResponse(tokenizer, text, isEnded),
    decodeAnswer: (response) => decodeResponse(tokenizer, response).text,
    tokenText: (id) => (id === EOS_ID ? '<end>' : tokenizer.tokenText(id)),
    findSpec: (text) => specs.get(text) ?? null,
    pinnedPrompts: () =>
      PINNED_FAMILIES.map(
        (family) => dataset.test.find((spec) => spec.task.family === family && isPlainRequest(spec))!.text,
      ),
  };
}

/** Made when it is first asked for: a run that begins in the middle needs little of it, and not all at once. */
function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

/** Whether a prompt is an instruction and nothing else: no worked examples, no address. */
function isPlainRequest(spec: UserPrompt): boolean {
  return !isContinuationStyle(spec) && !hasPersonalData(spec.text);
}

/** The prompts of each stage in the run's own order. @throws ConfigError when a stage wants more than there are */
function stagePools(dataset: PromptDataset, config: Config): StagePools {
  const { sft, rm, ppo } = dataset.stages;
  for (const [key, most] of [
    ['data.demonstrations', sft.length],
    ['data.rankings', rm.length],
  ] as const) {
    if (config[key] > most) {
      throw new ConfigError(
        `${key}: got ${config[key]}; expected at most ${most}, the world's prompts for that stage.`,
      );
    }
  }
  const shuffled = (stage: string, prompts: readonly UserPrompt[]) =>
    stream(config['run.seed'], `data/split/${stage}`).shuffle(prompts);
  return { sft: shuffled('sft', sft), rm: shuffled('rm', rm), ppo: shuffled('ppo', ppo) };
}
