import { askSideBySide, inspectAnswer, load } from '../actions';
import type { Lesson } from '../lessonTypes';

/** Why next-token prediction is not following instructions. */
export const instructions = {
  id: 'instructions',
  minutes: 5,
  needs: [],
  steps: [
    {
      id: 'guess',
      question: {
        kind: 'choice',
        options: ['answers', 'continues', 'noise'],
        outcome: (now) => (now.answers('base').length > 0 ? 'continues' : null),
      },
    },
    {
      id: 'load',
      place: { route: 'sft' },
      target: 'region:board',
      isDone: (now) => now.answers('base').length > 0 && now.answers('sft').length > 0,
      doIt: load,
    },
    {
      id: 'read',
      place: { route: 'sft' },
      target: 'region:board',
      compare: 'guess',
      isDone: (now) => now.inspected?.policy === 'base',
      doIt: (app) => inspectAnswer(app, 'base'),
    },
    {
      id: 'objective',
      place: { route: 'sft' },
      formula: String.raw`\max_\theta \; \sum_t \log p_\theta\left(x_t \mid x_1, \dots, x_{t-1}\right)`,
    },
    {
      id: 'ask',
      place: { route: 'eval' },
      target: 'region:ask',
      isDone: (now, before) => now.asked > before.asked,
      doIt: (app) => askSideBySide(app, 'Name three animals.'),
    },
    { id: 'size', place: { route: 'eval' } },
  ],
} as const satisfies Lesson;
