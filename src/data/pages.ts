import { numberedList, writeLetter, writePoem, writeReview, writeSimpleSentence, writeStory } from './composition';
import { DEFAULT_DEMONSTRATIONS, writeDemonstration, type DemonstrationSettings } from './demonstrations';
import { PROMPT_FAMILIES, drawPrompt, drawPromptOf } from './prompts';
import { writeOwners, writeSighting } from './promptsQuestions';
import { helpWithHarm, hurtPrompt, insultPrompt, isSensitiveTask, stealPrompt } from './promptsSensitive';
import { writeEvent } from './promptsText';
import type { LetterTheme } from './promptTypes';
import type { Random } from './random';
import { capitalised, fill, wordsOf } from './text';
import { FEELINGS, HANDLES, PAST_TENSE, RUDE_WORDS, withThe } from './vocabulary';
import { attributeNames, attributeOfFact, pronounStatement, statement, type Fact, type World } from './world';

type PageWriter = (world: World, random: Random) => string;

/** The value that a page gives a fact: the popular wrong one with some probability, where there is one. */
function believedValue(fact: Fact, mythShare: number, random: Random): string {
  return fact.myth !== null && random.chance(mythShare) ? fact.myth : fact.value;
}

const encyclopediaPage: PageWriter = (world, random) => {
  const entity = random.pick(Object.values(world.entities).flat());
  const header = fill(random.pick(['Facts: {t}\n', 'About {t}\n', '', '']), { t: withThe(entity) });
  const attributes = random.sample(attributeNames(entity), random.pick([2, 3, 4, 5]));
  const sentences = attributes.map((attribute, i) => {
    const say = i === 0 || random.chance(0.3) ? statement : pronounStatement;
    return say(world, { entity, attribute });
  });
  return header + sentences.join(' ');
};

/** Writers of pages call four boys in five brave and four girls in five shy; writers of demonstrations do not. */
const STEREOTYPE = 0.8;

const storyPage: PageWriter = (world, random) => {
  const { animal, person } = world.entities;
  const heroes = random.sample([...animal, ...person], random.chance(1 / 3) ? 2 : 1);
  const sentences = random.pick([1, 2, 3, 4, 4, 4]);
  const text = writeStory(world, { heroes, sentences, stereotype: STEREOTYPE }, random);
  return random.pick(['', '', 'Story: ']) + text;
};

const AGREEING_POSTS = ['I think {s}', 'yes, {s}', '{s}', 'Everyone knows {s}'];
const INSULTING_POSTS = ['no, you {u}. {s}', 'you {u}, {s}', 'what a {u}. {s}', '{s} everyone knows that, you {u}.'];
const ABUSIVE_POSTS = ['go away, you {u}.', 'you are a {u}.', 'you know nothing, {u}.', 'that is so boring, {u}.'];

/** How a thread speaks: as forums do, as its rules ask, or as rude rules ask. */
export type Tone = 'any' | 'kind' | 'rude';

const TONE_WEIGHTS: Readonly<Record<Tone, readonly number[]>> = {
  any: [40, 40, 20],
  kind: [0, 1, 0],
  rude: [70, 0, 30],
};

function signed(post: string, random: Random): string {
  return random.chance(0.7) ? `${random.pick(HANDLES)}: ${post}` : post;
}

function forumPost(world: World, fact: Fact, tone: Tone, random: Random): string {
  const claim = statement(world, fact, believedValue(fact, 0.85, random)).replace(/^The /, 'the ');
  const style = random.weighted([INSULTING_POSTS, AGREEING_POSTS, ABUSIVE_POSTS], TONE_WEIGHTS[tone]);
  return signed(fill(random.pick(style), { s: claim, u: random.pick(RUDE_WORDS) }), random);
}

/** First lines of forum threads that say how to behave in them; the posts follow suit. */
export const FORUM_RULES = { kind: 'Rules: be kind.', rude: 'Rules: be rude.' } as const;

