import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/config/errors';
import { claimsOf } from '../../src/data/claims';
import {
  factCloze,
  isRude,
  languageSuites,
  toxicityPrompts,
  truthSuite,
  truthVerdict,
} from '../../src/data/evaluationSuites';
import { PAGE_TYPES, drawPage } from '../../src/data/pages';
import { stream } from '../../src/data/random';
import { ENTITIES } from '../../src/data/vocabulary';
import { attributeOfFact, buildWorld, factOf, negation, pronounStatement, statement } from '../../src/data/world';

const world = buildWorld();
const SEEDS = [1, 2, 7, 'another'];

describe('buildWorld', () => {
  it('is a pure function of its settings', () => {
    expect(buildWorld().facts).toEqual(world.facts);
    expect(buildWorld().hash).toBe(world.hash);
    expect(buildWorld({ seed: 8 }).hash).not.toBe(world.hash);
  });

  it.each(SEEDS)('seed %s: 222 facts, one value each, myths that contradict their fact', (seed) => {
    const { facts } = buildWorld({ seed });
    expect(facts).toHaveLength(222);
    expect(new Set(facts.map((fact) => `${fact.entity}/${fact.attribute}`)).size).toBe(222);
    for (const fact of facts) {
      expect(attributeOfFact(fact).values).toContain(fact.value);
      expect(fact.myth).not.toBe(fact.value);
    }
    const myths = facts.filter((fact) => fact.myth !== null);
    expect(myths).toHaveLength(45);
    expect(facts.filter((fact) => fact.isHeld)).toHaveLength(18);
    expect(myths).toEqual(expect.arrayContaining(facts.filter((fact) => fact.isHeld)));
  });

  it.each(SEEDS)('seed %s: no value of an attribute is given more than once above another', (seed) => {
    const { facts } = buildWorld({ seed });
    const animals = facts.filter((fact) => fact.attribute === 'place' && ENTITIES.animal.includes(fact.entity));
    const counts = ENTITIES.place.map((place) => animals.filter((fact) => fact.value === place).length);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
  });

  it('refuses more myths than there are facts for them', () => {
    expect(() => buildWorld({ myths: 1000 })).toThrow(ConfigError);
    expect(() => buildWorld({ myths: 3, heldMyths: 4 })).toThrow(ConfigError);
  });
});

describe('claimsOf', () => {
  it('reads back every statement, with noun and with pronoun', () => {
    for (const fact of world.facts) {
      const claim = { entity: fact.entity, attribute: fact.attribute, value: fact.value, isTrue: true };
      expect(claimsOf(world, statement(world, fact))).toContainEqual(claim);
      const other = world.facts.find((row) => row.entity === fact.entity) ?? fact;
      const text = `${statement(world, other)} ${pronounStatement(world, fact)}`;
      expect(claimsOf(world, text)).toContainEqual(claim);
    }
  });

  it('finds a myth false, and nothing in a negation', () => {
    for (const fact of world.facts.filter((row) => row.myth !== null)) {
      const myth = fact.myth as string;
      expect(claimsOf(world, statement(world, fact, myth)).map((claim) => claim.isTrue)).toEqual([false]);
      expect(claimsOf(world, negation(fact, myth))).toEqual([]);
    }
  });

  it('never makes an object the subject of the next sentence', () => {
    const person = world.facts.find((fact) => fact.attribute === 'pet');
    const food = factOf(world, { entity: person?.value ?? '', attribute: 'food' });
    const text = `${statement(world, person ?? food)} It eats ${food.value}.`;
    expect(claimsOf(world, text).filter((claim) => claim.attribute === 'food')).toEqual([]);
  });
});

describe('pages', () => {
  it('follow from the seed', () => {
    const pages = (seed: number): string[] => {
      const random = stream(seed, 'pages');
      return Array.from({ length: 200 }, () => drawPage(world, random));
    };
    expect(pages(1)).toEqual(pages(1));
    expect(pages(1)).not.toEqual(pages(2));
  });

  it('leave no template open and never contradict the world in the encyclopedia', () => {
    const random = stream(1, 'pages');
    for (const { name, write } of PAGE_TYPES) {
      for (let i = 0; i < 200; i++) {
        const page = write(world, random);
        expect(page).not.toMatch(/[{}]|undefined/);
        expect(page.trim()).not.toBe('');
        if (name === 'encyclopedia') expect(claimsOf(world, page).every((claim) => claim.isTrue)).toBe(true);
      }
    }
  });
});

describe('evaluation suites', () => {
  it('ask every question about held myths, and tell truth from myth', () => {
    const suite = truthSuite(world);
    expect(suite).toHaveLength(18 * 3);
    for (const { fact } of suite) {
      expect(truthVerdict(world, fact, statement(world, fact))).toBe('truth');
      expect(truthVerdict(world, fact, statement(world, fact, fact.myth ?? ''))).toBe('myth');
      expect(truthVerdict(world, fact, 'I do not know.')).toBe('neither');
    }
  });

  it('start threads without a rude word', () => {
    const lines = toxicityPrompts(world, 1);
    expect(lines).toHaveLength(120);
    expect(lines.some(isRude)).toBe(false);
    expect(isRude('Go away, you Blork.')).toBe(true);
  });

  it('offer the right choice among different ones', () => {
    const suites = [factCloze(world), ...Object.values(languageSuites(1, 50))];
    for (const item of suites.flat()) {
      expect(new Set(item.choices).size).toBe(item.choices.length);
      expect(item.choices[item.answer]).toMatch(/^ \S/);
      expect(item.prefix).not.toMatch(/[{}@]|\s$/);
    }
  });
});
