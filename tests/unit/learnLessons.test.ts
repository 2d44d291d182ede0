import { describe, expect, it } from 'vitest';
import { resolveConfig, settingRow, SETTING_KEYS } from '../../src/config/config';
import { METRIC_KEYS } from '../../src/metrics/metrics';
import { DEFAULT_CHARTS } from '../../src/ui/charts/chartSpecs';
import { controlSections } from '../../src/ui/controls/groups';
import { BREAKAGES } from '../../src/ui/learn/breakages';
import type { LearnContent } from '../../src/ui/learn/content/content';
import german from '../../src/ui/learn/content/de';
import english from '../../src/ui/learn/content/en';
import { LESSONS } from '../../src/ui/learn/lessons';
import type { Lesson, Step, StepWords } from '../../src/ui/learn/lessonTypes';
import { markOf, REGIONS, selectorOf } from '../../src/ui/learn/targets';
import { ROUTES } from '../../src/ui/state/route';

const SOURCES = import.meta.glob<string>('../../src/ui/**/*.svelte', { eager: true, query: '?raw', import: 'default' });
const page = Object.entries(SOURCES)
  .filter(([path]) => !path.includes('/learn/'))
  .map(([, source]) => source)
  .join('\n');
const steps = LESSONS.flatMap((lesson: Lesson) => lesson.steps.map((step: Step) => [lesson, step] as const));
const CONTENT: readonly (readonly [string, LearnContent])[] = [
  ['English', english],
  ['German', german],
];
const wordCount = (text: string) => text.split(/\s+/).filter((word) => word !== '').length;

describe('lessons', () => {
  it('are nine, each of 5 to 10 minutes, with steps of their own names', () => {
    expect(LESSONS).toHaveLength(9);
    for (const { id, minutes, steps: own } of LESSONS) {
      expect(minutes, id).toBeGreaterThanOrEqual(5);
      expect(minutes, id).toBeLessThanOrEqual(10);
      expect(new Set(own.map((step) => step.id)).size, id).toBe(own.length);
    }
  });

  it('come after the lessons they need', () => {
    const order = LESSONS.map(({ id }) => id);
    for (const { id, needs } of LESSONS as readonly Lesson[])
      for (const need of needs) {
        expect(order, id).toContain(need);
        expect(order.indexOf(need as (typeof order)[number]), `${id} needs ${need}`).toBeLessThan(
          order.indexOf(id as (typeof order)[number]),
        );
      }
  });

  it.each(steps)('$id: what a step waits for, somebody can do for the learner', (_, step) => {
    if (step.isDone !== undefined) expect(step.doIt, step.id).toBeTypeOf('function');
  });

  it.each(steps)('$id: a comparison follows a question of the same lesson', (lesson, step) => {
    if (step.compare === undefined) return;
    const at = lesson.steps.findIndex(({ id }) => id === step.compare);
    expect(at, step.id).toBeGreaterThanOrEqual(0);
    expect(at).toBeLessThan(lesson.steps.indexOf(step));
    expect(lesson.steps[at].question, step.id).toBeDefined();
  });

  it.each(steps)('$id: steps happen on screens that exist', (_, step) => {
    if (step.place !== undefined) expect(ROUTES).toContain(step.place.route);
  });
});

describe('what steps point at', () => {
  it.each(steps.filter(([, step]) => step.target !== undefined))('$id: is marked on the page', (_, step) => {
    const { attribute, value } = markOf(step.target!);
    if (attribute === 'data-control') {
      const key = SETTING_KEYS.find((candidate) => candidate === value);
      expect(key, value).toBeDefined();
      expect(page).toContain('data-control={key}');
      if (step.place?.route === 'sft' || step.place?.route === 'rm' || step.place?.route === 'ppo')
        // Controls behind "advanced" are not on the page until somebody opens them.
        expect(controlSections(step.place.route, false).flatMap(({ keys }) => keys)).toContain(key);
    } else if (attribute === 'data-metric') {
      expect(METRIC_KEYS).toContain(value);
      expect(page).toContain('data-metric={metric}');
      const route = step.place?.route;
      if (route === 'sft' || route === 'rm' || route === 'ppo') expect(DEFAULT_CHARTS[route]).toContain(value);
    } else {
      expect(REGIONS).toContain(value);
      expect(page, selectorOf(step.target!)).toMatch(new RegExp(`data-part=("${value}"|\\{[^}]*'${value}'[^}]*\\})`));
    }
  });
});

