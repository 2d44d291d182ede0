import { makeRoom, ppoPlan, runOn, startUntil } from '../actions';
import { changedAt, reached } from '../conditions';
import type { Lesson } from '../lessonTypes';
import type { Situation } from '../situation';

const MIX_AT = 10;
const WATCH = 25;
/** A little more than is asked for, so that the last points are there. */
const LOOK = WATCH + 2;
const MIX = 0.5;

const mixed = (now: Situation) => changedAt(now, 'ppo', 'ppo.ptxCoef', (value) => Number(value) >= MIX);

/** Alignment tax, and what PPO-ptx does about it. */
export const tax = {
  id: 'tax',
  minutes: 8,
  needs: ['demonstrations', 'leash'],
  steps: [
    {
      id: 'guess',
      question: {
        kind: 'choice',
        options: ['better', 'same', 'worse'],
        outcome: (now) => {
          const first = now.series('ppo', 'loss/ptx')?.first() ?? null;
          return first === null ? null : first > 1 ? 'worse' : 'same';
        },
      },
    },
    {
      id: 'start',
      place: { route: 'ppo' },
      target: 'region:transport',
      isDone: (now) => reached('ppo', MIX_AT)(now) || mixed(now) !== null,
      doIt: (app) => startUntil(app, ppoPlan(app), 'ppo', MIX_AT),
    },
    {
      id: 'draw',
      place: { route: 'ppo' },
      formula: String.raw`\mathbb{E}\left[ r - \beta\,\mathrm{KL} \right] + \gamma\, \mathbb{E}_{z \sim \mathrm{pages}}\left[ \log \pi(z) \right]`,
      question: { kind: 'line', stage: 'ppo', metric: 'loss/ptx', steps: [MIX_AT, MIX_AT + WATCH], range: [0.6, 2.2] },
    },
    {
      id: 'mix',
      place: { route: 'ppo' },
      target: 'control:ppo.ptxCoef',
      isDone: (now) => mixed(now) !== null,
      doIt: async (app) => {
        await makeRoom(app, LOOK, MIX_AT);
        app.change('ppo.ptxCoef', MIX);
        await runOn(app, LOOK);
      },
    },
    {
      id: 'watch',
      place: { route: 'ppo' },
      target: 'region:charts',
      compare: 'draw',
      isDone: (now) => now.step('ppo') >= (mixed(now) ?? Infinity) + WATCH,
      doIt: (app) => runOn(app, LOOK),
    },
    { id: 'where', place: { route: 'ppo' }, compare: 'guess' },
    {
      id: 'price',
      place: { route: 'ppo' },
      target: 'control:ppo.ptxCoef',
      isDone: (now) => now.setting('ppo.ptxCoef') === now.usual('ppo.ptxCoef'),
      doIt: (app) => app.resetSetting('ppo.ptxCoef'),
    },
  ],
} as const satisfies Lesson;
