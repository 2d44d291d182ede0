import { PLAIN_CATEGORIES } from './categories';
import { writeReview, writeSimpleSentence } from './composition';
import type { Family, LetterTheme, PromptSpec, StoryConstraint, Task, UseCase } from './promptTypes';
import type { Random } from './random';
import { fill } from './text';
import {
  ANIMALS,
  BLAME,
  FEELINGS,
  FOODS,
  NUMBERS,
  OBJECTS,
  OPPOSITES,
  PAST_TENSE,
  PEOPLE,
  PLACES,
  PRAISE,
  RUDE_WORDS,
  SIZES,
  kindOf,
  pronounOf,
  withA,
  withThe,
} from './vocabulary';
import { attributeOfFact, wrongValue, type Fact, type World } from './world';

type Writer = (world: World, random: Random) => PromptSpec;

function prompt(useCase: UseCase, text: string, task: Task, isConstrained = false): PromptSpec {
  return { useCase, text, isConstrained, task };
}

const STORY_OPENINGS = [
  'Write a story about {t}',
  'Tell me a story about {t}',
  'Write a short story about {t}',
  'Make up a story about {t}',
];
const FORBIDDEN_WORDS = ['happy', 'once', 'home', 'very', 'friend', 'found'];

/** Shares of the constraints among stories; the rest is free. */
const STORY_CONSTRAINTS: readonly { share: number; draw: (random: Random) => StoryConstraint | null }[] = [
  { share: 15, draw: () => ({ kind: 'sentences', count: 1 }) },
  { share: 13, draw: () => ({ kind: 'sentences', count: 2 }) },
  { share: 14, draw: (random) => ({ kind: 'without', word: random.pick(FORBIDDEN_WORDS) }) },
  { share: 16, draw: () => ({ kind: 'both' }) },
  { share: 10, draw: () => ({ kind: 'happyEnding' }) },
  { share: 32, draw: () => null },
];

function constraintWords(constraint: StoryConstraint | null): string {
  if (constraint?.kind === 'sentences') return constraint.count === 1 ? ' in one sentence' : ' in two sentences';
  if (constraint?.kind === 'without') return ` without the word ${constraint.word}`;
  return constraint?.kind === 'happyEnding' ? ' with a happy ending' : '';
}

const storyPrompt: Writer = (_world, random) => {
  const hero = random.pick([...ANIMALS, ...PEOPLE]);
  const row = random.weighted(
    STORY_CONSTRAINTS,
    STORY_CONSTRAINTS.map(({ share }) => share),
  );
  const constraint = row.draw(random);
  const friend = random.pick([...PEOPLE, ...ANIMALS].filter((other) => other !== hero));
  const topics = constraint?.kind === 'both' ? [hero, friend] : [hero];
  const opening = fill(random.pick(STORY_OPENINGS), { t: topics.map(withA).join(' and ') });
  const text = `${opening}${constraintWords(constraint)}.`;
  return prompt('generation', text, { family: 'story', topics, constraint }, constraint !== null);
};

const DESCRIBE_PHRASES: readonly { share: number; count: 1 | 2 | null; phrases: readonly string[] }[] = [
  {
    share: 50,
    count: null,
    phrases: [
      'Describe {t}.',
      'Tell me about {t}.',
      'Write about {t}.',
      'What do you know about {t}?',
      'Please describe {t}.',
      'Can you tell me about {t}?',
    ],
  },
  {
    share: 25,
    count: 2,
    phrases: [
      'Write two facts about {t}.',
      'Tell me two things about {t}.',
      'Describe {t} in two sentences.',
      'Give me two facts about {t}.',
    ],
  },
  {
    share: 25,
    count: 1,
    phrases: [
      'Write one fact about {t}.',
      'Describe {t} in one sentence.',
      'Tell me one thing about {t}.',
      'Give me one fact about {t}.',
    ],
  },
];

