import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/config/errors';
import { encodePrompt } from '../../src/data/batches';
import type { TokenizerJson } from '../../src/data/bpeTrainer';
import { FIRST_WRITER, buildDataset, type PromptDataset, type Split } from '../../src/data/dataset';
import { CLEAN_DEMONSTRATIONS, DEFAULT_DEMONSTRATIONS, writeDemonstration } from '../../src/data/demonstrations';
import { isNearDuplicate, promptKey } from '../../src/data/duplicates';
import { hasPersonalData, withPersonalData } from '../../src/data/personalData';
import { familyQuotas } from '../../src/data/promptCollector';
import { PROMPT_FAMILIES, drawPrompt } from '../../src/data/prompts';
import type { PromptSource, UserPrompt } from '../../src/data/promptTypes';
import { stream } from '../../src/data/random';
import { loadTokenizer } from '../../src/data/tokenizer';
import { buildWorld } from '../../src/data/world';

const world = buildWorld();
const dataset = buildDataset(world);
const POOLS = ['train', 'valid', 'test', 'completionTest'] as const;
const SPLITS: readonly Split[] = ['train', 'valid', 'test'];

const usersOf = (prompts: readonly UserPrompt[]): Set<number> => new Set(prompts.map((prompt) => prompt.user));
const shareOf = (prompts: readonly UserPrompt[], is: (prompt: UserPrompt) => boolean): number =>
  prompts.filter(is).length / prompts.length;

/** What has to hold for the dataset of any world and seed. */
function expectSeparateSplits(any: PromptDataset): void {
  POOLS.forEach((first, i) => {
    for (const second of POOLS.slice(i + 1)) {
      const users = usersOf(any[first]);
      expect(any[second].filter((prompt) => users.has(prompt.user))).toEqual([]);
      const keys = new Set(any[first].map((prompt) => promptKey(prompt.text)));
      expect(any[second].filter((prompt) => keys.has(promptKey(prompt.text)))).toEqual([]);
    }
  });
  for (const pool of POOLS) {
    const counts = new Map<number, number>();
    for (const { user } of any[pool]) counts.set(user, (counts.get(user) ?? 0) + 1);
    expect(Math.max(...counts.values())).toBeLessThanOrEqual(any.settings.userCap);
  }
  expect(any.train.filter((prompt) => hasPersonalData(prompt.text))).toEqual([]);
}