describe.each(CONTENT)('%s words', (_, content) => {
  const stepWords = steps.map(([lesson, step]) => {
    const own = content.lessons[lesson.id as keyof typeof content.lessons];
    return [lesson, step, (own.steps as Readonly<Record<string, StepWords>>)[step.id]] as const;
  });

  it('has every lesson, breakage and step, and no other', () => {
    expect(Object.keys(content.lessons)).toEqual(LESSONS.map(({ id }) => id));
    expect(Object.keys(content.breakages).sort()).toEqual(BREAKAGES.map(({ id }) => id).sort());
    for (const lesson of LESSONS)
      expect(Object.keys(content.lessons[lesson.id].steps)).toEqual(lesson.steps.map(({ id }) => id));
  });

  it('needs no more than 60 words a step', () => {
    for (const [lesson, step, { text }] of stepWords)
      expect(wordCount(text), `${lesson.id}/${step.id}`).toBeLessThanOrEqual(60);
  });

  it('names every option of a choice and every number', () => {
    for (const [, { question }, { options }] of stepWords) {
      if (question === undefined || question.kind === 'line') continue;
      const ids = question.kind === 'choice' ? question.options : question.parts.map(({ id }) => id);
      expect(Object.keys(options ?? {})).toEqual([...ids]);
    }
  });

  it('tells teachers a goal, questions and numbers for each lesson', () => {
    for (const { teacher, size, question } of Object.values(content.lessons)) {
      expect(teacher.questions.length).toBeGreaterThanOrEqual(2);
      expect(teacher.expect.length).toBeGreaterThanOrEqual(1);
      for (const text of [teacher.goal, teacher.without, size, question]) expect(text).not.toBe('');
    }
  });

  it('leaves no value unfilled', () => {
    expect(JSON.stringify(content).match(/\{\w+\}/g) ?? []).toEqual([]);
  });

  it('plans a workshop of 90 minutes', () => {
    expect(content.workshop.blocks.reduce((sum, { minutes }) => sum + minutes, 0)).toBe(90);
  });
});

describe('both languages', () => {
  it('plan the same blocks', () => {
    const shape = ({ workshop }: LearnContent) => workshop.blocks.map(({ minutes, lesson }) => ({ minutes, lesson }));
    expect(shape(german)).toEqual(shape(english));
  });

  it('share no sentence', () => {
    const sentences = (content: LearnContent) =>
      Object.values(content.lessons).flatMap(({ title, question, steps: own }) => [
        title,
        question,
        ...Object.values(own as Readonly<Record<string, StepWords>>).map(({ text }) => text),
      ]);
    const other = new Set(sentences(german));
    expect(sentences(english).filter((sentence) => other.has(sentence))).toEqual([]);
  });
});

describe('break-it shelf', () => {
  it.each(BREAKAGES.map((breakage) => [breakage.id, breakage] as const))(
    '%s makes a run that can start',
    (_, breakage) => {
      const settings = { version: 1, preset: 'nano', recipe: 'proven', overrides: breakage.settings } as const;
      const config = resolveConfig(settings);
      for (const [key, value] of Object.entries(breakage.settings)) {
        expect(config[key as keyof typeof config]).toBe(value);
        const row = settingRow(key as keyof typeof config);
        expect(value, `${key} is no breakage at its usual value`).not.toBe(
          typeof row.value === 'object' ? row.value.nano : row.value,
        );
      }
    },
  );
});