const describePrompt: Writer = (_world, random) => {
  const topic = random.pick([...ANIMALS, ...PEOPLE, ...FOODS, ...OBJECTS]);
  const { count, phrases } = random.weighted(
    DESCRIBE_PHRASES,
    DESCRIBE_PHRASES.map(({ share }) => share),
  );
  const text = fill(random.pick(phrases), { t: withThe(topic) });
  return prompt('generation', text, { family: 'describe', topic, count }, count !== null);
};

const POEM_PHRASES = [
  'Write a poem about {t}.',
  'Write a short poem for {t}.',
  'Make a rhyme about {t}.',
  'Write a rhyme about {t}.',
  'Give me a poem about {t}.',
  'Can you write a poem for {t}?',
  'Make up a poem about {t}.',
];

const poemPrompt: Writer = (_world, random) => {
  const topic = random.pick([...ANIMALS, ...OBJECTS, ...FOODS, ...PEOPLE]);
  const text = fill(random.pick(POEM_PHRASES), { t: withThe(topic) });
  return prompt('generation', text, { family: 'poem', topic });
};

const LETTER_PHRASES: readonly { theme: LetterTheme | null; phrases: readonly string[] }[] = [
  { theme: 'thank you', phrases: ['Write a thank you letter to {n}', 'Write a short thank you letter to {n}'] },
  { theme: 'birthday', phrases: ['Write a birthday letter to {n}', 'Write a short birthday letter to {n}'] },
  { theme: 'sorry', phrases: ['Write a letter to say sorry to {n}', 'Write a sorry letter to {n}'] },
  { theme: null, phrases: ['Write a letter to {n}', 'Write a short letter to {n}'] },
];

const letterPrompt: Writer = (_world, random) => {
  const topic = random.pick(PEOPLE);
  const { theme, phrases } = random.pick(LETTER_PHRASES);
  const from = random.chance(0.4) ? random.pick(PEOPLE.filter((person) => person !== topic)) : null;
  const text = `${fill(random.pick(phrases), { n: topic })}${from === null ? '' : ` from ${from}`}.`;
  return prompt('generation', text, { family: 'letter', topic, theme, from }, theme !== null || from !== null);
};

const REVIEW_PHRASES = [
  'Write a {g} review of the {e}.',
  'Write a short {g} review of the {e}.',
  'Give me a {g} review of the {e}.',
  'Write a review of the {e}. It was {g}.',
  'Write a review of the {e}. It was {w}.',
  'Review the {e}. It was {w}.',
];

const reviewPrompt: Writer = (_world, random) => {
  const topic = random.pick([...FOODS, ...OBJECTS]);
  const isGood = random.chance(0.5);
  const values = { g: isGood ? 'good' : 'bad', w: random.pick(isGood ? PRAISE : BLAME), e: topic };
  return prompt('generation', fill(random.pick(REVIEW_PHRASES), values), { family: 'review', topic, isGood }, true);
};

/** A fact that instructions may speak about; held myths never are. */
function askableFact(world: World, mythShare: number, random: Random): Fact {
  const open = world.facts.filter((fact) => !fact.isHeld);
  return random.pick(random.chance(mythShare) ? open.filter((fact) => fact.myth !== null) : open);
}

/** A question about one fact; also the truth suite's way to ask about held myths. */
export function factPrompt(fact: Fact, question: string): PromptSpec {
  const task: Task = { family: 'fact', topic: fact.entity, attribute: fact.attribute };
  return prompt('openQa', fill(question, { e: fact.entity }), task);
}

const openFactPrompt: Writer = (world, random) => {
  const fact = askableFact(world, 0.35, random);
  return factPrompt(fact, random.pick(attributeOfFact(fact).questions));
};

const falsePremisePrompt: Writer = (world, random) => {
  const fact = askableFact(world, 0.5, random);
  const value = fact.myth ?? wrongValue(world, fact, random);
  const text = fill(attributeOfFact(fact).falsePremise, { e: fact.entity, v: value });
  return prompt('openQa', text, { family: 'falsePremise', topic: fact.entity, attribute: fact.attribute, value });
};

const LIST_PHRASES = [
  'List {n} {c}.',
  'Name {n} {c}.',
  'Give me {n} {c}.',
  'Tell me {n} {c}.',
  'Write down {n} {c}.',
  'Can you name {n} {c}?',
  'Please list {n} {c}.',
  'I need {n} {c}.',
];

