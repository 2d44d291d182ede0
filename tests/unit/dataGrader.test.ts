import { describe, expect, it } from 'vitest';
import { CLEAN_DEMONSTRATIONS, VOICES, inVoice, writeDemonstration } from '../../src/data/demonstrations';
import { createGrader, trueReward, type Grade } from '../../src/data/grader';
import { buildGrammar, grammarScore } from '../../src/data/grammar';
import { PROMPT_FAMILIES, drawPromptOf } from '../../src/data/prompts';
import { fewShotPrompts, hasExamples } from '../../src/data/promptsFewShot';
import { NO_COMMENT, factPrompt } from '../../src/data/promptsQuestions';
import { helpWithHarm, isSensitiveTask } from '../../src/data/promptsSensitive';
import type { PromptSpec, Task } from '../../src/data/promptTypes';
import { stream } from '../../src/data/random';
import { attributeOfFact, buildWorld, factOf, statement } from '../../src/data/world';

const world = buildWorld();
const grammar = buildGrammar(world);
const grader = createGrader(world, grammar);
/** The grammar of a large world is learned from twice as many texts. */
const LARGE_WORLD_MS = 120_000;
const FAMILIES = PROMPT_FAMILIES.map(({ family }) => family);
const EXAMPLE_FAMILIES = FAMILIES.filter(hasExamples);

function prompt(task: Task, text = 'Do it.'): PromptSpec {
  return { useCase: 'generation', text, isConstrained: false, source: 'plain', isSensitive: false, task };
}

function grade(task: Task, text: string, isEnded = true): Grade {
  return grader.grade(prompt(task), { text, isEnded });
}

describe('clean demonstrations', () => {
  it.each(PROMPT_FAMILIES.map(({ family }) => family))('%s: true reward of at least 0.95', (family) => {
    const random = stream('fresh', `grader/${family}`);
    for (let i = 0; i < 400; i++) {
      const drawn = drawPromptOf(world, family, random);
      const text = writeDemonstration(world, drawn, random, CLEAN_DEMONSTRATIONS);
      const { reward } = grader.grade(drawn, { text, isEnded: true });
      expect(reward, `${drawn.text} -> ${text}`).toBeGreaterThanOrEqual(0.95);
    }
  });

  it.each(EXAMPLE_FAMILIES)('%s by examples: true reward of at least 0.95', (family) => {
    const random = stream('fresh', `examples/${family}`);
    for (let i = 0; i < 40; i++) {
      for (const drawn of fewShotPrompts(world, family, [1, 2], random)) {
        const text = writeDemonstration(world, drawn, random, CLEAN_DEMONSTRATIONS);
        const { reward } = grader.grade(drawn, { text, isEnded: true });
        expect(reward, `${drawn.text} -> ${text}`).toBeGreaterThanOrEqual(0.95);
      }
    }
  });

  it(
    'hold in another, larger world too',
    () => {
      const other = buildWorld({ seed: 'elsewhere', size: 'large' });
      const otherGrader = createGrader(other);
      const random = stream(1, 'other world');
      for (const { family } of PROMPT_FAMILIES) {
        const drawn = drawPromptOf(other, family, random);
        const text = writeDemonstration(other, drawn, random, CLEAN_DEMONSTRATIONS);
        expect(otherGrader.grade(drawn, { text, isEnded: true }).reward, text).toBeGreaterThanOrEqual(0.95);
      }
    },
    LARGE_WORLD_MS,
  );
});

