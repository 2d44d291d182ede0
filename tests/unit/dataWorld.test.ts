import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/config/errors';
import { claimsOf } from '../../src/data/claims';
import { WORLD_SIZES, entitiesOf, kindOf, type Kind } from '../../src/data/vocabulary';
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
    const animals = facts.filter((fact) => fact.attribute === 'place' && world.entities.animal.includes(fact.entity));
    const counts = world.entities.place.map((place) => animals.filter((fact) => fact.value === place).length);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
  });

  it('refuses more myths than there are facts for them', () => {
    expect(() => buildWorld({ myths: 1000 })).toThrow(ConfigError);
    expect(() => buildWorld({ myths: 3, heldMyths: 4 })).toThrow(ConfigError);
  });
});

describe('a large world', () => {
  const large = buildWorld({ size: 'large' });

  it('holds the standard entities and more, each of one kind', () => {
    for (const kind of Object.keys(world.entities) as Kind[]) {
      expect(large.entities[kind].slice(0, world.entities[kind].length)).toEqual(world.entities[kind]);
      expect(large.entities[kind].length).toBeGreaterThan(world.entities[kind].length);
    }
    const all = Object.values(entitiesOf('large')).flat();
    expect(new Set(all).size).toBe(all.length);
    expect(large.facts.length).toBeGreaterThan(400);
    expect(large.hash).not.toBe(world.hash);
  });

  it('is unknown to a standard one: statements about its entities are no claims there', () => {
    expect(kindOf('panda')).toBe('animal');
    expect(claimsOf(world, 'The panda eats bread.')).toEqual([]);
    expect(claimsOf(large, 'The panda eats bread.')).toHaveLength(1);
  });
});

it('facts never contradict each other, their myths or what is said of them, in any world', () => {
  const anyWorld = fc.record({ seed: fc.nat(), size: fc.constantFrom(...WORLD_SIZES) });
  fc.assert(
    fc.property(anyWorld, (settings) => {
      const any = buildWorld(settings);
      const keys = any.facts.map(({ entity, attribute }) => `${entity}/${attribute}`);
      expect(new Set(keys).size).toBe(keys.length);
      for (const fact of any.facts) {
        expect(fact.myth).not.toBe(fact.value);
        expect(claimsOf(any, statement(any, fact)).map((claim) => claim.isTrue)).toEqual([true]);
      }
      for (const members of any.categories.values()) expect(members.length).toBeGreaterThan(1);
    }),
    { numRuns: 12, seed: 1 },
  );
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
