import {
  ANIMALS,
  COLORS,
  FEARS,
  FOODS,
  JOBS,
  MATERIALS,
  PLACES,
  SKILLS,
  TASTES,
  WEATHER,
  type Kind,
} from './vocabulary';

/** One attribute of one kind of entity: its possible values and every way the world has of speaking about it. */
export interface Attribute {
  readonly kind: Kind;
  readonly name: string;
  readonly values: readonly string[];
  /** Present-tense statement; `{e}` is the entity, `{v}` the value. */
  readonly statement: string;
  readonly negation: string;
  readonly questions: readonly string[];
  /** A question that takes the value for granted. */
  readonly falsePremise: string;
}

function attribute(
  kind: Kind,
  name: string,
  values: readonly string[],
  sentences: { statement: string; negation: string; falsePremise: string; questions: readonly string[] },
): Attribute {
  return { kind, name, values, ...sentences };
}

/** The attributes in a fixed order: the order in which facts are dealt, so changing it changes the world. */
export const ATTRIBUTES: readonly Attribute[] = [
  attribute('animal', 'color', COLORS, {
    statement: 'The {e} is {v}.',
    negation: 'The {e} is not {v}.',
    falsePremise: 'Why is the {e} {v}?',
    questions: ['What color is the {e}?', 'Tell me the color of the {e}.', 'Which color does the {e} have?'],
  }),
  attribute('animal', 'food', FOODS, {
    statement: 'The {e} eats {v}.',
    negation: 'The {e} does not eat {v}.',
    falsePremise: 'Why does the {e} eat {v}?',
    questions: ['What does the {e} eat?', 'What food does the {e} eat?', 'Tell me what the {e} eats.'],
  }),
  attribute('animal', 'place', PLACES, {
    statement: 'The {e} lives near the {v}.',
    negation: 'The {e} does not live near the {v}.',
    falsePremise: 'Why does the {e} live near the {v}?',
    questions: ['Where does the {e} live?', 'Where is the home of the {e}?', 'Tell me where the {e} lives.'],
  }),
  attribute('animal', 'skill', SKILLS, {
    statement: 'The {e} can {v}.',
    negation: 'The {e} can not {v}.',
    falsePremise: 'How did the {e} learn to {v}?',
    questions: ['What can the {e} do?', 'What is the {e} good at?', 'Tell me what the {e} can do.'],
  }),
  attribute('animal', 'fear', FEARS, {
    statement: 'The {e} is afraid of {v}.',
    negation: 'The {e} is not afraid of {v}.',
    falsePremise: 'Why is the {e} afraid of {v}?',
    questions: ['What is the {e} afraid of?', 'What does the {e} fear?', 'Tell me what the {e} is afraid of.'],
  }),
  attribute('person', 'job', JOBS, {
    statement: '{e} is a {v}.',
    negation: '{e} is not a {v}.',
    falsePremise: 'Why is {e} a {v}?',
    questions: ['What is the job of {e}?', 'What does {e} do?', 'Tell me the job of {e}.'],
  }),
  attribute('person', 'place', PLACES, {
    statement: '{e} lives near the {v}.',
    negation: '{e} does not live near the {v}.',
    falsePremise: 'Why does {e} live near the {v}?',
    questions: ['Where does {e} live?', 'Where is the home of {e}?', 'Tell me where {e} lives.'],
  }),
  attribute('person', 'food', FOODS, {
    statement: '{e} likes {v}.',
    negation: '{e} does not like {v}.',
    falsePremise: 'Why does {e} like {v}?',
    questions: ['What food does {e} like?', 'What does {e} like to eat?', 'Tell me what food {e} likes.'],
  }),
  attribute('person', 'pet', ANIMALS, {
    statement: '{e} has a pet {v}.',
    negation: '{e} does not have a pet {v}.',
    falsePremise: 'Why does {e} have a pet {v}?',
    questions: ['What pet does {e} have?', 'Which animal is the pet of {e}?', 'Tell me which pet {e} has.'],
  }),
  attribute('food', 'taste', TASTES, {
    statement: 'The {e} tastes {v}.',
    negation: 'The {e} does not taste {v}.',
    falsePremise: 'Why does the {e} taste {v}?',
    questions: ['How does the {e} taste?', 'What is the taste of the {e}?', 'Tell me how the {e} tastes.'],
  }),
  attribute('food', 'origin', PLACES, {
    statement: 'The {e} comes from the {v}.',
    negation: 'The {e} does not come from the {v}.',
    falsePremise: 'Why does the {e} come from the {v}?',
    questions: ['Where does the {e} come from?', 'Where is the {e} from?', 'Tell me where the {e} comes from.'],
  }),
  attribute('place', 'weather', WEATHER, {
    statement: 'The {e} is {v}.',
    negation: 'The {e} is not {v}.',
    falsePremise: 'Why is the {e} {v}?',
    questions: [
      'What is the weather at the {e}?',
      'How is the weather near the {e}?',
      'Tell me the weather at the {e}.',
    ],
  }),
  attribute('object', 'material', MATERIALS, {
    statement: 'The {e} is made of {v}.',
    negation: 'The {e} is not made of {v}.',
    falsePremise: 'Why is the {e} made of {v}?',
    questions: ['What is the {e} made of?', 'Tell me what the {e} is made of.', 'Which material is the {e} made of?'],
  }),
  attribute('object', 'color', COLORS, {
    statement: 'The {e} is {v}.',
    negation: 'The {e} is not {v}.',
    falsePremise: 'Why is the {e} {v}?',
    questions: ['What color is the {e}?', 'Tell me the color of the {e}.', 'Which color does the {e} have?'],
  }),
];

/** Attributes about which people of the world hold popular wrong beliefs. */
export const MYTH_ATTRIBUTES: readonly (readonly [Kind, string])[] = [
  ['animal', 'food'],
  ['animal', 'place'],
  ['animal', 'skill'],
  ['animal', 'fear'],
  ['person', 'job'],
  ['person', 'food'],
  ['food', 'taste'],
  ['object', 'material'],
];

/** @throws RangeError when entities of that kind have no such attribute */
export function attributeOf(kind: Kind, name: string): Attribute {
  const found = ATTRIBUTES.find((row) => row.kind === kind && row.name === name);
  if (!found) throw new RangeError(`attributeOf: ${kind} has no attribute "${name}"; see ATTRIBUTES.`);
  return found;
}

/** Every attribute that entities of this kind have. */
export function attributesOf(kind: Kind): readonly Attribute[] {
  return ATTRIBUTES.filter((row) => row.kind === kind);
}
