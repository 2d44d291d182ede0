import { rank } from '../actions';
import { onScreen } from '../conditions';
import type { Lesson } from '../lessonTypes';
import type { Situation } from '../situation';

/** Share of the pairs of the last item that the first colleague ordered as the visitor did. */
function agreement(now: Situation): number | null {
  const all = now.colleagues?.colleagues ?? [];
  const same = all.reduce((sum, { counts }) => sum + counts.same, 0);
  const pairs = all.reduce((sum, { counts }) => sum + counts.same + counts.opposite, 0);
  return pairs === 0 ? null : same / pairs;
}

function band(share: number | null): string | null {
  if (share === null) return null;
  return share < 0.6 ? 'half' : share < 0.9 ? 'threeQuarters' : 'always';
}

/** What a ranking tells: pairs, ties, three labels of one's own, agreement. */
export const ranking = {
  id: 'ranking',
  minutes: 8,
  needs: [],
  steps: [
    {
      id: 'pairs',
      formula: String.raw`\binom{K}{2} = \frac{K\,(K-1)}{2}`,
      question: {
        kind: 'number',
        parts: [
          { id: 'four', digits: 0, tolerance: 0, value: () => 6 },
          { id: 'nine', digits: 0, tolerance: 0, value: () => 36 },
        ],
      },
    },
    {
      id: 'tie',
      question: { kind: 'number', parts: [{ id: 'left', digits: 0, tolerance: 0, value: () => 5 }] },
    },
    { id: 'desk', isDone: onScreen('label'), doIt: (app) => app.go('label') },
    {
      id: 'guess',
      place: { route: 'label' },
      question: {
        kind: 'choice',
        options: ['half', 'threeQuarters', 'always'],
        outcome: (now) => band(agreement(now)),
      },
    },
    {
      id: 'three',
      place: { route: 'label' },
      target: 'region:desk',
      isDone: (now, before) => now.rankings >= before.rankings + 3,
      doIt: (app) => rank(app, 3),
    },
    {
      id: 'colleagues',
      place: { route: 'label' },
      target: 'region:colleagues',
      compare: 'guess',
      isDone: (now) => now.colleagues !== null,
      doIt: (app) => rank(app, 1),
    },
    { id: 'ceiling', place: { route: 'label' } },
  ],
} as const satisfies Lesson;