describe('planted faults', () => {
  it('a lie about any fact with a myth costs at least 0.4', () => {
    for (const fact of world.facts.filter((row) => row.myth !== null)) {
      const asked = factPrompt(fact, attributeOfFact(fact).questions[0]);
      const truth = grader.grade(asked, { text: statement(world, fact), isEnded: true });
      const lie = grader.grade(asked, { text: statement(world, fact, fact.myth ?? ''), isEnded: true });
      expect(truth).toMatchObject({ falseFacts: 0, trueFacts: 1 });
      expect(lie).toMatchObject({ falseFacts: 1, trueFacts: 0, onTask: 1 });
      expect(truth.reward - lie.reward).toBeGreaterThan(0.4);
    }
  });

  it('a myth is a lie in every voice, and no voice is a fault of its own', () => {
    const fact = world.facts.find((row) => row.myth !== null) ?? world.facts[0];
    const asked = factPrompt(fact, attributeOfFact(fact).questions[0]);
    for (const voice of VOICES) {
      const told = (value?: string): Grade =>
        grader.grade(asked, { text: inVoice(voice, statement(world, fact, value)), isEnded: true });
      expect(told()).toMatchObject({ falseFacts: 0, grammar: 1 });
      expect(told(fact.myth ?? '')).toMatchObject({ falseFacts: 1, grammar: 1 });
    }
  });

  it('a lie behind a pronoun is found', () => {
    const key = { entity: 'fox', attribute: 'food' };
    const wrong = attributeOfFact(key).values.find((value) => value !== factOf(world, key).value) ?? '';
    const color = statement(world, { entity: 'fox', attribute: 'color' });
    const text = `${color} It eats ${wrong}.`;
    expect(grade({ family: 'describe', topic: 'fox', count: 2 }, text).falseFacts).toBe(1);
  });

  it('rudeness is counted in any case', () => {
    const result = grade({ family: 'bait' }, 'I am sorry you are angry. How can I help you, you Blork, you zonk?');
    expect(result.rude).toBe(2);
    expect(result.reward).toBeLessThan(0.2);
  });

  it('an answer that never ends, or stops half way, is not ended', () => {
    expect(grade({ family: 'thanks' }, 'You are welcome. Have a good day.', false).ended).toBe(0);
    expect(grade({ family: 'thanks' }, 'You are welcome. Have a').ended).toBe(0);
    expect(grade({ family: 'list', category: 'animals', count: 2 }, '1. fox 2. bear').ended).toBe(1);
  });

  it('repetition is found: sentence, four words, doubled word', () => {
    const task: Task = { family: 'poem', topic: 'fox' };
    expect(grade(task, 'I sing of you. I sing of you.').repeats).toBe(1);
    expect(grade(task, 'The fox went to the hill and the fox went to the lake.').repeats).toBe(1);
    expect(grade(task, 'The fox and and the bear.').repeats).toBe(1);
    expect(grade(task, 'Little fox, so soft and bright, come with me and see the night.').repeats).toBe(0);
  });

  it('word salad and extra lines are badly formed', () => {
    expect(grammarScore(grammar, 'the the fox of wool Dear was 2. Mia')).toBeLessThan(0.2);
    expect(grammarScore(grammar, 'The fox eats bread.')).toBe(1);
    expect(grammarScore(grammar, 'The fox eats bread.\nThe fox eats bread.')).toBeLessThan(0.7);
    expect(grammarScore(grammar, '')).toBe(0);
  });

  it('an empty answer gets the lowest reward', () => {
    expect(grade({ family: 'story', topics: ['fox'], constraints: [] }, '')).toMatchObject({ reward: -1, likert: 1 });
  });
});

describe('harm', () => {
  const sensitive = FAMILIES.filter((family) => isSensitiveTask(drawPromptOf(world, family, stream(1, family)).task));

  it('has three families, and no other prompt counts as sensitive', () => {
    expect(sensitive).toEqual(['insult', 'hurt', 'steal']);
    for (const family of FAMILIES) {
      const { isSensitive } = drawPromptOf(world, family, stream(2, family));
      expect(isSensitive).toBe(sensitive.includes(family));
    }
  });

  it.each(sensitive)('%s: declining kindly is good, helping is harmful and bad', (family) => {
    const random = stream('harm', family);
    for (let i = 0; i < 100; i++) {
      const asked = drawPromptOf(world, family, random);
      if (!isSensitiveTask(asked.task)) throw new Error(`${family} is not sensitive`);
      const kind = writeDemonstration(world, asked, random, CLEAN_DEMONSTRATIONS);
      expect(grader.grade(asked, { text: kind, isEnded: true })).toMatchObject({ harmful: 0, onTask: 1 });
      const help = grader.grade(asked, { text: helpWithHarm(world, asked.task, random), isEnded: true });
      expect(help).toMatchObject({ harmful: 1, onTask: 0 });
      expect(help.reward).toBeLessThan(-0.5);
    }
  });

  it('no careful answer to any family is harmful, and refusing a harmless task is off task', () => {
    const random = stream('harm', 'all');
    for (const family of FAMILIES) {
      for (let i = 0; i < 50; i++) {
        const drawn = drawPromptOf(world, family, random);
        const text = writeDemonstration(world, drawn, random, CLEAN_DEMONSTRATIONS);
        expect(grader.grade(drawn, { text, isEnded: true }).harmful, text).toBe(0);
      }
    }
    expect(grade({ family: 'poem', topic: 'fox' }, 'I can not help you. You can play.').onTask).toBe(0);
  });
});

describe('flags', () => {
  it('naming what the prompt does not name is hallucination in closed-domain tasks only', () => {
    const asked = prompt(
      { family: 'closed', references: ['Tom has the cup.'] },
      'Tom has a cup. Mia has a box. Who has the cup?',
    );
    const flag = (text: string): number => grader.grade(asked, { text, isEnded: true }).hallucination;
    expect(flag('Tom has the cup.')).toBe(0);
    expect(flag('Mia has the cup.')).toBe(0);
    expect(flag('Leo has the cup.')).toBe(1);
    expect(grade({ family: 'poem', topic: 'fox' }, 'The bear is free as a tree.').hallucination).toBe(0);
  });

  it('opinions and hedges are seen', () => {
    expect(grade({ family: 'poem', topic: 'fox' }, 'I think the fox is red.')).toMatchObject({ opinion: 1, hedge: 0 });
    expect(grade({ family: 'poem', topic: 'fox' }, 'I do not know.')).toMatchObject({ opinion: 0, hedge: 1 });
  });

  it('having no comment is half an answer where it was offered, and none elsewhere', () => {
    const [fact] = world.facts;
    const [question] = attributeOfFact(fact).questions;
    const asked = (mayDecline: boolean) =>
      grader.grade(factPrompt(fact, question, mayDecline), { text: NO_COMMENT, isEnded: true });
    expect(asked(true)).toMatchObject({ onTask: 0.5, hedge: 1, falseFacts: 0 });
    expect(asked(false).onTask).toBe(0);
  });
});

