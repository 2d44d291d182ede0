import type { AppState } from '../state/app.svelte';
import type { ChartBoard } from './chartBoard.svelte';
import type { ChartView } from './chartView';
import type { PreparedLine } from './preparedLine';

interface Scene {
  app: AppState;
  board: ChartBoard;
  view: ChartView;
  line: PreparedLine | null;
  toStep(x: number): number;
}

/** How much of the range stays when zooming in by a key. */
const ZOOM = 0.6;

/**
 * What a key does on a chart that has the focus; null for keys it does not take.
 * @returns a function that does it and gives back where the cursor stands then: a place, null for nowhere
 */
export function chartKey(
  key: string,
  { app, board, view, line, toStep }: Scene,
): (() => number | null | undefined) | null {
  const at = board.hover ?? app.moment ?? app.run.status.step;
  const index = line === null || line.length === 0 ? -1 : nearest(line, at, toStep);
  const move = (by: number) => () => {
    if (line === null || index < 0) return undefined;
    const x = line.xs[Math.max(0, Math.min(line.length - 1, index + by))];
    board.hover = toStep(x);
    return x;
  };
  const zoom = (factor: number) => () => {
    const [from, to] = view.range;
    const centre = line === null || index < 0 ? (from + to) / 2 : line.xs[index];
    const half = ((to - from) * factor) / 2;
    board.zoom = [Math.max(0, centre - half), centre + half];
    return undefined;
  };
  switch (key) {
    case 'ArrowLeft':
      return move(-1);
    case 'ArrowRight':
      return move(1);
    case 'PageUp':
      return move(-10);
    case 'PageDown':
      return move(10);
    case 'Enter':
      return () => {
        app.moment = at >= app.run.status.step ? null : at;
        return undefined;
      };
    case '+':
      return zoom(ZOOM);
    case '-':
      return zoom(1 / ZOOM);
    case 'Home':
      return () => {
        board.zoom = null;
        return undefined;
      };
    default:
      return null;
  }
}

function nearest(line: PreparedLine, step: number, toStep: (x: number) => number): number {
  let best = line.length - 1;
  for (let i = 0; i < line.length; i++)
    if (Math.abs(toStep(line.xs[i]) - step) < Math.abs(toStep(line.xs[best]) - step)) best = i;
  return best;
}
