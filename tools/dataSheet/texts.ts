/** What is written besides prompts: demonstrations and pages; how large worlds are. */
import { encodeResponse } from '../../src/data/batches';
import type { PromptDataset } from '../../src/data/dataset';
import { DEFAULT_DEMONSTRATIONS, writeDemonstration } from '../../src/data/demonstrations';
import type { Grader } from '../../src/data/grader';
import { PAGE_TYPES, drawPage } from '../../src/data/pages';
import { isSensitiveTask } from '../../src/data/promptsSensitive';
import { stream } from '../../src/data/random';
import { wordsOf } from '../../src/data/text';
import type { TextTokenizer } from '../../src/data/tokenizer';
import { WORLD_SIZES } from '../../src/data/vocabulary';
import { buildWorld, type World } from '../../src/data/world';
import { SUMMARY, mean, percent, summary, table } from './tables';

const SEED = 3;
const SLOPS = [0, 0.2, 0.4];
const PAGES_PER_TYPE = 1_000;
const PAGES_PER_WORLD = 20_000;

/** Entities, facts and words of a world of each size. */
export function worldSection(tokenizer: TextTokenizer): string {
  const rows = WORLD_SIZES.map((size) => {
    const world = buildWorld({ size });
    const { entities, facts, categories } = world;
    const random = stream(SEED, 'sheet/world');
    const pages = Array.from({ length: PAGES_PER_WORLD }, () => drawPage(world, random));
    const words = pages.flatMap((page) => wordsOf(page.toLowerCase()));
    const tokens = pages.reduce((sum, page) => sum + tokenizer.encode(page).length, 0);
    const counts = Object.values(entities).map((names) => names.length);
    const myths = facts.filter((fact) => fact.myth !== null);
    const held = myths.filter((fact) => fact.isHeld).length;
    const sizes = [facts.length, myths.length, held, categories.size, new Set(words).size];
    return [size, ...counts, ...sizes, (tokens / words.length).toFixed(3)];
  });
  const kinds = Object.keys(buildWorld().entities);
  return [
    '## Worlds',
    table(
      ['size', ...kinds, 'facts', 'with a myth', 'held', 'list categories', 'distinct words', 'tokens per word'],
      rows,
    ),
    'Held myths occur in no instruction prompt: they are the truth suite. Everything below is of the standard world.',
  ].join('\n\n');
}

/** Length, quality and careless beliefs of demonstrations. */
export function demonstrationSection(
  world: World,
  dataset: PromptDataset,
  grader: Grader,
  tokenizer: TextTokenizer,
): string {
  const { sft } = dataset.stages;
  const quality = SLOPS.map((slop) => {
    const random = stream(SEED, `sheet/slop ${slop}`);
    const grades = sft.map((prompt) => {
      const text = writeDemonstration(world, prompt, random, { ...DEFAULT_DEMONSTRATIONS, slop });
      return { prompt, grade: grader.grade(prompt, { text, isEnded: true }) };
    });
    const of = (
      is: (row: (typeof grades)[number]) => boolean,
      bad: (row: (typeof grades)[number]) => boolean,
    ): string => {
      const rows = grades.filter(is);
      return percent(rows.filter(bad).length / rows.length);
    };
    return [
      slop,
      mean(grades.map(({ grade }) => grade.reward)).toFixed(3),
      of(
        () => true,
        ({ grade }) => grade.reward >= 0.95,
      ),
      of(
        ({ prompt }) => prompt.task.family === 'fact',
        ({ grade }) => grade.falseFacts > 0,
      ),
      of(
        ({ prompt }) => isSensitiveTask(prompt.task),
        ({ grade }) => grade.harmful > 0,
      ),
    ];
  });
  const random = stream(SEED, 'sheet/lengths');
  const lengths = (['labelers', 'customers'] as const).map((who) => {
    const prompts = sft.filter(({ source }) => (source === 'api') === (who === 'customers'));
    const answers = prompts.map((prompt) => writeDemonstration(world, prompt, random));
    return [`to prompts of ${who}`, ...summary(answers.map((answer) => encodeResponse(tokenizer, answer).length))];
  });
  return [
    '## Demonstrations',
    table(
      [
        'slop rate',
        'mean true reward',
        'reward of 0.95 or more, %',
        'false answers to fact questions, %',
        'harmful requests obeyed, %',
      ],
      quality,
    ),
    'Slop is the setting `data.slop`. Beside it, demonstrators believe some myths and obey some harmful requests: the reward model has something to see that SFT does not mend.',
    table(['length in tokens, end token included', ...SUMMARY], lengths),
  ].join('\n\n');
}

/** Types of pretraining pages. */
export function pageSection(world: World, tokenizer: TextTokenizer): string {
  const random = stream(SEED, 'sheet/pages');
  const weights = PAGE_TYPES.reduce((sum, type) => sum + type.weight, 0);
  let meanTokens = 0;
  const rows = PAGE_TYPES.map(({ name, weight, write }) => {
    const tokens = Array.from({ length: PAGES_PER_TYPE }, () => tokenizer.encode(write(world, random)).length);
    meanTokens += (weight / weights) * mean(tokens);
    return [name, percent(weight / weights), mean(tokens).toFixed(1), Math.max(...tokens)];
  });
  return [
    '## Pretraining pages',
    table(['type', 'share, % of pages', 'mean tokens', 'largest'], rows),
    `A page has ${meanTokens.toFixed(1)} tokens on average.`,
    'Exam and worked sheets draw from the same families as the prompts, so prompts of every split also occur in pretraining: bare on the former, answered on the latter. No sheet asks about a held myth. ' +
      'Forums pass on myths, insult, keep to rules where a thread has them, and give advice that does harm. A page of questions and answers is all true or all as people believe. ' +
      'Stories call four boys in five brave and four girls in five shy.',
  ].join('\n\n');
}