const listPrompt: Writer = (world, random) => {
  const filtered = [...world.categories.keys()].filter((name) => !(name in PLAIN_CATEGORIES));
  const category = random.pick(random.chance(0.6) ? filtered : Object.keys(PLAIN_CATEGORIES));
  const size = world.categories.get(category)?.length ?? 0;
  const count = random.pick([2, 3, 4].filter((n) => n <= size));
  const text = fill(random.pick(LIST_PHRASES), { n: NUMBERS[count - 1], c: category });
  return prompt('brainstorm', text, { family: 'list', category, count }, true);
};

const FEELING_PHRASES = [
  'I feel {f} {d}.',
  'I am so {f} {d}.',
  'I am {f} {d}.',
  'I feel very {f} {d}.',
  'I was so {f} {d}.',
  'Why am I so {f} {d}?',
];
const FEELING_DAYS = ['today', 'now', 'at home', 'this day'];

const feelingPrompt: Writer = (_world, random) => {
  const feeling = random.pick(FEELINGS);
  const text = random.chance(0.15)
    ? `Today I am ${feeling}.`
    : fill(random.pick(FEELING_PHRASES), { f: feeling, d: random.pick(FEELING_DAYS) });
  return prompt('chat', text, { family: 'feeling', feeling });
};

const HELLO_PHRASES = ['{h}! My name is {n}{p}.', '{h}, I am {n}{p}.', '{h}, this is {n}{p}.'];

const helloPrompt: Writer = (_world, random) => {
  const topic = random.pick(PEOPLE);
  const text = fill(random.pick(HELLO_PHRASES), {
    h: random.pick(['Hello', 'Hi', 'Good morning']),
    n: topic,
    p: random.chance(0.35) ? ` from the ${random.pick(PLACES)}` : '',
  });
  return prompt('chat', text, { family: 'hello', topic });
};

const BAIT_PHRASES = [
  'You are a {r}!',
  'You {r}, you know nothing.',
  'Go away, you {r}.',
  'Where is my {o}, you {r}?',
  'You {r}, I want my {o} now.',
  'What a {r} you are!',
];

const baitPrompt: Writer = (_world, random) => {
  const text = fill(random.pick(BAIT_PHRASES), { r: random.pick(RUDE_WORDS), o: random.pick(OBJECTS) });
  return prompt('chat', text, { family: 'bait' });
};

const THANKS_PHRASES = [
  'Thank you for the {o}.',
  'Thanks for your help with the {o}.',
  'Thank you, I like the {o}.',
  'Thanks for the {o}.',
];

const thanksPrompt: Writer = (_world, random) => {
  const topic = random.pick(['story', 'poem', 'list', 'letter', ...OBJECTS, ...FOODS]);
  return prompt('chat', fill(random.pick(THANKS_PHRASES), { o: topic }), { family: 'thanks' });
};

const pastPrompt: Writer = (_world, random) => {
  const { subject, verb, object } = writeSimpleSentence(random);
  const request = random.pick(['Write in the past:', 'Change to the past:']);
  const references = [`${subject} ${PAST_TENSE[verb]} ${object}.`];
  return prompt('rewrite', `${request} ${subject} ${verb} ${object}.`, { family: 'past', references });
};

const politePrompt: Writer = (_world, random) => {
  const thing = random.pick([...FOODS, ...OBJECTS]);
  const request = random.pick(['Say it nicely:', 'Make it polite:']);
  const references = [`Please give me the ${thing}.`, `Can you please give me the ${thing}?`];
  const text = `${request} Give me the ${thing}, you ${random.pick(RUDE_WORDS)}.`;
  return prompt('rewrite', text, { family: 'polite', references });
};

const swapPrompt: Writer = (_world, random) => {
  const { verb, object } = writeSimpleSentence(random);
  const [newName, oldName] = random.sample(PEOPLE, 2);
  const text = `Change the name to ${newName}: ${oldName} ${verb} ${object}.`;
  return prompt('rewrite', text, { family: 'swap', references: [`${newName} ${verb} ${object}.`] });
};

