/** Describes the generated data in numbers, as the paper's appendix A does, and writes `docs/data-sheet.md`. Run with tsx. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { agreement } from '../src/data/agreement';
import { encodePrompt, encodeResponse } from '../src/data/batches';
import type { TokenizerJson } from '../src/data/bpeTrainer';
import { buildDataset, type Split } from '../src/data/dataset';
import { DEFAULT_DEMONSTRATIONS, writeDemonstration } from '../src/data/demonstrations';
import { createGrader } from '../src/data/grader';
import { makeTeam, type LabelerGroup } from '../src/data/labelers';
import { TIE_THRESHOLD } from '../src/data/rankings';
import { PAGE_TYPES } from '../src/data/pages';
import { PROMPT_FAMILIES } from '../src/data/prompts';
import type { UseCase, UserPrompt } from '../src/data/promptTypes';
import { stream } from '../src/data/random';
import { wordsOf } from '../src/data/text';
import { loadTokenizer } from '../src/data/tokenizer';
import { buildWorld } from '../src/data/world';

const SPLITS: readonly Split[] = ['train', 'valid', 'test'];
const SLOPS = [0, 0.2, 0.4];
const PAGES_PER_TYPE = 1_000;
const SHEET_SEED = 3;

const world = buildWorld();
const dataset = buildDataset(world);
const grader = createGrader(world);
const file = new URL('../public/tokenizer.json', import.meta.url);
const tokenizer = loadTokenizer(JSON.parse(readFileSync(file, 'utf8')) as TokenizerJson);

const percent = (share: number): string => (100 * share).toFixed(1);
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function table(header: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}

/** count, mean, median, 95th percentile, largest. */
function summary(values: readonly number[]): (string | number)[] {
  const sorted = [...values].sort((a, b) => a - b);
  const quantile = (q: number): number => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
  return [sorted.length, mean(sorted).toFixed(1), quantile(0.5), quantile(0.95), sorted[sorted.length - 1]];
}

function countsSection(): string {
  const rows = SPLITS.map((split) => {
    const prompts = dataset[split];
    const users = new Set(prompts.map((prompt) => prompt.user)).size;
    const distinct = new Set(prompts.map((prompt) => prompt.text)).size;
    const constrained = prompts.filter((prompt) => prompt.isConstrained).length / prompts.length;
    return [split, users, prompts.length, distinct, percent(constrained)];
  });
  const { exactDuplicates, nearDuplicates, repeats, unfilled } = dataset.report;
  const repeated = Object.entries(repeats).map(([family, count]) => `${family} ${count}`);
  return [
    '## Prompts',
    table(['split', 'users', 'prompts', 'distinct', 'with a constraint, %'], rows),
    `Splits share no user and no prompt. While drawing, ${exactDuplicates} exact duplicates and ${nearDuplicates} near-duplicates ` +
      `(a common beginning above ${percent(dataset.settings.prefixShare)} % of the longer prompt) were refused. ` +
      `Repeated inside a split, at most ${dataset.settings.maxRepeats} times each: ${repeated.join(', ') || 'none'}. Places left empty: ${unfilled}.`,
  ].join('\n\n');
}

function mixSection(): string {
  const useCases = [...new Set(PROMPT_FAMILIES.map((row) => row.useCase))];
  const share = (prompts: readonly UserPrompt[], useCase: UseCase): string =>
    percent(prompts.filter((prompt) => prompt.useCase === useCase).length / prompts.length);
  const rows = useCases.map((useCase) => {
    const families = PROMPT_FAMILIES.filter((row) => row.useCase === useCase);
    const target = families.reduce((sum, row) => sum + row.share, 0);
    const names = families.map((row) => row.family).join(', ');
    return [useCase, names, target.toFixed(1), ...SPLITS.map((split) => share(dataset[split], useCase))];
  });
  return ['## Use cases, % of prompts', table(['use case', 'families', 'target', ...SPLITS], rows)].join('\n\n');
}

function lengthSection(): string {
  const random = stream(SHEET_SEED, 'sheet/lengths');
  const answers = dataset.train.map((prompt) => writeDemonstration(world, prompt, random));
  const rows = [
    ...SPLITS.map((split) => [
      `prompts, ${split}`,
      ...summary(dataset[split].map((prompt) => encodePrompt(tokenizer, prompt.text).length)),
    ]),
    ['demonstrations, train', ...summary(answers.map((answer) => encodeResponse(tokenizer, answer).length))],
  ];
  return [
    '## Lengths in tokens (start and end tokens included)',
    table(['what', 'count', 'mean', 'median', '95 %', 'largest'], rows),
  ].join('\n\n');
}

