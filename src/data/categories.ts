import { COLORS, FEARS, JOBS, MATERIALS, PLACES, SKILLS, TASTES, kindOf, type Kind } from './vocabulary';

/** Names of the categories that every world has, whatever its facts are. */
export const PLAIN_CATEGORIES: readonly string[] = ['animals', 'foods', 'places', 'jobs', 'colors', 'things'];

type Entities = Readonly<Record<Kind, readonly string[]>>;

function plainCategories({ animal, food, place, object }: Entities): [string, readonly string[]][] {
  return [
    ['animals', animal],
    ['foods', food],
    ['places', place],
    ['jobs', JOBS],
    ['colors', COLORS],
    ['things', object],
  ];
}

/** Categories that follow from the facts: all entities of a kind that share a value. */
const FILTERS: readonly {
  kind: Kind;
  attribute: string;
  values: readonly string[];
  name: (value: string) => string;
}[] = [
  { kind: 'animal', attribute: 'place', values: PLACES, name: (value) => `animals that live near the ${value}` },
  { kind: 'animal', attribute: 'color', values: COLORS, name: (value) => `${value} animals` },
  { kind: 'animal', attribute: 'skill', values: SKILLS, name: (value) => `animals that can ${value}` },
  { kind: 'animal', attribute: 'fear', values: FEARS, name: (value) => `animals that are afraid of ${value}` },
  { kind: 'food', attribute: 'taste', values: TASTES, name: (value) => `${value} foods` },
  { kind: 'object', attribute: 'color', values: COLORS, name: (value) => `${value} things` },
  { kind: 'object', attribute: 'material', values: MATERIALS, name: (value) => `things made of ${value}` },
];

/** Fewest members a category needs for "List two ..." to make sense. */
const SMALLEST_CATEGORY = 2;

/**
 * All list categories of a world with their members.
 * @param facts every fact of the world
 * @param entities everything there is in it
 */
export function listCategories(
  facts: readonly { entity: string; attribute: string; value: string }[],
  entities: Entities,
): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>(plainCategories(entities));
  for (const filter of FILTERS) {
    for (const value of filter.values) {
      const members = facts
        .filter(
          (fact) => fact.attribute === filter.attribute && fact.value === value && kindOf(fact.entity) === filter.kind,
        )
        .map((fact) => fact.entity);
      if (members.length >= SMALLEST_CATEGORY) found.set(filter.name(value), members);
    }
  }
  return found;
}