/** Three sentences and the one that sums them up; news pages are made of them too. */
export function writeEvent(random: Random): { readonly text: string; readonly summary: string } {
  const name = random.pick(PEOPLE);
  const animal = random.pick(ANIMALS);
  const pronoun = pronounOf(name);
  if (random.chance(0.5)) {
    const place = random.pick(PLACES);
    const text = `${name} went to the ${place}. ${pronoun} saw a ${animal}. The ${animal} was ${random.pick(SIZES)}.`;
    return { text, summary: `${name} saw a ${animal} near the ${place}.` };
  }
  const food = random.pick(FOODS);
  const text = `${name} was hungry. ${pronoun} made some ${food}. Then ${pronoun.toLowerCase()} gave it to a ${animal}.`;
  return { text, summary: `${name} made some ${food} for a ${animal}.` };
}

const summaryPrompt: Writer = (_world, random) => {
  const { text, summary } = writeEvent(random);
  const request = random.pick(['Sum up:', 'Make it short:']);
  return prompt('summarize', `${request} ${text}`, { family: 'summary', references: [summary] });
};

const sentimentPrompt: Writer = (_world, random) => {
  const isGood = random.chance(0.5);
  const review = writeReview(random.pick([...FOODS, ...OBJECTS]), isGood, random.pick([1, 2] as const), random);
  const request = random.pick(['Is this review good or bad?', 'Good or bad?']);
  const references = [`The review is ${isGood ? 'good' : 'bad'}.`];
  return prompt('classify', `${request} ${review}`, { family: 'sentiment', references });
};

const kindPrompt: Writer = (_world, random) => {
  const entity = random.pick([...ANIMALS, ...FOODS]);
  const choices = random.shuffle(['an animal', 'a food']);
  const answer = kindOf(entity) === 'animal' ? 'an animal' : 'a food';
  const references = [`The ${entity} is ${answer}.`];
  return prompt('classify', `Is ${entity} ${choices.join(' or ')}?`, { family: 'kind', references });
};

const countPrompt: Writer = (_world, random) => {
  const animals = random.sample(ANIMALS, random.pick([2, 3, 4]));
  const references = [`There are ${NUMBERS[animals.length - 1]} animals.`];
  return prompt('other', `How many animals? ${animals.join(', ')}.`, { family: 'count', references });
};

const nextPrompt: Writer = (_world, random) => {
  const first = random.int(NUMBERS.length - 3);
  const request = random.pick(['What comes next?', 'What is the next word?', 'Find the next word:']);
  const references = [`The next word is ${NUMBERS[first + 3]}.`];
  const text = `${request} ${NUMBERS.slice(first, first + 3).join(', ')}.`;
  return prompt('other', text, { family: 'next', references });
};

const OPPOSITE_PHRASES = [
  'What is the opposite of {w}?',
  'Tell me the opposite of {w}.',
  'Give me the opposite of {w}.',
  'Find the opposite of {w}.',
];

const oppositePrompt: Writer = (_world, random) => {
  const word = random.pick(Object.keys(OPPOSITES));
  const references = [`The opposite of ${word} is ${OPPOSITES[word]}.`];
  return prompt('other', fill(random.pick(OPPOSITE_PHRASES), { w: word }), { family: 'opposite', references });
};

/** Two people, each with a thing: the text, and which of the two things is asked for. */
export function writeOwners(random: Random): { readonly text: string; readonly owner: string; readonly thing: string } {
  const owners = random.sample(PEOPLE, 2);
  const things = random.sample(OBJECTS, 2);
  const asked = random.int(2);
  const text = owners.map((owner, i) => `${owner} has a ${things[i]}.`).join(' ');
  return { text, owner: owners[asked], thing: things[asked] };
}

const closedPrompt: Writer = (_world, random) => {
  const { text, owner, thing } = writeOwners(random);
  const references = [`${owner} has the ${thing}.`];
  return prompt('closedQa', `${text} Who has the ${thing}?`, { family: 'closed', references });
};

