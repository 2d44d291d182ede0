/** Who wrote which prompts, for which stage, on what: the tables of the paper's appendix A.2. */
import { encodePrompt } from '../../src/data/batches';
import type { PromptDataset } from '../../src/data/dataset';
import { hasPersonalData } from '../../src/data/personalData';
import { PROMPT_FAMILIES } from '../../src/data/prompts';
import { isClosedDomain, isContinuationStyle, type UserPrompt } from '../../src/data/promptTypes';
import type { TextTokenizer } from '../../src/data/tokenizer';
import { SUMMARY, mean, percent, shareOf, summary, table } from './tables';

type Pool = readonly [name: string, prompts: readonly UserPrompt[]];

function poolsOf({ stages, valid, test, completionTest }: PromptDataset): Pool[] {
  return [
    ['SFT, train', stages.sft],
    ['reward model, train', stages.rm],
    ['PPO, train', stages.ppo],
    ['validation, all stages', valid],
    ['test', test],
    ['test, completion style', completionTest],
  ];
}

function sources(dataset: PromptDataset): string {
  const rows = poolsOf(dataset).map(([name, prompts]) => {
    const from = (source: string): number => prompts.filter((prompt) => prompt.source === source).length;
    const counts = ['plain', 'fewShot', 'userBased', 'api'].map(from);
    return [name, prompts.length, ...counts, percent(1 - counts[3] / prompts.length)];
  });
  return [
    '## Prompts by stage and source',
    table(['pool', 'prompts', 'plain', 'few-shot', 'user-based', 'customers', 'labelers, %'], rows),
    'Table 6 of the paper: 88.8 % of the SFT prompts were written by labelers, 19.9 % of the reward model’s, none of PPO’s and of the test’s. ' +
      'A run takes `data.demonstrations` and `data.rankings` of the first two pools, in the order of its seed.',
  ].join('\n\n');
}

function users(dataset: PromptDataset): string {
  const rows = poolsOf(dataset).flatMap(([name, prompts]) =>
    (['labelers', 'customers'] as const).flatMap((who) => {
      const counts = new Map<number, number>();
      for (const { user, source } of prompts) {
        if ((source === 'api') === (who === 'customers')) counts.set(user, (counts.get(user) ?? 0) + 1);
      }
      return counts.size === 0 ? [] : [[name, who, ...summary([...counts.values()])]];
    }),
  );
  return ['## Prompts per person', table(['pool', 'who', 'people', ...SUMMARY.slice(1)], rows)].join('\n\n');
}

function filters({ report, settings, test, completionTest }: PromptDataset): string {
  const repeated = Object.entries(report.repeats).map(([family, count]) => `${family} ${count}`);
  const rows = [
    ['exact duplicates, after case and white space', report.exactDuplicates],
    [`common beginning above ${percent(settings.prefixShare)} % of the longer prompt`, report.nearDuplicates],
    [`longer than ${settings.maxWords} words and marks`, report.tooLong],
    ['personal data, in training only', report.personal],
    [`beyond ${settings.userCap} prompts of one customer`, report.overUserCap],
  ];
  const kept = [...test, ...completionTest].filter(({ text }) => hasPersonalData(text)).length;
  return [
    '## Filters',
    table(['refused because', 'prompts'], rows),
    'Splits share no person and no prompt. ' +
      `Repeated inside a pool, at most ${settings.maxRepeats} times each, where a family ran dry: ${repeated.join(', ') || 'none'}. ` +
      `Places left empty: ${report.unfilled}. Test prompts with personal data (an invented number or street): ${kept}.`,
  ].join('\n\n');
}

function useCases(dataset: PromptDataset): string {
  const pools = poolsOf(dataset);
  const rows = [...new Set(PROMPT_FAMILIES.map((row) => row.useCase))].map((useCase) => {
    const families = PROMPT_FAMILIES.filter((row) => row.useCase === useCase);
    const target = families.reduce((sum, row) => sum + row.share, 0);
    const names = families.map((row) => row.family).join(', ');
    return [
      useCase,
      names,
      target.toFixed(1),
      ...pools.map(([, prompts]) => shareOf(prompts, (p) => p.useCase === useCase)),
    ];
  });
  const header = ['use case', 'families', 'paper', ...pools.map(([name]) => name)];
  return ['## Use cases, % of prompts', table(header, rows)].join('\n\n');
}

const ANNOTATIONS: readonly (readonly [name: string, paper: string, is: (prompt: UserPrompt) => boolean])[] = [
  ['sensitive', '6.9', (prompt) => prompt.isSensitive],
  ['closed domain', '19.4', (prompt) => isClosedDomain(prompt.task)],
  ['continuation style', '15.5', isContinuationStyle],
  ['explicit constraint', '26.3', (prompt) => prompt.isConstrained],
  ['two constraints', '–', ({ task }) => task.family === 'story' && task.constraints.length > 1],
  ['asks for an opinion', '7.7', ({ task }) => task.family === 'review'],
  ['false premise', '–', ({ task }) => task.family === 'falsePremise'],
  ['allows having no comment', '–', ({ task }) => task.family === 'fact' && task.mayDecline],
];

function annotations(dataset: PromptDataset): string {
  const pools = poolsOf(dataset);
  const rows = ANNOTATIONS.map(([name, paper, is]) => [
    name,
    paper,
    ...pools.map(([, prompts]) => shareOf(prompts, is)),
  ]);
  return [
    '## Annotations, % of prompts',
    table(['annotation', 'paper, reward model', ...pools.map(([name]) => name)], rows),
    'The paper’s column is its table 7. Ambiguity and moral judgement have no counterpart in this world.',
  ].join('\n\n');
}

function lengths(dataset: PromptDataset, tokenizer: TextTokenizer): string {
  const tokensOf = (prompts: readonly UserPrompt[]): number[] =>
    prompts.map((prompt) => encodePrompt(tokenizer, prompt.text).length);
  const everything = [...dataset.train, ...dataset.valid, ...dataset.test];
  const byUseCase = [...new Set(PROMPT_FAMILIES.map((row) => row.useCase))]
    .map((useCase) => [useCase, ...summary(tokensOf(everything.filter((prompt) => prompt.useCase === useCase)))])
    .sort((a, b) => Number(b[2]) - Number(a[2]));
  return [
    '## Lengths of prompts in tokens, start token and newline included',
    table(
      ['pool', ...SUMMARY],
      poolsOf(dataset).map(([name, prompts]) => [name, ...summary(tokensOf(prompts))]),
    ),
    table(['use case', ...SUMMARY], byUseCase),
    `A prompt has ${mean(tokensOf(everything)).toFixed(1)} tokens on average.`,
  ].join('\n\n');
}

/** All sections about prompts. */
export function promptSections(dataset: PromptDataset, tokenizer: TextTokenizer): string[] {
  return [
    sources(dataset),
    users(dataset),
    filters(dataset),
    useCases(dataset),
    annotations(dataset),
    lengths(dataset, tokenizer),
  ];
}