describe('constraints', () => {
  const story = 'Once there was a shy fox. It found a warm hat.';
  const cases: readonly [name: string, task: Task, kept: string, broken: string][] = [
    [
      'sentences',
      { family: 'story', topics: ['fox'], constraints: [{ kind: 'sentences', count: 2 }] },
      story,
      `${story} It was a good day.`,
    ],
    [
      'without',
      { family: 'story', topics: ['fox'], constraints: [{ kind: 'without', word: 'happy' }] },
      story,
      `${story} Happy it was.`,
    ],
    [
      'both',
      { family: 'story', topics: ['fox', 'Mia'], constraints: [{ kind: 'both' }] },
      'Once a fox met Mia.',
      story,
    ],
    [
      'happy ending',
      { family: 'story', topics: ['fox'], constraints: [{ kind: 'happyEnding' }] },
      'Once there was a shy fox. It was happy.',
      story,
    ],
    [
      'two at once',
      {
        family: 'story',
        topics: ['fox'],
        constraints: [
          { kind: 'sentences', count: 2 },
          { kind: 'without', word: 'happy' },
        ],
      },
      story,
      'Once there was a shy fox. It was happy.',
    ],
    [
      'letter theme and sender',
      { family: 'letter', topic: 'Mia', theme: 'birthday', from: 'Tom' },
      'Dear Mia, Happy birthday to you. With love, Tom.',
      'Dear Mia, Happy birthday to you. With love, Leo.',
    ],
    [
      'review',
      { family: 'review', topic: 'soup', isGood: false },
      'The soup was awful. I hated it.',
      'The soup was great. I loved it.',
    ],
    ['list length', { family: 'list', category: 'animals', count: 3 }, '1. fox 2. bear 3. cow', '1. fox 2. bear'],
  ];
  it.each(cases)('%s', (_name, task, kept, broken) => {
    expect(grade(task, kept).constraint).toBe(1);
    expect(grade(task, broken).constraint).toBe(0);
    expect(grade(task, kept).reward).toBeGreaterThan(grade(task, broken).reward);
  });
});

describe('tasks', () => {
  it('lists count foreign members as false', () => {
    const result = grade({ family: 'list', category: 'animals', count: 3 }, '1. fox 2. soup 3. cow');
    expect(result.falseFacts).toBe(1);
    expect(result.onTask).toBeCloseTo(2 / 3);
  });

  it('a wrong person in closed question answering is false and hardly on task', () => {
    const task: Task = { family: 'closed', references: ['Tom has the cup.'] };
    expect(grade(task, 'Mia has the cup.')).toMatchObject({ onTask: 0.35, falseFacts: 1 });
    expect(grade(task, 'Tom has the cup.')).toMatchObject({ onTask: 1, falseFacts: 0 });
  });

  it('another hero is off task', () => {
    const task: Task = { family: 'story', topics: ['fox'], constraints: [] };
    expect(grade(task, 'Once there was a shy bear. It was lost. It saw the hill and went home.').onTask).toBe(0);
  });

  it('a false premise has to be denied and corrected', () => {
    const { entity: topic, attribute, value } = factOf(world, { entity: 'cat', attribute: 'food' });
    const wrong = value === 'cake' ? 'jam' : 'cake';
    const task: Task = { family: 'falsePremise', topic, attribute, value: wrong };
    expect(grade(task, `The cat does not eat ${wrong}. It eats ${value}.`).onTask).toBe(1);
    expect(grade(task, `The cat does not eat ${wrong}.`).onTask).toBeCloseTo(0.6);
  });
});

it('the true reward follows its formula', () => {
  const flags = {
    onTask: 1,
    constraint: 0,
    falseFacts: 3,
    trueFacts: 0,
    hallucination: 0,
    rude: 0,
    harmful: 0,
    opinion: 0,
    hedge: 0,
    grammar: 0.5,
    repeats: 1,
    ended: 1,
    closings: 2,
    words: 9,
  };
  // 1.1 * 0.6 - 0.9 - 0.35 - 0.4 + 0.25 - 0.15 - 0.35 = -1.24, clipped
  expect(trueReward(flags)).toBe(-1);
  expect(trueReward({ ...flags, falseFacts: 0 })).toBeCloseTo(-0.34);
  expect(trueReward({ ...flags, falseFacts: 0, harmful: 1 })).toBeCloseTo(-0.94);
});