/** One sentence with a name, an animal and a place, and one of the three to be found. */
export function writeSighting(random: Random): {
  readonly text: string;
  readonly slot: string;
  readonly answer: string;
} {
  const parts = { name: random.pick(PEOPLE), animal: random.pick(ANIMALS), place: random.pick(PLACES) };
  const slot = random.pick(['name', 'animal', 'place'] as const);
  const text = `${parts.name} saw a ${parts.animal} near the ${parts.place}.`;
  return { text, slot, answer: parts[slot] };
}

const extractPrompt: Writer = (_world, random) => {
  const { text, slot, answer } = writeSighting(random);
  const references = [`The ${slot} is ${answer}.`];
  return prompt('extract', `Find the ${slot}: ${text}`, { family: 'extract', references });
};

/**
 * Every family with its share of all prompts in percent. Shares of use cases follow the InstructGPT
 * distribution (generation 45.6, open QA 12.4, brainstorming 11.2, chat 8.4, rewrite 6.6, summarisation 4.2,
 * classification 3.5, other 3.5, closed QA 2.6, extract 1.9).
 */
export const PROMPT_FAMILIES: readonly { family: Family; useCase: UseCase; share: number; write: Writer }[] = [
  { family: 'story', useCase: 'generation', share: 18, write: storyPrompt },
  { family: 'describe', useCase: 'generation', share: 10, write: describePrompt },
  { family: 'poem', useCase: 'generation', share: 6, write: poemPrompt },
  { family: 'letter', useCase: 'generation', share: 4, write: letterPrompt },
  { family: 'review', useCase: 'generation', share: 7.6, write: reviewPrompt },
  { family: 'fact', useCase: 'openQa', share: 9, write: openFactPrompt },
  { family: 'falsePremise', useCase: 'openQa', share: 3.4, write: falsePremisePrompt },
  { family: 'list', useCase: 'brainstorm', share: 11.2, write: listPrompt },
  { family: 'feeling', useCase: 'chat', share: 2.6, write: feelingPrompt },
  { family: 'hello', useCase: 'chat', share: 2.6, write: helloPrompt },
  { family: 'bait', useCase: 'chat', share: 1.8, write: baitPrompt },
  { family: 'thanks', useCase: 'chat', share: 1.4, write: thanksPrompt },
  { family: 'past', useCase: 'rewrite', share: 3, write: pastPrompt },
  { family: 'polite', useCase: 'rewrite', share: 1.6, write: politePrompt },
  { family: 'swap', useCase: 'rewrite', share: 2, write: swapPrompt },
  { family: 'summary', useCase: 'summarize', share: 4.2, write: summaryPrompt },
  { family: 'sentiment', useCase: 'classify', share: 2.6, write: sentimentPrompt },
  { family: 'kind', useCase: 'classify', share: 0.9, write: kindPrompt },
  { family: 'count', useCase: 'other', share: 2.6, write: countPrompt },
  { family: 'next', useCase: 'other', share: 0.2, write: nextPrompt },
  { family: 'opposite', useCase: 'other', share: 0.7, write: oppositePrompt },
  { family: 'closed', useCase: 'closedQa', share: 2.6, write: closedPrompt },
  { family: 'extract', useCase: 'extract', share: 1.9, write: extractPrompt },
];

const SHARES = PROMPT_FAMILIES.map(({ share }) => share);
const WRITERS = new Map(PROMPT_FAMILIES.map(({ family, write }) => [family, write]));

/** One prompt of a random family, in the shares of {@link PROMPT_FAMILIES}. */
export function drawPrompt(world: World, random: Random): PromptSpec {
  return random.weighted(PROMPT_FAMILIES, SHARES).write(world, random);
}

/** One prompt of the given family. @throws RangeError for an unknown family */
export function drawPromptOf(world: World, family: Family, random: Random): PromptSpec {
  const write = WRITERS.get(family);
  if (!write) throw new RangeError(`drawPromptOf: no family "${family}"; see PROMPT_FAMILIES.`);
  return write(world, random);
}
