import { heatToken } from '../state/heat';
import type { BatchNumbers } from './batchNumbers';
import type { CellRow } from './cellRows';

/** Height of one answer on the map, its gap included, in CSS pixels. */
export const MAP_ROW = 20;
const GAP = 3;

export interface HeatMap {
  numbers: BatchNumbers;
  /** Null draws the tokens alone. */
  row: CellRow | null;
  scale: number;
  /** Tokens of the longest answer. */
  columns: number;
  selected: { row: number; token: number };
  /** In the selected answer, tokens before this one wait for their credit. */
  frontier: number | null;
}

/** Where a point on the canvas lies, in CSS pixels from its corner; null between answers' ends. */
export function cellAt(map: HeatMap, width: number, x: number, y: number): { row: number; token: number } | null {
  const row = Math.floor(y / MAP_ROW);
  const token = Math.floor((x / width) * map.columns);
  const isInside = row >= 0 && row < map.numbers.answers.length && token >= 0 && token < map.numbers.length(row);
  return isInside ? { row, token } : null;
}

/** Draws the whole batch, one square a token. Colours are custom properties of the canvas element. */
export function drawHeat(canvas: HTMLCanvasElement, map: HeatMap, width: number): void {
  const height = map.numbers.answers.length * MAP_ROW;
  const ratio = devicePixelRatio;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  const context = canvas.getContext('2d')!;
  context.scale(ratio, ratio);
  const style = getComputedStyle(canvas);
  const colours = new Map<string, string>();
  const colour = (token: string) => {
    let value = colours.get(token);
    if (value === undefined) colours.set(token, (value = style.getPropertyValue(`--${token}`)));
    return value;
  };
  const cell = width / map.columns;
  for (let row = 0; row < map.numbers.answers.length; row++)
    for (let token = 0; token < map.numbers.length(row); token++) {
      const box = [token * cell, row * MAP_ROW + 1, Math.max(2, cell - GAP), MAP_ROW - GAP - 1] as const;
      drawCell(context, map, row, token, box, colour);
    }
}

type Box = readonly [x: number, y: number, width: number, height: number];

function drawCell(
  context: CanvasRenderingContext2D,
  { numbers, row: shown, scale, selected, frontier }: HeatMap,
  row: number,
  token: number,
  [x, y, width, height]: Box,
  colour: (token: string) => string,
): void {
  const isWaiting = frontier !== null && row === selected.row && token < frontier;
  const value = shown === null ? null : numbers.value(shown.key, row, token);
  context.beginPath();
  context.roundRect(x, y, width, height, 2);
  if ((shown !== null && value === null) || isWaiting) {
    context.setLineDash([3, 3]);
    context.lineWidth = 1;
    context.strokeStyle = colour('ghost');
    context.stroke();
    context.setLineDash([]);
  } else {
    context.fillStyle = colour(
      shown === null || value === null ? 's2' : heatToken(value - shown.centre, scale, shown.isSequential),
    );
    context.fill();
  }
  if (row !== selected.row || token !== selected.token) return;
  context.beginPath();
  context.roundRect(x + 1, y + 1, width - 2, height - 2, 2);
  context.lineWidth = 2;
  context.strokeStyle = colour('accent');
  context.stroke();
}
