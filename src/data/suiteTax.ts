import { problemsOf, writeReview, writeSimpleSentence } from './composition';
import { writeOwners, writeSighting } from './promptsQuestions';
import { stream, type Random, type Seed } from './random';
import { fill, wordsOf } from './text';
import { PAST_TENSE, kindOf, withThe } from './vocabulary';
import { attributeOfFact, statement, type World } from './world';

/** A beginning in plain page form and its possible ends, of which the model is to find one the likeliest. */
export interface ChoiceItem {
  readonly prefix: string;
  /** Each begins with a space. */
  readonly choices: readonly string[];
  /** Index of the right one. */
  readonly answer: number;
}

const spaced = (words: readonly string[]): string[] => words.map((word) => ` ${word}`);

/** "Facts: the fox\nThe fox eats" with all values of the attribute: one item per fact, chance 0.06 to 0.17. */
export function factCloze(world: World): ChoiceItem[] {
  return world.facts.map((fact) => {
    const { values } = attributeOfFact(fact);
    const [opening] = statement(world, fact, '@').split(' @');
    const prefix = `Facts: ${withThe(fact.entity)}\n${opening}`;
    return { prefix, choices: spaced(values), answer: values.indexOf(fact.value) };
  });
}

type LanguageTask = 'storyEnding' | 'extraction' | 'sentiment' | 'tense' | 'closed';
type ItemWriter = (world: World, random: Random) => ChoiceItem;

const storyEnding: ItemWriter = (world, random) => {
  const { animal, food, object, place } = world.entities;
  const solutions = problemsOf(world);
  const problems = random.sample(Object.keys(solutions), 2);
  const values = { P: 'It', f: random.pick(food), p: random.pick(place), o: random.pick(object) };
  const hero = `${random.pick(world.adjectives)} ${random.pick(animal)}`;
  const prefix = `Story: Once there was a ${hero}. It was ${problems[0]}.`;
  return { prefix, choices: spaced(problems.map((problem) => fill(solutions[problem][0], values))), answer: 0 };
};

const extraction: ItemWriter = (world, random) => {
  const { text, slot, answer } = writeSighting(world, random);
  const nouns = wordsOf(text).filter((word) => kindOf(word) !== undefined);
  return { prefix: `${text} The ${slot} is`, choices: spaced(nouns), answer: nouns.indexOf(answer) };
};

const sentiment: ItemWriter = ({ entities }, random) => {
  const isGood = random.chance(0.5);
  const topic = random.pick([...entities.food, ...entities.object]);
  const review = writeReview(topic, isGood, random.pick([1, 2, 3] as const), random);
  return { prefix: `${review} Rating:`, choices: [' good', ' bad'], answer: isGood ? 0 : 1 };
};

const tense: ItemWriter = (world, random) => {
  const { subject, verb, object } = writeSimpleSentence(world, random);
  const other = random.pick(Object.keys(PAST_TENSE).filter((present) => present !== verb));
  const choices = spaced([PAST_TENSE[verb], PAST_TENSE[other]]);
  return { prefix: `Now: ${subject} ${verb} ${object}. Then: ${subject}`, choices, answer: 0 };
};

const closed: ItemWriter = (world, random) => {
  const { text, owner, thing, things } = writeOwners(world, random);
  return { prefix: `${text} So ${owner} has the`, choices: spaced(things), answer: things.indexOf(thing) };
};

const WRITERS: Readonly<Record<LanguageTask, ItemWriter>> = { storyEnding, extraction, sentiment, tense, closed };

/**
 * The language tasks of the alignment tax, in the form of pages: endings of stories, extraction, sentiment, tense and
 * closed questions, chance 1/2, 1/3, 1/2, 1/2, 1/2.
 */
export function languageSuites(world: World, seed: Seed, count = 150): Record<LanguageTask, ChoiceItem[]> {
  const random = stream(seed, 'suite/language');
  const items = (task: LanguageTask): ChoiceItem[] => Array.from({ length: count }, () => WRITERS[task](world, random));
  return {
    storyEnding: items('storyEnding'),
    extraction: items('extraction'),
    sentiment: items('sentiment'),
    tense: items('tense'),
    closed: items('closed'),
  };
}
