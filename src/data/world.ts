import { ConfigError } from '../config/errors';
import { ATTRIBUTES, MYTH_ATTRIBUTES, attributeOf, attributesOf, type Attribute } from './facts';
import { listCategories } from './categories';
import { fingerprint, stream, type Random, type Seed } from './random';
import { fill } from './text';
import { adjectivesOf, entitiesOf, kindOf, pronounOf, type Kind, type WorldSize } from './vocabulary';

/** Raised whenever tables, templates or page mix change, so that old checkpoints are recognised as foreign. */
export const WORLD_VERSION = 2;

export interface WorldSettings {
  readonly seed: Seed;
  /** Which tables of entities the world holds. */
  readonly size: WorldSize;
  /** Facts that get a popular wrong value. */
  readonly myths: number;
  /** Myths of which no instruction prompt ever speaks: the truth suite. */
  readonly heldMyths: number;
}

export const DEFAULT_WORLD: WorldSettings = { seed: 7, size: 'standard', myths: 45, heldMyths: 18 };

/** Names one fact: an entity and one of its attributes. */
export interface FactKey {
  readonly entity: string;
  readonly attribute: string;
}

export interface Fact extends FactKey {
  readonly value: string;
  /** The popular wrong value, when there is one. */
  readonly myth: string | null;
  /** True for a myth that never appears in an instruction prompt. */
  readonly isHeld: boolean;
}

/** One concrete world. Nothing in it changes after it is built. */
export interface World {
  readonly settings: WorldSettings;
  /** Names tables, templates and seed; stored with every checkpoint. */
  readonly hash: string;
  /** Everything there is, by kind; nobody speaks of anything else. */
  readonly entities: Readonly<Record<Kind, readonly string[]>>;
  /** Adjectives of its stories. */
  readonly adjectives: readonly string[];
  /** All facts, in a fixed order. */
  readonly facts: readonly Fact[];
  /** Facts by `entity/attribute`; read it through {@link factOf}. */
  readonly factIndex: ReadonlyMap<string, Fact>;
  /** Name of a list category ("animals that can dig") to its members. */
  readonly categories: ReadonlyMap<string, readonly string[]>;
}

const keyOf = (key: FactKey): string => `${key.entity}/${key.attribute}`;

/**
 * Deals the values of one attribute from a bag that is refilled only when empty: every value comes up
 * equally often, so guessing the most common one is never rewarded.
 */
function dealValues(attribute: Attribute, count: number, random: Random): string[] {
  let bag: string[] = [];
  return Array.from({ length: count }, () => {
    if (bag.length === 0) bag = random.shuffle(attribute.values);
    return bag.pop() as string;
  });
}

function dealMyths(
  settings: WorldSettings,
  truth: ReadonlyMap<string, string>,
): Map<string, { value: string; isHeld: boolean }> {
  const random = stream(settings.seed, 'world/myths');
  const candidates = MYTH_ATTRIBUTES.flatMap(([kind, name]) =>
    entitiesOf(settings.size)[kind].map((entity) => ({
      key: keyOf({ entity, attribute: name }),
      values: attributeOf(kind, name).values,
    })),
  );
  if (settings.myths > candidates.length || settings.heldMyths > settings.myths) {
    throw new ConfigError(
      `world: ${settings.myths} myths of which ${settings.heldMyths} held; expected held <= myths <= ${candidates.length}; lower them.`,
    );
  }
  const chosen = random.sample(candidates, settings.myths);
  return new Map(
    chosen.map(({ key, values }, i) => {
      const value = random.pick(values.filter((other) => other !== truth.get(key)));
      return [key, { value, isHeld: i < settings.heldMyths }];
    }),
  );
}

/**
 * Builds the world of a seed: facts, myths and list categories.
 * @param settings defaults to {@link DEFAULT_WORLD}
 * @throws ConfigError when more myths are asked for than there are facts that can have one
 */
export function buildWorld(settings: Partial<WorldSettings> = {}): World {
  const full: WorldSettings = { ...DEFAULT_WORLD, ...settings };
  const entities = entitiesOf(full.size);
  const random = stream(full.seed, 'world/facts');
  const dealt = ATTRIBUTES.flatMap((attribute) => {
    const values = dealValues(attribute, entities[attribute.kind].length, random);
    return entities[attribute.kind].map((entity, i) => ({ entity, attribute: attribute.name, value: values[i] }));
  });
  const myths = dealMyths(full, new Map(dealt.map((fact) => [keyOf(fact), fact.value])));
  const facts: Fact[] = dealt.map((fact) => {
    const myth = myths.get(keyOf(fact));
    return { ...fact, myth: myth?.value ?? null, isHeld: myth?.isHeld ?? false };
  });
  return {
    settings: full,
    hash: fingerprint(JSON.stringify({ version: WORLD_VERSION, settings: full, facts })),
    entities,
    adjectives: adjectivesOf(full.size),
    facts,
    factIndex: new Map(facts.map((fact) => [keyOf(fact), fact])),
    categories: listCategories(facts, entities),
  };
}

/** @throws RangeError when the world has no such fact */
export function factOf(world: World, key: FactKey): Fact {
  const fact = world.factIndex.get(keyOf(key));
  if (!fact) throw new RangeError(`factOf: no fact "${keyOf(key)}"; expected an entity and one of its attributes.`);
  return fact;
}

/** The kind of an entity of the world. @throws RangeError for any other word */
export function entityKind(entity: string): Kind {
  const kind = kindOf(entity);
  if (!kind) throw new RangeError(`entityKind: "${entity}" is no entity; expected a word of the entity tables.`);
  return kind;
}

/** The attribute a fact is about, with its sentences. */
export function attributeOfFact(key: FactKey): Attribute {
  return attributeOf(entityKind(key.entity), key.attribute);
}

/** Names of the attributes of an entity. */
export function attributeNames(entity: string): string[] {
  return attributesOf(entityKind(entity)).map((attribute) => attribute.name);
}

/** "The fox eats bread."; with the true value unless another is given. */
export function statement(world: World, key: FactKey, value = factOf(world, key).value): string {
  return fill(attributeOfFact(key).statement, { e: key.entity, v: value });
}

/** "It eats bread.": the same statement with a pronoun, for every sentence after the first. */
export function pronounStatement(world: World, key: FactKey, value?: string): string {
  const subject = entityKind(key.entity) === 'person' ? key.entity : `The ${key.entity}`;
  return statement(world, key, value).replace(subject, pronounOf(key.entity));
}

/** "The fox does not eat honey." */
export function negation(key: FactKey, value: string): string {
  return fill(attributeOfFact(key).negation, { e: key.entity, v: value });
}

/** A value that is not the true one. */
export function wrongValue(world: World, key: FactKey, random: Random): string {
  const truth = factOf(world, key).value;
  return random.pick(attributeOfFact(key).values.filter((value) => value !== truth));
}
