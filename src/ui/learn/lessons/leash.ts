import { makeRoom, ppoPlan, runOn, startUntil } from '../actions';
import { changedAt, meanBetween, reached } from '../conditions';
import type { Lesson } from '../lessonTypes';
import type { Situation } from '../situation';

const LOOSE_AT = 20;
const WATCH = 25;
/** A little more than is asked for, so that the last points are there. */
const LOOK = WATCH + 2;
const TIGHT = 1;

const loosened = (now: Situation) => changedAt(now, 'ppo', 'ppo.klCoef', (value) => value === 0);
const tightened = (now: Situation) => changedAt(now, 'ppo', 'ppo.klCoef', (value) => Number(value) >= TIGHT);
const since = (now: Situation, start: number | null) => (start === null ? 0 : now.step('ppo') - start);

/** The KL before the leash was pulled, and the newest one. */
function pull(now: Situation): { before: number; after: number } | null {
  const start = tightened(now);
  if (start === null || since(now, start) < WATCH - 5) return null;
  const step = now.step('ppo');
  const before = meanBetween(now, 'ppo', 'objective/kl', start - 4, start);
  const after = meanBetween(now, 'ppo', 'objective/kl', step - 4, step);
  return before === null || after === null ? null : { before, after };
}

/** KL as a leash: the slider live, with predictions. */
export const leash = {
  id: 'leash',
  minutes: 8,
  needs: ['reward'],
  steps: [
    {
      id: 'reward',
      place: { route: 'ppo' },
      target: 'control:ppo.klCoef',
      formula: String.raw`r_t = \mathbf{1}[t = T]\; r(x, y) \;-\; \beta \log\frac{\pi(y_t)}{\pi_\mathrm{SFT}(y_t)}`,
    },
    {
      id: 'draw',
      place: { route: 'ppo' },
      target: 'chart:objective/kl',
      question: {
        kind: 'line',
        stage: 'ppo',
        metric: 'objective/kl',
        steps: [0, LOOSE_AT + WATCH],
        range: [0, 8],
      },
    },
    {
      id: 'start',
      place: { route: 'ppo' },
      target: 'region:transport',
      isDone: (now) => reached('ppo', LOOSE_AT)(now) || loosened(now) !== null,
      doIt: (app) => startUntil(app, ppoPlan(app), 'ppo', LOOSE_AT),
    },
    {
      id: 'loose',
      place: { route: 'ppo' },
      target: 'control:ppo.klCoef',
      isDone: (now) => loosened(now) !== null,
      // Left to itself, a fast device would be through the run before anybody has guessed.
      doIt: async (app) => {
        await makeRoom(app, LOOK, LOOSE_AT);
        app.change('ppo.klCoef', 0);
        await runOn(app, LOOK);
      },
    },
    {
      id: 'watch',
      place: { route: 'ppo' },
      target: 'chart:objective/kl',
      compare: 'draw',
      isDone: (now) => since(now, loosened(now)) >= WATCH,
      doIt: (app) => runOn(app, LOOK),
    },
    {
      id: 'guess',
      place: { route: 'ppo' },
      question: {
        kind: 'choice',
        options: ['stays', 'back', 'grows'],
        outcome: (now) => {
          const kl = pull(now);
          if (kl === null) return null;
          return kl.after < 0.8 * kl.before ? 'back' : kl.after > 1.2 * kl.before ? 'grows' : 'stays';
        },
      },
    },
    {
      id: 'tight',
      place: { route: 'ppo' },
      target: 'control:ppo.klCoef',
      compare: 'guess',
      isDone: (now) => since(now, tightened(now)) >= WATCH,
      doIt: async (app) => {
        await makeRoom(app, LOOK, LOOSE_AT);
        app.change('ppo.klCoef', TIGHT);
        await runOn(app, LOOK);
      },
    },
    {
      id: 'price',
      place: { route: 'ppo' },
      target: 'control:ppo.klCoef',
      isDone: (now) => now.setting('ppo.klCoef') === now.usual('ppo.klCoef'),
      doIt: (app) => app.resetSetting('ppo.klCoef'),
    },
  ],
} as const satisfies Lesson;