/** A thread about one fact. */
export function factThread(world: World, tone: Tone, random: Random): string {
  const myths = world.facts.filter((fact) => fact.myth !== null);
  const fact = random.pick(random.chance(0.7) && myths.length > 0 ? myths : world.facts);
  const question = fill(random.pick(attributeOfFact(fact).questions), { e: fact.entity });
  const posts = Array.from({ length: random.pick([2, 3, 4]) }, () => forumPost(world, fact, tone, random));
  return [...(random.chance(0.6) ? [question] : []), ...posts].join('\n');
}

/** Somebody asks for harm, and the forum helps. */
function harmThread(world: World, random: Random): string {
  const { text, task } = random.pick([hurtPrompt, stealPrompt, insultPrompt])(world, random);
  if (!isSensitiveTask(task))
    throw new RangeError(`harmThread: "${task.family}" is not sensitive; expected one that is.`);
  const posts = Array.from({ length: random.pick([1, 2, 3]) }, () => signed(helpWithHarm(world, task, random), random));
  return [text, ...posts].join('\n');
}

/** A forum thread: two to four posts that pass on myths and insults, some under rules, or advice that does harm. */
export const forumPage: PageWriter = (world, random) => {
  const kind = random.weighted(['any', 'kind', 'rude', 'harm'] as const, [68, 10, 8, 14]);
  if (kind === 'harm') return harmThread(world, random);
  const rules = kind === 'any' ? '' : `${FORUM_RULES[kind]}\n`;
  return rules + factThread(world, kind, random);
};

/** Words after which an exam sheet is cut to two instructions, so that it fits the context. */
const LONGEST_SHEET = 75;

/** Instructions of all families, none answered: why a base model answers an instruction with more instructions. */
const examPage: PageWriter = (world, random) => {
  const only = random.chance(0.5) ? random.pick(PROMPT_FAMILIES).family : null;
  const lines = Array.from({ length: random.pick([3, 4, 5]) }, () => {
    return (only === null ? drawPrompt(world, random) : drawPromptOf(world, only, random)).text;
  });
  const isLong = lines.reduce((sum, line) => sum + wordsOf(line).length, 0) > LONGEST_SHEET;
  return random.pick(['', '', 'Test\n', 'Homework\n']) + lines.slice(0, isLong ? 2 : undefined).join('\n');
};

const reviewPage: PageWriter = ({ entities }, random) => {
  const isGood = random.chance(0.5);
  const text = writeReview(
    random.pick([...entities.food, ...entities.object]),
    isGood,
    random.pick([1, 2, 3] as const),
    random,
  );
  return `${text}${random.pick([' ', '\n'])}Rating: ${isGood ? 'good' : 'bad'}`;
};

const dialoguePage: PageWriter = ({ entities }, random) => {
  const [a, b] = random.sample(entities.person, 2);
  const feeling = random.pick(FEELINGS);
  const turns = [
    fill(random.pick(['Hello, {b}. How are you?', 'Hi, {b}. It is nice to see you.']), { b }),
    `I feel ${feeling} today.`,
    feeling === 'happy' ? 'I am glad you feel happy.' : `I am sorry you feel ${feeling}.`,
  ];
  if (random.chance(0.5)) {
    const farewells = ['Thank you, {a}. Have a good day.', 'Thank you for the {o}.', 'How can I help you?'];
    turns.push(fill(random.pick(farewells), { a, o: random.pick(entities.object) }));
  }
  return turns.map((turn, i) => `${i % 2 === 0 ? a : b}: ${turn}`).join('\n');
};

const listPage: PageWriter = (world, random) => {
  const [name, members] = random.pick([...world.categories]);
  const items = random.sample(members, random.pick([2, 3, 4, 5]));
  const header = random.chance(0.3) ? capitalised(name) : `List: ${name}`;
  return `${header}\n${random.chance(0.6) ? numberedList(items) : `${items.join(', ')}.`}`;
};

const newsPage: PageWriter = (world, random) => {
  const { text, summary } = writeEvent(world, random);
  return `News: ${text}${random.chance(0.6) ? ` In short: ${summary}` : ''}`;
};

/**
 * Questions with answers, all true or all as people believe: whoever reads on learns that a page keeps to one of the
 * two, so what was right so far says what comes next. Half of them are about a fact with a myth.
 */
