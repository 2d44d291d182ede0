import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/config/errors';
import { buildDataset, familyQuotas, isNearDuplicate, promptKey, type Split } from '../../src/data/dataset';
import { CLEAN_DEMONSTRATIONS, DEFAULT_DEMONSTRATIONS, writeDemonstration } from '../../src/data/demonstrations';
import { PROMPT_FAMILIES, drawPromptOf } from '../../src/data/prompts';
import type { UserPrompt } from '../../src/data/promptTypes';
import { stream } from '../../src/data/random';
import { buildWorld } from '../../src/data/world';

const world = buildWorld();
const dataset = buildDataset(world);
const SPLITS: readonly Split[] = ['train', 'valid', 'test'];
const PAIRS: readonly (readonly [Split, Split])[] = [
  ['train', 'valid'],
  ['train', 'test'],
  ['valid', 'test'],
];

describe('prompt families', () => {
  it.each(PROMPT_FAMILIES.map(({ family }) => family))('%s: plain data, closed templates, no held myth', (family) => {
    const random = stream(1, family);
    const held = new Set(world.facts.filter((fact) => fact.isHeld).map((fact) => `${fact.entity}/${fact.attribute}`));
    for (let i = 0; i < 300; i++) {
      const prompt = drawPromptOf(world, family, random);
      expect(prompt.task.family).toBe(family);
      expect(prompt.text).not.toMatch(/[{}\n]|undefined/);
      expect(JSON.parse(JSON.stringify(prompt))).toEqual(prompt);
      if (prompt.task.family === 'fact' || prompt.task.family === 'falsePremise') {
        expect(held).not.toContain(`${prompt.task.topic}/${prompt.task.attribute}`);
      }
    }
  });

  it('keep the shares of the use cases', () => {
    expect(PROMPT_FAMILIES.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(99.9, 5);
  });
});

describe('buildDataset', () => {
  it('is a pure function of world and settings', () => {
    expect(buildDataset(world)).toEqual(dataset);
    expect(buildDataset(world, { seed: 2 }).train).not.toEqual(dataset.train);
  });

  it.each(PAIRS)('%s and %s share no user and no prompt, not even nearly', (first, second) => {
    const users = new Set(dataset[first].map((prompt) => prompt.user));
    expect(dataset[second].some((prompt) => users.has(prompt.user))).toBe(false);
    const keys = dataset[first].map((prompt) => promptKey(prompt.text));
    const share = dataset.settings.prefixShare;
    for (const prompt of dataset[second]) {
      const key = promptKey(prompt.text);
      expect(keys.some((other) => other === key || isNearDuplicate(other, key, share))).toBe(false);
    }
  });

  it.each(SPLITS)('%s: use cases within one point of the paper, few repeats, no user above the limit', (split) => {
    const prompts: readonly UserPrompt[] = dataset[split];
    for (const useCase of new Set(PROMPT_FAMILIES.map((row) => row.useCase))) {
      const rows = PROMPT_FAMILIES.filter((row) => row.useCase === useCase);
      const target = rows.reduce((sum, { share }) => sum + share, 0);
      const actual = (100 * prompts.filter((prompt) => prompt.useCase === useCase).length) / prompts.length;
      expect(Math.abs(actual - target)).toBeLessThan(1);
    }
    const copies = new Map<string, number>();
    for (const { text } of prompts) copies.set(text, (copies.get(text) ?? 0) + 1);
    expect(Math.max(...copies.values())).toBeLessThanOrEqual(dataset.settings.maxRepeats);
    for (const user of new Set(prompts.map((prompt) => prompt.user))) {
      expect(prompts.filter((prompt) => prompt.user === user).length).toBeLessThanOrEqual(60);
    }
  });

  it('has the sizes the data sheet tells', () => {
    expect(dataset.train.length).toBeGreaterThan(5000);
    expect(dataset.valid.length).toBeGreaterThan(500);
    expect(dataset.test.length).toBeGreaterThan(800);
    expect(dataset.report.unfilled).toBe(0);
  });

  it('refuses settings that leave a split empty', () => {
    expect(() => buildDataset(world, { trainShare: 1 })).toThrow(ConfigError);
    expect(() => buildDataset(world, { users: 1 })).toThrow(ConfigError);
  });
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
