import { stepTo } from '../actions';
import type { Lesson, NumberQuestion } from '../lessonTypes';
import type { Situation } from '../situation';
import { creditTask, type CreditTask } from '../creditTask';

/** Earlier, a fresh critic expects nothing and every surprise but the last is 0. */
const WARM = 8;

const at = (read: (task: CreditTask) => number) => (now: Situation) => {
  const task = creditTask(now.phases);
  return task === null ? null : read(task);
};
/** Three decimals are shown; adding them up may be off by one in the last place, and a chain of them by two. */
const part = (id: string, value: (now: Situation) => number | null): NumberQuestion['parts'][number] => ({
  id,
  digits: 3,
  tolerance: 0.0045,
  value,
});

/** GAE by hand: three advantages of a real answer, checked against the tensors on the device. */
export const gae = {
  id: 'gae',
  minutes: 10,
  needs: ['leash'],
  steps: [
    {
      id: 'open',
      place: { route: 'slow' },
      target: 'region:slowRail',
      isDone: (now) => creditTask(now.phases) !== null && now.phases[0].step > WARM,
      doIt: (app) => stepTo(app, 'credit', WARM),
    },
    {
      id: 'surprise',
      place: { route: 'slow' },
      target: 'region:slowCells',
      formula: String.raw`\delta_t = r_t + \gamma V_{t+1} - V_t`,
      question: {
        kind: 'number',
        parts: [
          part(
            'last',
            at(({ delta }) => delta[2]),
          ),
          part(
            'before',
            at(({ delta }) => delta[1]),
          ),
        ],
      },
    },
    {
      id: 'advantages',
      place: { route: 'slow' },
      target: 'region:slowCells',
      formula: String.raw`A_t = \delta_t + \gamma \lambda A_{t+1}`,
      question: {
        kind: 'number',
        parts: [
          part(
            'last',
            at(({ advantage }) => advantage[2]),
          ),
          part(
            'before',
            at(({ advantage }) => advantage[1]),
          ),
          part(
            'third',
            at(({ advantage }) => advantage[0]),
          ),
        ],
      },
    },
    { id: 'check', place: { route: 'slow' }, target: 'region:slowCells' },
    {
      id: 'lambda',
      place: { route: 'slow' },
      target: 'control:ppo.lambda',
      question: { kind: 'choice', options: ['surprise', 'whole', 'zero'], outcome: () => 'surprise' },
    },
    { id: 'use', place: { route: 'slow' }, formula: String.raw`\hat A = \frac{A - \bar A}{\mathrm{sd}(A)}` },
  ],
} as const satisfies Lesson;