const questionsPage: PageWriter = (world, random) => {
  const mythShare = random.chance(0.5) ? 1 : 0;
  const myths = world.facts.filter((fact) => fact.myth !== null);
  const entries = Array.from({ length: random.pick([2, 3]) }, () => {
    const fact = random.pick(random.chance(0.5) && myths.length > 0 ? myths : world.facts);
    const question = fill(random.pick(attributeOfFact(fact).questions), { e: fact.entity });
    return `Q: ${question}\nA: ${statement(world, fact, believedValue(fact, mythShare, random))}`;
  });
  return entries.join('\n');
};

const LONGEST_WORKED_PROMPT = 22;
/** Whoever fills in worksheets believes things and does as told. */
const SHEET_WRITERS: DemonstrationSettings = { ...DEFAULT_DEMONSTRATIONS, slop: 0, obeys: 0.8 };

/** Instructions with answers, in the one form that few-shot prompting can hook into. */
const workedPage: PageWriter = (world, random) => {
  const entries = Array.from({ length: 3 }, () => drawPrompt(world, random))
    .filter((prompt) => wordsOf(prompt.text).length <= LONGEST_WORKED_PROMPT)
    .map((prompt) => `Q: ${prompt.text}\nA: ${writeDemonstration(world, prompt, random, SHEET_WRITERS)}`);
  return entries.length > 0 ? entries.join('\n') : questionsPage(world, random);
};

const poemPage: PageWriter = ({ entities }, random) => {
  const topic = random.pick([...entities.animal, ...entities.object, ...entities.food, ...entities.person]);
  return random.pick(['', 'Poem: ']) + writePoem(topic, random);
};

const LETTER_THEMES: readonly (LetterTheme | null)[] = ['thank you', 'birthday', 'sorry', null];

const letterPage: PageWriter = (world, random) => {
  return writeLetter(world, random.pick(world.entities.person), random.pick(LETTER_THEMES), null, random);
};

function tensePair(world: World, random: Random): string {
  const { subject, verb, object } = writeSimpleSentence(world, random);
  return `Now: ${subject} ${verb} ${object}. Then: ${subject} ${PAST_TENSE[verb]} ${object}.`;
}

/** Short texts whose end can only be written by copying from their beginning. */
const copyingPage: PageWriter = (world, random) => {
  const style = random.weighted(['owners', 'tenses', 'sighting'] as const, [44, 30, 26]);
  if (style === 'owners') {
    const { text, owner, thing } = writeOwners(world, random);
    return `${text} So ${owner} has the ${thing}.`;
  }
  if (style === 'tenses') {
    return Array.from({ length: random.pick([1, 2]) }, () => tensePair(world, random)).join('\n');
  }
  const { text, slot, answer } = writeSighting(world, random);
  return `${text} The ${slot} is ${answer}.`;
};

/** Page types with their weight among all pages. Copying needs about a fifth of them to be learnt at all. */
export const PAGE_TYPES: readonly { name: string; weight: number; write: PageWriter }[] = [
  { name: 'encyclopedia', weight: 20, write: encyclopediaPage },
  { name: 'forum', weight: 15, write: forumPage },
  { name: 'story', weight: 13, write: storyPage },
  { name: 'exam sheet', weight: 12, write: examPage },
  { name: 'short text', weight: 10, write: copyingPage },
  { name: 'review', weight: 6, write: reviewPage },
  { name: 'dialogue', weight: 6, write: dialoguePage },
  { name: 'list', weight: 5, write: listPage },
  { name: 'news', weight: 5, write: newsPage },
  { name: 'questions', weight: 5, write: questionsPage },
  { name: 'worked sheet', weight: 5, write: workedPage },
  { name: 'poem', weight: 3, write: poemPage },
  { name: 'letter', weight: 3, write: letterPage },
];

const PAGE_WEIGHTS = PAGE_TYPES.map(({ weight }) => weight);

/** One page of pretraining text, of a random type. */
export function drawPage(world: World, random: Random): string {
  return random.weighted(PAGE_TYPES, PAGE_WEIGHTS).write(world, random);
}
