import { finished } from '../conditions';
import { allSteps, startUntil } from '../actions';
import type { Lesson } from '../lessonTypes';

const EPOCHS = 8;

/** SFT: the loss mask, epochs, and why loss is not behaviour. */
export const demonstrations = {
  id: 'demonstrations',
  minutes: 8,
  needs: ['instructions'],
  steps: [
    { id: 'data', place: { route: '' }, target: 'region:figure' },
    {
      id: 'mask',
      place: { route: '' },
      target: 'region:figure',
      formula: String.raw`L = -\frac{\sum_t m_t \log p_\theta\left(y_t \mid x, y_{<t}\right)}{\sum_t m_t}`,
      question: {
        kind: 'number',
        parts: [{ id: 'learned', digits: 0, tolerance: 0, value: () => 6 }],
      },
    },
    {
      id: 'epochs',
      place: { route: 'sft' },
      target: 'control:sft.epochs',
      isDone: (now) => now.setting('sft.epochs') === EPOCHS,
      doIt: (app) => app.change('sft.epochs', EPOCHS),
    },
    {
      id: 'draw',
      place: { route: 'sft' },
      target: 'chart:sft/loss',
      question: { kind: 'line', stage: 'sft', metric: 'sft/eval_loss', steps: [0, 600], range: [0.2, 1.6] },
    },
    {
      id: 'run',
      place: { route: 'sft' },
      target: 'chart:sft/loss',
      compare: 'draw',
      isDone: (now) => finished('sft')(now) && now.settingOfRun('sft.epochs') === EPOCHS,
      doIt: async (app) => {
        app.change('sft.epochs', EPOCHS);
        await startUntil(app, allSteps(app), 'sft', Infinity);
      },
    },
    {
      id: 'behaviour',
      place: { route: 'sft' },
      target: 'region:moment',
      isDone: (now) => now.route === 'sft' && now.moment !== null,
      doIt: (app) => {
        app.moment = 75;
      },
    },
    {
      id: 'judge',
      place: { route: 'sft' },
      target: 'control:sft.epochs',
      isDone: (now) => now.setting('sft.epochs') === now.usual('sft.epochs'),
      doIt: (app) => {
        app.moment = null;
        app.resetSetting('sft.epochs');
      },
    },
  ],
} as const satisfies Lesson;