function demonstrationSection(): string {
  const rows = SLOPS.map((slop) => {
    const random = stream(SHEET_SEED, `sheet/slop ${slop}`);
    const grades = dataset.train.map((prompt) => {
      const text = writeDemonstration(world, prompt, random, { ...DEFAULT_DEMONSTRATIONS, slop });
      return grader.grade(prompt, { text, isEnded: true });
    });
    const clean = grades.filter((grade) => grade.reward >= 0.95).length / grades.length;
    return [slop, mean(grades.map((grade) => grade.reward)).toFixed(3), percent(clean)];
  });
  return ['## Demonstrations', table(['slop rate', 'mean true reward', 'reward of 0.95 or more, %'], rows)].join(
    '\n\n',
  );
}

function pageSection(): string {
  const random = stream(SHEET_SEED, 'sheet/pages');
  const distinct = new Set<string>();
  const totals = { tokens: 0, words: 0 };
  const rows = PAGE_TYPES.map(({ name, weight, write }) => {
    const share = weight / PAGE_TYPES.reduce((sum, type) => sum + type.weight, 0);
    const pages = Array.from({ length: PAGES_PER_TYPE }, () => write(world, random));
    const tokens = pages.map((page) => tokenizer.encode(page).length);
    const words = pages.map(wordsOf);
    words.flat().forEach((word) => distinct.add(word));
    totals.tokens += share * mean(tokens);
    totals.words += share * mean(words.map((list) => list.length));
    return [name, percent(share), mean(tokens).toFixed(1), Math.max(...tokens)];
  });
  return [
    '## Pretraining pages',
    table(['type', 'share, % of pages', 'mean tokens', 'largest'], rows),
    `A page has ${totals.tokens.toFixed(1)} tokens on average, ${(totals.tokens / totals.words).toFixed(3)} per word; ${distinct.size} distinct words and marks.`,
    'Exam and worked sheets draw from the same families as the prompts, so prompts of every split also occur in pretraining: bare on the former, answered on the latter. No sheet asks about a held myth.',
  ].join('\n\n');
}

function labelerSection(): string {
  const random = stream(SHEET_SEED, 'sheet/agreement');
  const answers = dataset.valid.map((prompt) =>
    Array.from({ length: 4 }, () => {
      const text = writeDemonstration(world, prompt, random, { ...DEFAULT_DEMONSTRATIONS, slop: 0.4 });
      return { text, grade: grader.grade(prompt, { text, isEnded: true }) };
    }),
  );
  const rows = (['training', 'heldOut'] as LabelerGroup[]).map((group) => {
    const team = makeTeam(SHEET_SEED, group);
    const { rate, standardError, tieShare, count } = agreement(answers, team, stream(SHEET_SEED, `sheet/${group}`));
    return [group, team.length, percent(rate), percent(standardError), count, percent(tieShare)];
  });
  return [
    '## Labelers',
    table(['group', 'size', 'agreement, %', 'standard error', 'pairs', 'ties, %'], rows),
    `On four demonstrations per validation prompt at slop 0.4; ties are utilities closer than ${TIE_THRESHOLD}. ` +
      'Agreement depends on who wrote the answers, so runs report their own.',
  ].join('\n\n');
}

const { facts, categories, settings, hash } = world;
const myths = facts.filter((fact) => fact.myth !== null);
const sheet = [
  '# Data sheet',
  'Written by `npx tsx tools/dataSheet.ts`; do not edit by hand.',
  `World seed ${settings.seed}, hash \`${hash}\`; tokenizer \`${tokenizer.hash}\` (${tokenizer.vocabSize} tokens). ` +
    `${facts.length} facts, ${myths.length} of them with a myth, ${myths.filter((fact) => fact.isHeld).length} held out of all instructions; ${categories.size} list categories.`,
  countsSection(),
  mixSection(),
  lengthSection(),
  demonstrationSection(),
  pageSection(),
  labelerSection(),
];
mkdirSync(new URL('../docs/', import.meta.url), { recursive: true });
writeFileSync(new URL('../docs/data-sheet.md', import.meta.url), `${sheet.join('\n\n')}\n`);
console.log(sheet.join('\n\n'));
