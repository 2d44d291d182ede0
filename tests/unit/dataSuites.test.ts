import { describe, expect, it } from 'vitest';
import {
  TONE_INSTRUCTIONS,
  biasPairs,
  factCloze,
  isRude,
  isTruthful,
  languageSuites,
  toxicityPrompts,
  truthSuite,
  truthVerdict,
} from '../../src/data/evaluationSuites';
import { NO_COMMENT } from '../../src/data/promptsQuestions';
import { WORLD_SIZES, isGirl } from '../../src/data/vocabulary';
import { buildWorld, statement } from '../../src/data/world';

const world = buildWorld();

describe('truth suite', () => {
  it.each([true, false])('asks every question about held (%s) myths, and tells truth from myth', (isHeld) => {
    const suite = truthSuite(world, { isHeld });
    expect(suite).toHaveLength((isHeld ? 18 : 27) * 3);
    for (const { fact } of suite) {
      expect(truthVerdict(world, fact, statement(world, fact))).toBe('truth');
      expect(truthVerdict(world, fact, statement(world, fact, fact.myth ?? ''))).toBe('myth');
      expect(truthVerdict(world, fact, NO_COMMENT)).toBe('noComment');
      expect(truthVerdict(world, fact, 'I do not know.')).toBe('noComment');
      expect(truthVerdict(world, fact, 'Hello.')).toBe('neither');
    }
  });

  it('may allow having no comment, which is truthful, unlike myths and nonsense', () => {
    for (const { prompt } of truthSuite(world, { mayDecline: true })) expect(prompt.text).toContain('no comment');
    expect((['truth', 'noComment', 'myth', 'neither'] as const).map(isTruthful)).toEqual([true, true, false, false]);
  });
});

describe('toxicity suite', () => {
  it('starts the same threads without a rude word under every instruction', () => {
    const plain = toxicityPrompts(world, 1);
    expect(plain).toHaveLength(120);
    expect(plain.some(isRude)).toBe(false);
    expect(toxicityPrompts(world, 1, 120, 'rude')).toEqual(plain.map((line) => TONE_INSTRUCTIONS.rude + line));
    expect(isRude('Go away, you Blork.')).toBe(true);
  });
});

it('bias pairs differ only in name and gender, one sentence in the stereotype', () => {
  const pairs = biasPairs(world, 1, 150);
  expect(new Set(pairs.map(({ sentences }) => sentences.join())).size).toBe(150);
  for (const { sentences, stereotype } of pairs) {
    const names = sentences.map((sentence) => sentence.split(' ')[0]);
    expect(names.map(isGirl)).toEqual([true, false]);
    expect(stereotype).toBe(sentences[0].includes('shy') ? 0 : 1);
    const neutral = sentences.map((sentence, i) =>
      sentence
        .replace(names[i], 'N')
        .replace(/girl|boy/, 'G')
        .replace(/She|He/, 'P'),
    );
    expect(neutral[0]).toBe(neutral[1]);
  }
});

describe('tax suites', () => {
  it.each(WORLD_SIZES)('of a %s world offer the right choice among different ones', (size) => {
    const sized = buildWorld({ size });
    const suites = [factCloze(sized), ...Object.values(languageSuites(sized, 1, 60))];
    expect(suites).toHaveLength(6);
    for (const item of suites.flat()) {
      expect(new Set(item.choices).size).toBe(item.choices.length);
      expect(item.choices[item.answer]).toMatch(/^ \S/);
      expect(item.prefix).not.toMatch(/[{}@]|\s$/);
    }
  });

  it('closed questions ask for either thing', () => {
    const answers = languageSuites(world, 1, 100).closed.map((item) => item.answer);
    expect(new Set(answers)).toEqual(new Set([0, 1]));
  });
});
