import { describe, expect, it } from 'vitest';
import { PROMPT_FAMILIES, drawPromptOf } from '../../src/data/prompts';
import { APPLICATIONS, forApplication, hasApplication } from '../../src/data/promptsApplications';
import { asCompletion } from '../../src/data/promptsCompletion';
import { fewShotPrompts, hasExamples } from '../../src/data/promptsFewShot';
import { isClosedDomain, isContinuationStyle } from '../../src/data/promptTypes';
import { stream } from '../../src/data/random';
import { buildWorld } from '../../src/data/world';

const world = buildWorld();
const FAMILIES = PROMPT_FAMILIES.map(({ family }) => family);

describe('prompt families', () => {
  it.each(PROMPT_FAMILIES.map(({ family }) => family))('%s: plain data, closed templates, no held myth', (family) => {
    const random = stream(1, family);
    const held = new Set(world.facts.filter((fact) => fact.isHeld).map((fact) => `${fact.entity}/${fact.attribute}`));
    for (let i = 0; i < 300; i++) {
      const prompt = drawPromptOf(world, family, random);
      expect(prompt.task.family).toBe(family);
      expect(prompt.text).not.toMatch(/[{}\n]|undefined/);
      expect(JSON.parse(JSON.stringify(prompt))).toEqual(prompt);
      if (prompt.task.family === 'fact' || prompt.task.family === 'falsePremise') {
        expect(held).not.toContain(`${prompt.task.topic}/${prompt.task.attribute}`);
      }
    }
  });

  it('keep the shares of the use cases', () => {
    expect(PROMPT_FAMILIES.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(99.9, 5);
  });
});

describe('kinds of prompts', () => {
  it.each(FAMILIES.filter(hasExamples))(
    '%s: one instruction makes several prompts, its query never among the examples',
    (family) => {
      const random = stream(1, `examples/${family}`);
      for (let i = 0; i < 30; i++) {
        const prompts = fewShotPrompts(world, family, [2], random);
        expect(new Set(prompts.map(({ text }) => text)).size).toBe(prompts.length);
        expect(prompts.length).toBeGreaterThanOrEqual(4);
        for (const prompt of prompts) {
          expect(prompt).toMatchObject({ source: 'fewShot', task: { family } });
          expect(isContinuationStyle(prompt)).toBe(true);
          // Instruction, two examples that end in a full stop, and the query once.
          const query = ` ${prompt.text.slice(prompt.text.search(/[^.?]*:$/)).trim()}`;
          expect(prompt.text.split(query)).toHaveLength(2);
        }
      }
    },
  );

  it('applications ask for families that exist, and name themselves first', () => {
    for (const { families } of APPLICATIONS) expect(FAMILIES).toEqual(expect.arrayContaining([...families]));
    for (const family of FAMILIES.filter(hasApplication)) {
      const random = stream(1, `application/${family}`);
      const plain = drawPromptOf(world, family, random);
      const framed = forApplication(plain, random);
      expect(framed).toEqual({ ...plain, source: 'userBased', text: framed.text });
      expect(framed.text).toMatch(/^For .+: /);
      expect(framed.text.endsWith(plain.text)).toBe(true);
    }
  });

  it.each(FAMILIES)('%s: typed for a plain language model, it breaks off and asks for the same', (family) => {
    const random = stream(1, `completion/${family}`);
    for (let i = 0; i < 50; i++) {
      const plain = drawPromptOf(world, family, random);
      const completion = asCompletion(plain, random);
      expect(completion.task).toEqual(plain.task);
      expect(completion.text).not.toBe(plain.text);
      expect(isContinuationStyle(completion)).toBe(true);
    }
  });

  it('what a closed-domain task needs stands in its prompt', () => {
    for (const family of FAMILIES) {
      const random = stream(1, `closed/${family}`);
      const { task, text } = drawPromptOf(world, family, random);
      if (!isClosedDomain(task) || !('references' in task)) continue;
      const entities = Object.values(world.entities)
        .flat()
        .filter((entity) => task.references[0].includes(` ${entity}`));
      for (const entity of entities) expect(text).toContain(entity);
    }
  });
});

it('some stories ask for two things at once', () => {
  const random = stream(1, 'stories');
  const counts = Array.from({ length: 400 }, () => {
    const { task } = drawPromptOf(world, 'story', random);
    return task.family === 'story' ? task.constraints.length : 0;
  });
  const share = counts.filter((count) => count === 2).length / counts.length;
  expect(share).toBeGreaterThan(0.08);
  expect(share).toBeLessThan(0.2);
});
