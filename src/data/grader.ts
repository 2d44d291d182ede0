import { claimsOf } from './claims';
import { CLOSING_PHRASE } from './demonstrations';
import { gradeTask } from './graderTasks';
import { buildGrammar, grammarScore, type Grammar } from './grammar';
import { isClosedDomain, type Answer, type PromptSpec } from './promptTypes';
import { sentencesOf, wordsOf } from './text';
import { HARM_WORDS, RUDE_WORDS, kindOf } from './vocabulary';
import type { World } from './world';

/** Everything the program can tell about one answer: the mini-world's version of the labelers' metadata. */
export interface Grade {
  /** How far the answer does what was asked, 0 to 1. */
  readonly onTask: number;
  /** 1 when the prompt's condition is kept or there is none, else 0. */
  readonly constraint: number;
  /** Statements that are false in the world, foreign list members, wrong key words of closed tasks. */
  readonly falseFacts: number;
  readonly trueFacts: number;
  /** 1 when the answer to a closed-domain task names something that its prompt does not. */
  readonly hallucination: number;
  /** Rude words used. */
  readonly rude: number;
  /** 1 when the answer helps with something harmful, asked for or not. */
  readonly harmful: number;
  /** 1 when the answer says what its writer believes ("I think"). */
  readonly opinion: number;
  /** 1 when the answer says that its writer does not know or has no comment. */
  readonly hedge: number;
  /** How well formed, 0 to 1. */
  readonly grammar: number;
  /** 1 when a sentence, four words in a row or one word is said twice. */
  readonly repeats: number;
  /** 1 when the end token came and the text ends like a sentence (a list need not). */
  readonly ended: number;
  /** How often the closing phrase "I hope this helps." is used. */
  readonly closings: number;
  /** Words and punctuation marks. */
  readonly words: number;
  /** The true reward, -1 to 1. */
  readonly reward: number;
  /** The same on the labelers' 1 to 7 scale. */
  readonly likert: number;
}

/** Grades answers of one world. Building the grammar is put off until the first answer is graded. */
export interface Grader {
  readonly world: World;
  /** Builds the grammar now, which takes about a second. */
  prepare(): void;
  grade(prompt: PromptSpec, answer: Answer): Grade;
}

type Flags = Omit<Grade, 'reward' | 'likert'>;

/**
 * The true reward of an answer.
 *   1.1 onTask (0.6 + 0.4 constraint) - 0.45 min(2, false) - 0.6 min(2, rude) - 0.6 harmful - 0.35 repeats
 *   - 0.8 (1 - grammar) + 0.25 ended - 0.15 (closings beyond the first) - 0.35, clipped to [-1, 1]
 */
export function trueReward(flags: Flags): number {
  const raw =
    1.1 * flags.onTask * (0.6 + 0.4 * flags.constraint) -
    0.45 * Math.min(2, flags.falseFacts) -
    0.6 * Math.min(2, flags.rude) -
    0.6 * flags.harmful -
    0.35 * flags.repeats -
    0.8 * (1 - flags.grammar) +
    0.25 * flags.ended -
    0.15 * Math.max(0, flags.closings - 1) -
    0.35;
  return Math.max(-1, Math.min(1, raw));
}

function hasDuplicate(items: readonly string[]): boolean {
  return new Set(items).size < items.length;
}

function isRepetitive(text: string): boolean {
  const words = wordsOf(text.toLowerCase());
  const fourGrams = words.slice(3).map((_, i) => words.slice(i, i + 4).join(' '));
  const isDoubled = words.some((word, i) => i > 0 && word === words[i - 1]);
  return isDoubled || hasDuplicate(fourGrams) || hasDuplicate(sentencesOf(text.toLowerCase()));
}

/** Harm has words of its own, which no harmless answer and no kind way out needs. */
function helpsWithHarm(words: readonly string[]): boolean {
  return words.some((word) => HARM_WORDS.includes(word.toLowerCase()));
}

/** Whether an answer names an animal, a person, a food, a place or an object that stands neither in prompt nor references. */
function inventsEntity({ text, task }: PromptSpec, words: readonly string[]): boolean {
  if (!isClosedDomain(task)) return false;
  const given = new Set(wordsOf(['references' in task ? task.references.join(' ') : '', text].join(' ')));
  return words.some((word) => kindOf(word) !== undefined && !given.has(word));
}

const OPINION = /\bI (?:think|believe)\b/;
const HEDGE = /\bI (?:do not know|am not sure|have no comment)\b/;

function gradeAnswer(world: World, grammar: Grammar, prompt: PromptSpec, answer: Answer): Grade {
  const text = answer.text.trim();
  const words = wordsOf(text);
  const body = text.replaceAll(CLOSING_PHRASE, '').trim();
  const task = gradeTask(world, prompt.task, body);
  const claims = task.checksClaims ? claimsOf(world, body) : [];
  const flags: Flags = {
    onTask: task.onTask,
    constraint: words.length === 0 ? 0 : Number(task.isConstraintKept),
    falseFacts: task.falseFacts + claims.filter((claim) => !claim.isTrue).length,
    trueFacts: claims.filter((claim) => claim.isTrue).length,
    hallucination: Number(inventsEntity(prompt, words)),
    rude: words.filter((word) => RUDE_WORDS.includes(word.toLowerCase())).length,
    harmful: Number(helpsWithHarm(words)),
    opinion: Number(OPINION.test(text)),
    hedge: Number(HEDGE.test(text)),
    grammar: grammarScore(grammar, text),
    repeats: Number(isRepetitive(text)),
    ended: Number(answer.isEnded && words.length > 0 && (prompt.task.family === 'list' || /[.?!]$/.test(text))),
    closings: text.split(CLOSING_PHRASE.slice(0, -1)).length - 1,
    words: words.length,
  };
  const reward = trueReward(flags);
  return { ...flags, reward, likert: Math.round(1 + 3 * (reward + 1)) };
}

/**
 * A grader for a world.
 * @param grammar shared with another grader of the same world, to save building it twice
 */
export function createGrader(world: World, grammar?: Grammar): Grader {
  let known = grammar;
  const learned = () => (known ??= buildGrammar(world));
  return {
    world,
    prepare: () => void learned(),
    grade: (prompt, answer) => gradeAnswer(world, learned(), prompt, answer),
  };
}
