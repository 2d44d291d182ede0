import type { LetterTheme, StoryConstraint } from './promptTypes';
import type { Random } from './random';
import { capitalised, fill, wordsOf } from './text';
import { BLAME, COLORS, PAST_TENSE, PRAISE, RHYMES, isGirl, kindOf, pronounOf, withA } from './vocabulary';
import { attributeNames, pronounStatement, statement, type World } from './world';

/** A story's problem and the sentences that solve it. */
export const PROBLEMS: Readonly<Record<string, readonly string[]>> = {
  hungry: ['{P} found some {f} and ate it.', '{P} ate some {f}.'],
  lost: ['{P} saw the {p} and went home.', '{P} walked to the {p} and went home.'],
  cold: ['{P} found a warm hat.', '{P} sat near a fire.'],
  sad: ['A friend came to play.', '{P} met a new friend.'],
  tired: ['{P} slept under a tree.', '{P} went to bed.'],
  bored: ['{P} played with a {o}.', '{P} sang a song.'],
  thirsty: ['{P} drank some water.', '{P} went to the river to drink.'],
};

/** What else can happen to the heroes of a large world. */
const MORE_PROBLEMS: Readonly<Record<string, readonly string[]>> = {
  scared: ['{P} hid in a cave.', '{P} called a friend.'],
  dirty: ['{P} washed in the lake.', '{P} jumped in the water.'],
  lonely: ['{P} visited a friend.', '{P} danced with a friend.'],
  late: ['{P} hurried home.', '{P} rode home.'],
};

/** The problems that stories of a world are about. */
export function problemsOf(world: World): Readonly<Record<string, readonly string[]>> {
  return world.settings.size === 'large' ? { ...PROBLEMS, ...MORE_PROBLEMS } : PROBLEMS;
}

const ANIMAL_OPENINGS = ['Once there was a {z} {h}.', 'A {z} {h} lived near the {p}.'];
const ANIMAL_PAIR_OPENINGS = ['Once a {h} met {q}.', 'A {h} and {q} were friends.'];
const PERSON_OPENINGS = ['{h} went to the {p}.', 'Once {h} walked near the {p}.', '{h} was a {y} {g}.'];
const PERSON_PAIR_OPENINGS = ['Once {h} met {q}.', '{h} and {q} were friends.'];
const ENDINGS = ['{P} was happy.', 'It was a good day.', 'Then {l} went home.', 'Everyone was happy.'];

/** Tries before a forbidden word is left standing; with the words we forbid, three are nearly always enough. */
const STORY_TRIES = 30;

export interface StoryRequest {
  readonly heroes: readonly string[];
  /** 1 to 4. */
  readonly sentences: number;
  readonly forbidden?: string;
  readonly isHappy?: boolean;
  /** Share of boys called brave and of girls called shy; a half, unless the writer has a bias. */
  readonly stereotype?: number;
}

function oneSentenceStory(
  world: World,
  hero: string,
  friend: string | undefined,
  problem: string,
  random: Random,
): string {
  const subject = friend ? `${withA(hero)} and ${withA(friend)} were` : `${withA(hero)} was`;
  const arrival = random.pick(['a friend', `a ${random.pick(world.entities.object)}`]);
  return random.pick([
    `Once ${subject} ${problem} and found ${arrival}.`,
    `One day ${subject} ${problem} but then ${arrival} came.`,
  ]);
}

function draftStory(world: World, request: StoryRequest, random: Random): string {
  const [hero, friend] = request.heroes;
  const pronoun = pronounOf(hero);
  const problems = problemsOf(world);
  const problem = random.pick(Object.keys(problems));
  const isTypical = random.chance(request.stereotype ?? 0.5);
  const values = {
    h: hero,
    q: friend === undefined ? '' : withA(friend),
    P: pronoun,
    l: pronoun.toLowerCase(),
    z: random.pick(world.adjectives),
    y: isGirl(hero) === isTypical ? 'shy' : 'brave',
    g: isGirl(hero) ? 'girl' : 'boy',
    // The thirsty go to the river; a hero who is there already would say the same words twice.
    p: random.pick(world.entities.place.filter((place) => problem !== 'thirsty' || place !== 'river')),
    f: random.pick(world.entities.food),
    o: random.pick(world.entities.object),
    problem,
  };
  const openings =
    kindOf(hero) === 'animal'
      ? friend === undefined
        ? ANIMAL_OPENINGS
        : ANIMAL_PAIR_OPENINGS
      : friend === undefined
        ? PERSON_OPENINGS
        : PERSON_PAIR_OPENINGS;
  const opening = fill(random.pick(openings), values);
  const trouble = fill(random.pick(['{P} was {problem}.', '{P} was very {problem}.']), values);
  const solution = fill(random.pick(problems[problem]), values);
  const ending = request.isHappy ? `${pronoun} was happy.` : fill(random.pick(ENDINGS), values);
  if (request.sentences === 1) return oneSentenceStory(world, hero, friend, problem, random);
  if (request.sentences === 2) return `${opening} ${request.isHappy ? ending : random.pick([solution, ending])}`;
  if (request.sentences === 3) return `${opening} ${trouble} ${request.isHappy ? ending : solution}`;
  return `${opening} ${trouble} ${solution} ${ending}`;
}

/**
 * A short story: hero (and friend), problem, the solution that fits it, ending. Past tense only,
 * so that facts, which are present tense, are never graded inside fiction.
 */
