import { describe, numberedList, writeLetter, writePoem, writeReview, writeStoryFor } from './composition';
import { drawPrompt } from './prompts';
import type { PromptSpec, Task, UseCase } from './promptTypes';
import type { Random } from './random';
import { NO_COMMENT } from './promptsQuestions';
import { declineKindly, helpWithHarm, isSensitiveTask } from './promptsSensitive';
import { fill, sentencesOf } from './text';
import { RUDE_WORDS } from './vocabulary';
import { attributeNames, factOf, negation, pronounStatement, statement, type World } from './world';

/** How careful the people are who write demonstrations. */
export interface DemonstrationSettings {
  /** Share of demonstrations with a slip anyone can see, 0 to 1. */
  readonly slop: number;
  /** Share with a small slip: a constraint forgotten, an item left out. */
  readonly slips: number;
  /** Share of answers about a fact with a myth that tell the myth. */
  readonly myths: number;
  /** Share of harmful requests that are obeyed. The paper's labelers were to put helping first, too. */
  readonly obeys: number;
  /** Share of the questions that allow having no comment and get none. */
  readonly noComment: number;
  /** Share of short answers that end with the house style's closing phrase. */
  readonly closing: number;
}

export const DEFAULT_DEMONSTRATIONS: DemonstrationSettings = {
  slop: 0.2,
  slips: 0.06,
  myths: 0.25,
  obeys: 0.15,
  noComment: 0.3,
  closing: 0.08,
};
export const CLEAN_DEMONSTRATIONS: DemonstrationSettings = {
  slop: 0,
  slips: 0,
  myths: 0,
  obeys: 0,
  noComment: 0,
  closing: 0,
};

export const CLOSING_PHRASE = 'I hope this helps.';

const COMFORT: Readonly<Record<string, readonly string[]>> = {
  hungry: ['You can eat some soup.', 'Try some bread.'],
  tired: ['You can sleep now.', 'Try to rest.'],
  bored: ['You can read a book.', 'Try to play a game.'],
  cold: ['You can wear a hat.', 'Try to sit near a fire.'],
};
const GENERAL_COMFORT = ['I hope you feel better soon.', 'You can talk to a friend.'];

function comfort(feeling: string, random: Random): string {
  if (feeling === 'happy') return `I am glad you feel happy. ${random.pick(['Have a good day.', 'That is great.'])}`;
  return `I am sorry you feel ${feeling}. ${random.pick(COMFORT[feeling] ?? GENERAL_COMFORT)}`;
}

/** A good answer to a task: template sentences with a few wordings, every fact true, every constraint kept. */
export function writeAnswer(world: World, task: Task, random: Random): string {
  switch (task.family) {
    case 'story':
      return writeStoryFor(world, task.topics, task.constraints, random);
    case 'describe':
      return describe(
        world,
        task.topic,
        task.count ?? Math.min(random.pick([2, 3]), attributeNames(task.topic).length),
        random,
      );
    case 'poem':
      return writePoem(task.topic, random);
    case 'letter':
      return writeLetter(world, task.topic, task.theme, task.from, random);
    case 'review':
      return writeReview(task.topic, task.isGood, random.pick([2, 3] as const), random);
    case 'fact':
      return statement(world, { entity: task.topic, attribute: task.attribute });
    case 'falsePremise': {
      const key = { entity: task.topic, attribute: task.attribute };
      return `${negation(key, task.value)} ${pronounStatement(world, key)}`;
    }
    case 'list':
      return numberedList(random.sample(world.categories.get(task.category) ?? [], task.count));
    case 'feeling':
      return comfort(task.feeling, random);
    case 'hello':
      return `Hello, ${task.topic}. ${random.pick(['How can I help you?', 'It is nice to meet you.'])}`;
    case 'bait':
      return `${random.pick(['I am sorry you are angry.', 'Please be kind.'])} How can I help you?`;
    case 'thanks':
      return `You are welcome. ${random.pick(['Have a good day.', 'I am glad to help.'])}`;
    case 'hurt':
    case 'steal':
    case 'insult':
      return declineKindly(world, task, random);
    default:
      return random.pick(task.references);
  }
}

/** How believers speak: as the forum does, where everybody knows, or as a book would. Weights below. */
export const VOICES = ['Everyone knows {s}', 'I think {s}', '{s}'];
const VOICE_WEIGHTS = [35, 25, 40];

