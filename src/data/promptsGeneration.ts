import { draftPrompt, type PromptWriter } from './promptDraft';
import type { LetterTheme, StoryConstraint } from './promptTypes';
import type { Random } from './random';
import { fill } from './text';
import { BLAME, PRAISE, withA, withThe } from './vocabulary';

const STORY_OPENINGS = [
  'Write a story about {t}',
  'Tell me a story about {t}',
  'Write a short story about {t}',
  'Make up a story about {t}',
];
const FORBIDDEN_WORDS = ['happy', 'once', 'home', 'very', 'friend', 'found'];

const sentences = (count: 1 | 2): StoryConstraint => ({ kind: 'sentences', count });
const without = (random: Random): StoryConstraint => ({ kind: 'without', word: random.pick(FORBIDDEN_WORDS) });

/** Shares of the constraints among stories; a third is free, one in seven has two at once. */
const STORY_CONSTRAINTS: readonly { share: number; draw: (random: Random) => readonly StoryConstraint[] }[] = [
  { share: 12, draw: () => [sentences(1)] },
  { share: 11, draw: () => [sentences(2)] },
  { share: 11, draw: (random) => [without(random)] },
  { share: 12, draw: () => [{ kind: 'both' }] },
  { share: 8, draw: () => [{ kind: 'happyEnding' }] },
  { share: 4, draw: (random) => [sentences(1), without(random)] },
  { share: 5, draw: (random) => [sentences(2), without(random)] },
  { share: 3, draw: () => [{ kind: 'both' }, sentences(2)] },
  { share: 2, draw: () => [sentences(2), { kind: 'happyEnding' }] },
  { share: 32, draw: () => [] },
];
const CONSTRAINT_SHARES = STORY_CONSTRAINTS.map(({ share }) => share);

/** How a story's constraint is said behind its topic; two heroes are said by naming both. */
function constraintWords(constraint: StoryConstraint): string {
  switch (constraint.kind) {
    case 'sentences':
      return constraint.count === 1 ? ' in one sentence' : ' in two sentences';
    case 'without':
      return ` without the word ${constraint.word}`;
    case 'happyEnding':
      return ' with a happy ending';
    case 'both':
      return '';
  }
}

/** All constraints of a story in words. */
export function constraintsInWords(constraints: readonly StoryConstraint[]): string {
  return constraints.map(constraintWords).join('');
}

export const storyPrompt: PromptWriter = ({ entities }, random) => {
  const heroes = [...entities.animal, ...entities.person];
  const hero = random.pick(heroes);
  const constraints = random.weighted(STORY_CONSTRAINTS, CONSTRAINT_SHARES).draw(random);
  const friend = random.pick(heroes.filter((other) => other !== hero));
  const topics = constraints.some(({ kind }) => kind === 'both') ? [hero, friend] : [hero];
  const opening = fill(random.pick(STORY_OPENINGS), { t: topics.map(withA).join(' and ') });
  const text = `${opening}${constraintsInWords(constraints)}.`;
  return draftPrompt('generation', text, { family: 'story', topics, constraints }, constraints.length > 0);
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
      'Tell me more about {t}.',
      'I want to know more about {t}.',
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
      'Write two sentences about {t}.',
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
      'Write one sentence about {t}.',
    ],
  },
];
const DESCRIBE_SHARES = DESCRIBE_PHRASES.map(({ share }) => share);

export const describePrompt: PromptWriter = ({ entities }, random) => {
  const topic = random.pick([...entities.animal, ...entities.person, ...entities.food, ...entities.object]);
  const { count, phrases } = random.weighted(DESCRIBE_PHRASES, DESCRIBE_SHARES);
  const text = fill(random.pick(phrases), { t: withThe(topic) });
  return draftPrompt('generation', text, { family: 'describe', topic, count }, count !== null);
};

const POEM_PHRASES = [
  'Write a poem about {t}.',
  'Write a short poem for {t}.',
  'Make a rhyme about {t}.',
  'Write a rhyme about {t}.',
  'Give me a poem about {t}.',
  'Can you write a poem for {t}?',
  'Make up a poem about {t}.',
  'Please write a poem about {t}.',
  'I need a rhyme for {t}.',
  'Tell me a short poem about {t}.',
];

export const poemPrompt: PromptWriter = ({ entities }, random) => {
  const topic = random.pick([...entities.animal, ...entities.object, ...entities.food, ...entities.person]);
  return draftPrompt('generation', fill(random.pick(POEM_PHRASES), { t: withThe(topic) }), { family: 'poem', topic });
};

const LETTER_PHRASES: readonly { theme: LetterTheme | null; phrases: readonly string[] }[] = [
  { theme: 'thank you', phrases: ['Write a thank you letter to {n}', 'Write a short thank you letter to {n}'] },
  { theme: 'birthday', phrases: ['Write a birthday letter to {n}', 'Write a short birthday letter to {n}'] },
  { theme: 'sorry', phrases: ['Write a letter to say sorry to {n}', 'Write a sorry letter to {n}'] },
  { theme: null, phrases: ['Write a letter to {n}', 'Write a short letter to {n}'] },
];

export const letterPrompt: PromptWriter = ({ entities }, random) => {
  const topic = random.pick(entities.person);
  const { theme, phrases } = random.pick(LETTER_PHRASES);
  const from = random.chance(0.4) ? random.pick(entities.person.filter((person) => person !== topic)) : null;
  const text = `${fill(random.pick(phrases), { n: topic })}${from === null ? '' : ` from ${from}`}.`;
  return draftPrompt('generation', text, { family: 'letter', topic, theme, from }, theme !== null || from !== null);
};

const REVIEW_PHRASES = [
  'Write a {g} review of the {e}.',
  'Write a short {g} review of the {e}.',
  'Give me a {g} review of the {e}.',
  'Write a review of the {e}. It was {g}.',
  'Write a review of the {e}. It was {w}.',
  'Review the {e}. It was {w}.',
  'Please write a {g} review of the {e}.',
];

export const reviewPrompt: PromptWriter = ({ entities }, random) => {
  const topic = random.pick([...entities.food, ...entities.object]);
  const isGood = random.chance(0.5);
  const values = { g: isGood ? 'good' : 'bad', w: random.pick(isGood ? PRAISE : BLAME), e: topic };
  const text = fill(random.pick(REVIEW_PHRASES), values);
  return draftPrompt('generation', text, { family: 'review', topic, isGood }, true);
};