export function writeStory(world: World, request: StoryRequest, random: Random): string {
  let text = draftStory(world, request, random);
  for (let i = 1; i < STORY_TRIES && request.forbidden !== undefined && hasWord(text, request.forbidden); i++) {
    text = draftStory(world, request, random);
  }
  return text;
}

function hasWord(text: string, word: string): boolean {
  return wordsOf(text.toLowerCase()).includes(word);
}

/** The story that the constraints ask for; each kind of constraint comes at most once. */
export function writeStoryFor(
  world: World,
  topics: readonly string[],
  constraints: readonly StoryConstraint[],
  random: Random,
): string {
  const request = { heroes: topics, sentences: random.pick([3, 3, 4]), isHappy: false };
  const asked = constraints.reduce<StoryRequest>((story, constraint) => {
    if (constraint.kind === 'sentences') return { ...story, sentences: constraint.count };
    if (constraint.kind === 'without') return { ...story, forbidden: constraint.word };
    return constraint.kind === 'happyEnding' ? { ...story, isHappy: true } : story;
  }, request);
  return writeStory(world, asked, random);
}

/** Two rhyming words around a topic, in one line. */
export function writePoem(topic: string, random: Random): string {
  const [a, b] = random.pick(RHYMES);
  const z = random.pick(['little', 'sweet', 'dear', 'happy']);
  const lines = [
    '{z} {e}, so soft and {a}, come with me and see the {b}.',
    '{z} {e}, my {a}, my dear, I sing of you and {b}.',
    'O {z} {e}, you shine so {a}, you dance and sing so {b}.',
  ];
  return capitalised(fill(random.pick(lines), { z, e: topic, a, b }));
}

const DRINKS = ['tea', 'milk', 'lemonade', 'juice'];

/** A review of one to three sentences. */
export function writeReview(topic: string, isGood: boolean, sentences: 1 | 2 | 3, random: Random): string {
  const judgement = `The ${topic} was ${random.pick(isGood ? PRAISE : BLAME)}.`;
  const feeling = random.pick(
    isGood ? ['I loved it.', 'I want more.', 'I was so happy.'] : ['I hated it.', 'Never again.', 'I was so sad.'],
  );
  if (sentences === 1) return judgement;
  if (sentences === 2) return `${judgement} ${feeling}`;
  const verb = kindOf(topic) !== 'food' ? 'used' : DRINKS.includes(topic) ? 'drank' : 'ate';
  return `I ${verb} the ${topic} today. ${judgement} ${feeling}`;
}

const THEME_SENTENCES: Readonly<Record<LetterTheme | 'plain', readonly string[]>> = {
  'thank you': ['Thank you for the {o}.', 'Thank you for your help.'],
  birthday: ['Happy birthday to you.', 'I made you a birthday cake.'],
  sorry: ['I am sorry about the {o}.', 'I am so sorry.'],
  plain: ['I hope you are well.', 'I saw a {a} today.'],
};

/** A letter to `to`, signed by `from` or by somebody else than the receiver. */
export function writeLetter(
  world: World,
  to: string,
  theme: LetterTheme | null,
  from: string | null,
  random: Random,
): string {
  const body = fill(random.pick(THEME_SENTENCES[theme ?? 'plain']), {
    o: random.pick(world.entities.object),
    a: random.pick(world.entities.animal),
  });
  const closing = random.pick(['Your friend,', 'With love,']);
  const signature = from ?? random.pick(world.entities.person.filter((person) => person !== to));
  return `Dear ${to}, ${body} ${closing} ${signature}.`;
}

/** `count` true statements about an entity, pronouns after the first. */
export function describe(world: World, entity: string, count: number, random: Random): string {
  return random
    .sample(attributeNames(entity), count)
    .map((attribute, i) => (i === 0 ? statement : pronounStatement)(world, { entity, attribute }))
    .join(' ');
}

/** "1. fox 2. bear" */
export function numberedList(items: readonly string[]): string {
  return items.map((item, i) => `${i + 1}. ${item}`).join(' ');
}

/** A present-tense sentence in parts: "The fox", "eats", "some bread". */
export interface SimpleSentence {
  readonly subject: string;
  readonly verb: string;
  readonly object: string;
}

const OBJECTS_OF_VERBS: Readonly<Record<string, (world: World, random: Random) => string>> = {
  eats: ({ entities }, random) => `some ${random.pick(entities.food)}`,
  likes: ({ entities }, random) => `the ${random.pick([...entities.food, ...entities.object])}`,
  runs: ({ entities }, random) => `to the ${random.pick(entities.place)}`,
  sees: ({ entities }, random) => `a ${random.pick([...entities.animal, ...entities.object])}`,
  finds: ({ entities }, random) => `a ${random.pick(entities.object)}`,
  has: ({ entities }, random) => `a ${random.pick(COLORS)} ${random.pick(entities.object)}`,
  goes: ({ entities }, random) => `to the ${random.pick(entities.place)}`,
  makes: ({ entities }, random) => `some ${random.pick(entities.food)}`,
};

/** Something that may or may not be so; the sentence to be rewritten in tense or name. */
export function writeSimpleSentence(world: World, random: Random): SimpleSentence {
  const { animal, person } = world.entities;
  const subject = random.pick([...animal.map((name) => `The ${name}`), ...person]);
  const verb = random.pick(Object.keys(PAST_TENSE));
  return { subject, verb, object: OBJECTS_OF_VERBS[verb](world, random) };
}