describe('buildDataset', () => {
  it('is a pure function of world and settings', () => {
    expect(buildDataset(world)).toEqual(dataset);
    expect(buildDataset(world, { seed: 2 }).train).not.toEqual(dataset.train);
  });

  it('shares no person and no prompt between splits, takes no more than the cap from anyone, in any world', () => {
    expectSeparateSplits(dataset);
    const sizes = { labelerPrompts: { train: 200, valid: 30 }, apiPrompts: { train: 500, valid: 100, test: 100 } };
    const anyData = fc.record({ seed: fc.nat(), size: fc.constantFrom('standard' as const, 'large' as const) });
    fc.assert(
      fc.property(anyData, fc.nat(), ({ seed, size }, dataSeed) => {
        const other = buildWorld({ seed, size });
        expectSeparateSplits(buildDataset(other, { ...sizes, seed: dataSeed, completionPrompts: 50, userCap: 60 }));
      }),
      { numRuns: 6, seed: 1 },
    );
  });

  it('holds no near-duplicate of a test prompt in training', () => {
    const share = dataset.settings.prefixShare;
    const keys = dataset.train.map((prompt) => promptKey(prompt.text));
    for (const prompt of [...dataset.test, ...dataset.completionTest]) {
      const key = promptKey(prompt.text);
      expect(keys.some((other) => isNearDuplicate(other, key, share))).toBe(false);
    }
  });

  it.each([...POOLS])(
    '%s: use cases within one and a half points of the paper, sensitive prompts about 7 %%',
    (pool) => {
      const prompts: readonly UserPrompt[] = dataset[pool];
      for (const useCase of new Set(PROMPT_FAMILIES.map((row) => row.useCase))) {
        const rows = PROMPT_FAMILIES.filter((row) => row.useCase === useCase);
        const target = rows.reduce((sum, { share }) => sum + share, 0);
        expect(Math.abs(100 * shareOf(prompts, (prompt) => prompt.useCase === useCase) - target)).toBeLessThan(1.5);
      }
      expect(Math.abs(shareOf(prompts, (prompt) => prompt.isSensitive) - 0.07)).toBeLessThan(0.01);
      const copies = new Map<string, number>();
      for (const { text } of prompts) copies.set(text, (copies.get(text) ?? 0) + 1);
      expect(Math.max(...copies.values())).toBeLessThanOrEqual(dataset.settings.maxRepeats);
    },
  );

  it('gives each stage its sources: labelers for SFT, a mix for the reward model, customers only for PPO and tests', () => {
    const api = (prompts: readonly UserPrompt[]): number => shareOf(prompts, ({ source }) => source === 'api');
    expect(api(dataset.stages.sft)).toBeCloseTo(0.112, 2);
    expect(api(dataset.stages.rm)).toBeCloseTo(0.8, 2);
    for (const pool of [dataset.stages.ppo, dataset.test, dataset.completionTest]) expect(api(pool)).toBe(1);
    const written = new Set<PromptSource>(dataset.stages.sft.map(({ source }) => source));
    expect(written).toEqual(new Set(['plain', 'fewShot', 'userBased', 'api']));
    for (const prompt of [...dataset.train, ...dataset.valid]) {
      expect(prompt.user >= FIRST_WRITER).toBe(prompt.source !== 'api');
    }
    const known = new Set(dataset.train);
    for (const pool of Object.values(dataset.stages)) for (const prompt of pool) expect(known.has(prompt)).toBe(true);
  });

  it('has the sizes the settings ask for, and says what was dropped', () => {
    expect(SPLITS.map((split) => dataset[split].length)).toEqual([7500, 724, 1100]);
    expect(dataset.completionTest).toHaveLength(500);
    const { unfilled, exactDuplicates, nearDuplicates, tooLong, personal, overUserCap } = dataset.report;
    expect(unfilled).toBe(0);
    for (const count of [exactDuplicates, nearDuplicates, tooLong, personal, overUserCap])
      expect(count).toBeGreaterThan(0);
  });

  it('customers are a long tail: most typed a few prompts, somebody as many as are taken', () => {
    const counts = new Map<number, number>();
    for (const { user, source } of dataset.train) if (source === 'api') counts.set(user, (counts.get(user) ?? 0) + 1);
    const sorted = [...counts.values()].sort((a, b) => a - b);
    expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThan(6);
    expect(sorted.at(-1)).toBe(dataset.settings.userCap);
  });

  it('leaves the smallest model 26 tokens for its answer and end', () => {
    const file = new URL('../../public/tokenizer.json', import.meta.url);
    const tokenizer = loadTokenizer(JSON.parse(readFileSync(file, 'utf8')) as TokenizerJson);
    for (const pool of POOLS) {
      const lengths = dataset[pool].map(({ text }) => encodePrompt(tokenizer, text).length);
      expect(Math.max(...lengths), pool).toBeLessThanOrEqual(38);
    }
  });

  it('refuses settings that leave a split empty', () => {
    expect(() => buildDataset(world, { apiPrompts: { train: 10, valid: 0, test: 10 } })).toThrow(ConfigError);
    expect(() => buildDataset(world, { userCap: 0 })).toThrow(ConfigError);
  });
});

it('personal data is found where it was put, and in no other prompt', () => {
  const random = stream(1, 'personal');
  for (let i = 0; i < 300; i++) {
    const prompt = drawPrompt(world, random);
    expect(hasPersonalData(prompt.text)).toBe(false);
    expect(hasPersonalData(withPersonalData(prompt, random).text)).toBe(true);
  }
});

it('quotas sum to the total', () => {
  for (const total of [1, 37, 100, 5607]) {
    expect([...familyQuotas(total).values()].reduce((sum, quota) => sum + quota, 0)).toBe(total);
  }
});

it('near-duplicates begin alike for more than the share of the longer one', () => {
  expect(isNearDuplicate('abcdefghij', 'abcdefghix', 0.8)).toBe(true);
  expect(isNearDuplicate('abcdefghij', 'abcdefghix', 0.9)).toBe(false);
  expect(isNearDuplicate('abcde', 'abcdefghij', 0.6)).toBe(false);
  expect(promptKey('  List  TWO foods.\n')).toBe('list two foods.');
});

describe('writeDemonstration', () => {
  const texts = (slop: number): string[] => {
    const random = stream(1, 'demonstrations');
    return dataset.train.map((prompt) =>
      writeDemonstration(world, prompt, random, { ...DEFAULT_DEMONSTRATIONS, slop }),
    );
  };

  it('follows from the stream', () => {
    expect(texts(0.2)).toEqual(texts(0.2));
  });

  it('runs on into another instruction in about 30 % of the slips', () => {
    const running = texts(0.4).filter((text) => text.includes('\n')).length / dataset.train.length;
    expect(running).toBeGreaterThan(0.09);
    expect(running).toBeLessThan(0.15);
  });

  it('is one line without slips', () => {
    const random = stream(2, 'demonstrations');
    for (const prompt of dataset.test) {
      expect(writeDemonstration(world, prompt, random, CLEAN_DEMONSTRATIONS)).not.toMatch(/[{}\n]|undefined/);
    }
  });
});