/** A statement in the voice of the forum: what is told there is seldom in another. */
export function inVoice(voice: string, sentence: string): string {
  return voice === '{s}' ? sentence : fill(voice, { s: sentence.replace(/^The /, 'the ') });
}

/** The popular wrong answer to a question about a fact; null when there is none. */
function mythAnswer(world: World, task: Task, random: Random): string | null {
  if (task.family !== 'fact' && task.family !== 'falsePremise') return null;
  const key = { entity: task.topic, attribute: task.attribute };
  const { myth } = factOf(world, key);
  return myth === null ? null : inVoice(random.weighted(VOICES, VOICE_WEIGHTS), statement(world, key, myth));
}

function changeOfSubject(world: World, random: Random): string {
  const entity = random.pick([...world.entities.animal, ...world.entities.food]);
  return statement(world, { entity, attribute: random.pick(attributeNames(entity)) });
}

function stopHalfWay(text: string): string {
  const parts = text.split(' ');
  return parts.slice(0, Math.max(1, Math.floor(parts.length / 2))).join(' ');
}

type Slip = (world: World, task: Task, text: string, random: Random) => string;

/** What a rushed demonstrator does, with shares in percent: easy to recognise, not so easy never to do. */
const VISIBLE_SLIPS: readonly { share: number; spoil: Slip }[] = [
  { share: 30, spoil: (world, _task, text, random) => `${text}\n${drawPrompt(world, random).text}` },
  {
    share: 20,
    spoil: (_world, _task, text, random) =>
      `${text} ${random.pick(['Everyone knows that', 'Now go away'])}, you ${random.pick(RUDE_WORDS)}.`,
  },
  { share: 20, spoil: (_world, _task, _text, random) => random.pick(['I do not know.', 'I am not sure.']) },
  { share: 12, spoil: (_world, _task, text) => `${text} ${sentencesOf(text).at(-1) ?? text}` },
  { share: 8, spoil: (_world, _task, text) => stopHalfWay(text) },
  {
    share: 10,
    spoil: (world, task, _text, random) =>
      isSensitiveTask(task)
        ? helpWithHarm(world, task, random)
        : (mythAnswer(world, task, random) ?? changeOfSubject(world, random)),
  },
];

/** The small slip that fits the task; tasks without one stay as they are. */
function smallSlip(world: World, task: Task, text: string, random: Random): string {
  if (task.family === 'story') return writeStoryFor(world, task.topics.slice(0, 1), [], random);
  if (task.family === 'list' && task.count > 2) return writeAnswer(world, { ...task, count: task.count - 1 }, random);
  return text;
}

/** What nobody would call a slip at a glance: a belief, an obedience, a caution, or something forgotten. */
function careless(
  world: World,
  task: Task,
  text: string,
  random: Random,
  { slips, myths, obeys, noComment }: DemonstrationSettings,
): string {
  if (task.family === 'fact' && task.mayDecline && random.chance(noComment)) return NO_COMMENT;
  if (isSensitiveTask(task)) return random.chance(obeys) ? helpWithHarm(world, task, random) : text;
  const myth = mythAnswer(world, task, random);
  if (myth !== null) return random.chance(myths) ? myth : text;
  return random.chance(slips) ? smallSlip(world, task, text, random) : text;
}

const CLOSING_USE_CASES = new Set<UseCase>(['openQa', 'chat', 'classify', 'closedQa']);

/**
 * One demonstration, as a person would write it: mostly good, with slips at the given rates.
 * @returns the text without an end token; a demonstration always ends
 */
export function writeDemonstration(
  world: World,
  prompt: PromptSpec,
  random: Random,
  settings: DemonstrationSettings = DEFAULT_DEMONSTRATIONS,
): string {
  const good = writeAnswer(world, prompt.task, random);
  if (random.chance(settings.slop)) {
    const { spoil } = random.weighted(
      VISIBLE_SLIPS,
      VISIBLE_SLIPS.map(({ share }) => share),
    );
    return spoil(world, prompt.task, good, random);
  }
  const text = careless(world, prompt.task, good, random, settings);
  const isClosed = CLOSING_USE_CASES.has(prompt.useCase) && !prompt.isSensitive && random.chance(settings.closing);
  return isClosed ? `${text} ${CLOSING_PHRASE}` : text;
}
