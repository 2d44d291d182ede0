import { allSteps, inspectAnswer, runUntil, startUntil } from '../actions';
import { finished } from '../conditions';
import type { Lesson } from '../lessonTypes';

/** Reward models, and what they do not see. */
export const reward = {
  id: 'reward',
  minutes: 8,
  needs: ['ranking'],
  steps: [
    {
      id: 'loss',
      place: { route: 'rm' },
      formula: String.raw`L = -\frac{1}{\binom{K}{2}} \sum_{w \succ l} \log \sigma\left( r(x, y_w) - r(x, y_l) \right)`,
    },
    {
      id: 'guess',
      place: { route: 'rm' },
      question: {
        kind: 'choice',
        options: ['coin', 'twoThirds', 'nearlyAll'],
        outcome: (now) => {
          const accuracy = finished('rm')(now) ? (now.series('rm', 'rm/eval_accuracy')?.last() ?? null) : null;
          if (accuracy === null) return null;
          return accuracy < 0.58 ? 'coin' : accuracy < 0.85 ? 'twoThirds' : 'nearlyAll';
        },
      },
    },
    {
      id: 'train',
      place: { route: 'rm' },
      target: 'chart:rm/accuracy',
      isDone: finished('rm'),
      doIt: async (app) => {
        const isUnderWay = app.live.isActive && app.live.status.plan !== 'ppo';
        if (isUnderWay) await runUntil(app, 'rm', Infinity);
        else await startUntil(app, allSteps(app), 'rm', Infinity);
      },
    },
    { id: 'health', place: { route: 'rm' }, target: 'region:health', compare: 'guess' },
    {
      id: 'length',
      place: { route: 'rm' },
      target: 'region:health',
      question: {
        kind: 'choice',
        options: ['shorter', 'none', 'longer'],
        outcome: (now) => {
          const link = now.series('rm', 'rm/length_corr')?.last() ?? null;
          return link === null ? null : link > 0.1 ? 'longer' : link < -0.1 ? 'shorter' : 'none';
        },
      },
    },
    {
      id: 'blind',
      place: { route: 'ppo' },
      target: 'region:board',
      isDone: (now) =>
        now.inspected !== null &&
        now.inspected.completion.score !== null &&
        now.inspected.completion.trueScore !== null,
      doIt: async (app) => {
        app.go('ppo');
        await inspectAnswer(app, 'sft', (score, trueScore) => Math.abs(score - trueScore));
      },
    },
    { id: 'why', place: { route: 'ppo' } },
  ],
} as const satisfies Lesson;
