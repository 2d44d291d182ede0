import { inspectAnswer, runUntil, startPpoWith } from '../actions';
import { all, reached, runsWith } from '../conditions';
import type { Lesson } from '../lessonTypes';

/** What breaks it: no leash and large steps. */
const FREE = { 'ppo.klCoef': 0, 'ppo.learningRate': 4e-4 } as const;
const WATCH = 60;
const isFree = runsWith(FREE);

/** Reward hacking: β 0 and the over-optimisation curve. */
export const hacking = {
  id: 'hacking',
  minutes: 10,
  needs: ['leash'],
  steps: [
    {
      id: 'draw',
      place: { route: 'ppo' },
      target: 'chart:objective/scores',
      question: { kind: 'line', stage: 'ppo', metric: 'objective/true_score', steps: [0, WATCH], range: [-0.6, 1] },
    },
    {
      id: 'free',
      place: { route: 'ppo' },
      target: 'control:ppo.klCoef',
      isDone: all(isFree, reached('ppo', 1)),
      doIt: (app) => startPpoWith(app, FREE),
    },
    {
      id: 'watch',
      place: { route: 'ppo' },
      target: 'chart:objective/scores',
      compare: 'draw',
      isDone: all(isFree, reached('ppo', WATCH)),
      doIt: (app) => runUntil(app, 'ppo', WATCH),
    },
    {
      id: 'answers',
      place: { route: 'ppo' },
      target: 'region:board',
      isDone: (now) => now.inspected?.policy === 'ppo',
      doIt: (app) => inspectAnswer(app, 'ppo', (score, trueScore) => score - trueScore),
    },
    { id: 'diagnosis', place: { route: 'ppo' }, target: 'region:diagnosis' },
    {
      id: 'law',
      place: { route: 'ppo' },
      target: 'region:charts',
      formula: String.raw`R_\mathrm{true}(d) = d\,(a - b \log d), \quad d = \sqrt{\mathrm{KL}}`,
    },
    {
      id: 'repair',
      place: { route: 'ppo' },
      target: 'control:ppo.klCoef',
      isDone: (now) =>
        Number(now.setting('ppo.klCoef')) > 0 && now.setting('ppo.learningRate') === now.usual('ppo.learningRate'),
      doIt: (app) => {
        app.resetSetting('ppo.klCoef');
        app.resetSetting('ppo.learningRate');
      },
    },
  ],
} as const satisfies Lesson;
