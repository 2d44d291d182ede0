import { loadExampleClasses } from '../actions';
import type { Lesson } from '../lessonTypes';
import { wait } from '../waiting';

const COMPARE_MS = 15 * 60_000;

/** Who are we aligning to: two groups of labelers, two policies. */
export const whom = {
  id: 'whom',
  minutes: 10,
  needs: ['ranking', 'reward'],
  steps: [
    { id: 'people' },
    {
      id: 'classes',
      place: { route: 'label', detail: 'class' },
      target: 'region:classFiles',
      isDone: (now) => now.fileRankings >= 40,
      doIt: loadExampleClasses,
    },
    { id: 'agreement', place: { route: 'label', detail: 'class' }, target: 'region:agreement' },
    {
      id: 'guess',
      place: { route: 'label', detail: 'class' },
      question: {
        kind: 'choice',
        options: ['same', 'length', 'opposite'],
        outcome: (now) => {
          const words =
            now.tastes?.policies.flatMap(({ group, meanWords }) => (group === null ? [] : [meanWords])) ?? [];
          if (words.length < 2) return null;
          return Math.abs(words[0] - words[1]) >= 1 ? 'length' : 'same';
        },
      },
    },
    {
      id: 'train',
      place: { route: 'label', detail: 'class' },
      target: 'region:tastes',
      compare: 'guess',
      isDone: (now) => now.tastes !== null,
      doIt: async (app) => {
        const { classroom } = app.desk;
        app.live.client.send({ type: 'pause' });
        void classroom.compare();
        await wait(() => classroom.comparison !== null || classroom.failure !== null, COMPARE_MS);
      },
    },
    { id: 'rule', place: { route: 'label', detail: 'class' }, target: 'region:tastes' },
    { id: 'paper' },
  ],
} as const satisfies Lesson;
