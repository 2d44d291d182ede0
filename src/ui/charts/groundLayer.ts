import { paintGround, paintTails, type Frame } from './paintFrame';
import { CanvasPen } from './pen';

/** Ends of lines may be this many pixels ahead of the picture; charts differ, so that they do not all renew it at once. */
const TAIL_PX = { least: 3, most: 6 } as const;
const TURNS = 8;

let made = 0;

/**
 * Axes and lines of one chart as a picture. Stroking thousands of points is most of what a frame costs, and a new point
 * changes none of those before it: a frame copies the picture and adds the ends of the lines. The picture is made again
 * when something else has changed, or when the ends have grown by a few pixels.
 */
export class GroundLayer {
  readonly #context: CanvasRenderingContext2D;
  readonly #tailPx: number;
  /** All that the picture depends on, its lines apart. */
  #key: readonly unknown[] = [];
  /** Points of each line in the picture. */
  #lengths: readonly number[] = [];

  constructor() {
    const context = document.createElement('canvas').getContext('2d');
    if (context === null)
      throw new RangeError('chart: the browser gave no second canvas; expected one; close other pages.');
    this.#context = context;
    this.#tailPx = TAIL_PX.least + ((made++ % TURNS) / TURNS) * (TAIL_PX.most - TAIL_PX.least);
  }

  /** @param target in device pixels, cleared; its transform is `scale` from those of the frame */
  paint(target: CanvasRenderingContext2D, frame: Frame, scale: number): void {
    const { width, height } = target.canvas;
    const key = keyOf(frame, width, height, scale);
    if (!this.#holds(key, frame)) this.#draw(key, frame, scale, width, height);
    target.save();
    target.resetTransform();
    target.drawImage(this.#context.canvas, 0, 0);
    target.restore();
    paintTails(new CanvasPen(target), frame, this.#lengths);
  }

  #holds(key: readonly unknown[], { view, geometry }: Frame): boolean {
    if (key.length !== this.#key.length || key.some((value, i) => value !== this.#key[i])) return false;
    return view.lines.every(({ line }, i) => {
      const known = this.#lengths[i];
      if (known === line.length) return true;
      if (known === 0 || known > line.length) return false;
      return geometry.xOf(line.xs[line.length - 1]) - geometry.xOf(line.xs[known - 1]) <= this.#tailPx;
    });
  }

  #draw(key: readonly unknown[], frame: Frame, scale: number, width: number, height: number): void {
    const context = this.#context;
    // A new size also clears.
    context.canvas.width = width;
    context.canvas.height = height;
    context.scale(scale, scale);
    paintGround(new CanvasPen(context), frame);
    this.#key = key;
    this.#lengths = frame.view.lines.map(({ line }) => line.length);
  }
}

function keyOf({ view, palette, ends, strokeWidth }: Frame, width: number, height: number, scale: number): unknown[] {
  return [
    ...[width, height, scale, palette, strokeWidth, ...ends, ...view.range],
    ...[view.isLog, view.isWhole, view.unit, view.reference?.value],
    ...view.lines.flatMap(({ line, colour, stroke, isOverlay }) => [line, line.makes, colour, stroke, isOverlay]),
  ];
}
