/** What a stroke looks like; colours are already resolved. */
export interface Stroke {
  colour: string;
  width: number;
  dash?: readonly number[];
  alpha?: number;
}

export interface TextStyle {
  colour: string;
  align: 'left' | 'right' | 'center';
  /** Pixels. */
  size: number;
  weight: number;
  /** Colour of a box behind the words, so that lines do not cross them. */
  behind?: string;
}

/** The few marks a chart is made of. The same drawing goes to the canvas on the page and into an SVG file. */
export interface Pen {
  /** Begins a path of connected points. */
  begin(): void;
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
  stroke(style: Stroke): void;
  fill(colour: string, alpha: number): void;
  circle(x: number, y: number, radius: number, fill: string, stroke: Stroke): void;
  text(words: string, x: number, y: number, style: TextStyle): void;
  measure(words: string, size: number, weight: number): number;
  /** Draws inside a rectangle only, until `unclip`. */
  clip(x: number, y: number, width: number, height: number): void;
  unclip(): void;
}

const FONT_FAMILY = '"Inter Variable", system-ui, sans-serif';

const font = (size: number, weight: number) => `${weight} ${size}px ${FONT_FAMILY}`;

export class CanvasPen implements Pen {
  constructor(readonly context: CanvasRenderingContext2D) {
    context.textBaseline = 'middle';
    context.lineJoin = 'round';
  }

  begin(): void {
    this.context.beginPath();
  }

  moveTo(x: number, y: number): void {
    this.context.moveTo(x, y);
  }

  lineTo(x: number, y: number): void {
    this.context.lineTo(x, y);
  }

  stroke({ colour, width, dash = [], alpha = 1 }: Stroke): void {
    const { context } = this;
    context.globalAlpha = alpha;
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.setLineDash([...dash]);
    context.stroke();
    context.globalAlpha = 1;
  }

  fill(colour: string, alpha: number): void {
    const { context } = this;
    context.globalAlpha = alpha;
    context.fillStyle = colour;
    context.fill();
    context.globalAlpha = 1;
  }

  circle(x: number, y: number, radius: number, fill: string, stroke: Stroke): void {
    this.context.beginPath();
    this.context.arc(x, y, radius, 0, 2 * Math.PI);
    this.fill(fill, 1);
    this.stroke(stroke);
  }

  text(words: string, x: number, y: number, { colour, align, size, weight, behind }: TextStyle): void {
    const { context } = this;
    context.font = font(size, weight);
    context.textAlign = align;
    if (behind !== undefined) {
      const width = context.measureText(words).width;
      const left = align === 'left' ? x : align === 'right' ? x - width : x - width / 2;
      context.globalAlpha = 0.82;
      context.fillStyle = behind;
      context.fillRect(left - 2, y - 7, width + 4, 14);
      context.globalAlpha = 1;
    }
    context.fillStyle = colour;
    context.fillText(words, x, y);
  }

  measure(words: string, size: number, weight: number): number {
    this.context.font = font(size, weight);
    return this.context.measureText(words).width;
  }

  clip(x: number, y: number, width: number, height: number): void {
    this.context.save();
    this.context.beginPath();
    this.context.rect(x, y, width, height);
    this.context.clip();
  }

  unclip(): void {
    this.context.restore();
  }
}

const escapeXml = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
const round = (value: number) => Math.round(value * 100) / 100;

/** Collects the marks as SVG elements. Text is measured roughly: files carry no fonts. */
export class SvgPen implements Pen {
  #parts: string[] = [];
  #path: string[] = [];
  #clips = 0;
  #open = 0;

  begin(): void {
    this.#path = [];
  }

  moveTo(x: number, y: number): void {
    this.#path.push(`M${round(x)} ${round(y)}`);
  }

  lineTo(x: number, y: number): void {
    this.#path.push(`L${round(x)} ${round(y)}`);
  }

  stroke({ colour, width, dash = [], alpha = 1 }: Stroke): void {
    const dashes = dash.length > 0 ? ` stroke-dasharray="${dash.join(' ')}"` : '';
    this.#parts.push(
      `<path d="${this.#path.join('')}" fill="none" stroke="${colour}" stroke-width="${width}" stroke-opacity="${alpha}" stroke-linejoin="round"${dashes}/>`,
    );
  }

  fill(colour: string, alpha: number): void {
    this.#parts.push(`<path d="${this.#path.join('')}Z" fill="${colour}" fill-opacity="${alpha}"/>`);
  }

  circle(x: number, y: number, radius: number, fill: string, { colour, width }: Stroke): void {
    this.#parts.push(
      `<circle cx="${round(x)}" cy="${round(y)}" r="${radius}" fill="${fill}" stroke="${colour}" stroke-width="${width}"/>`,
    );
  }

  text(words: string, x: number, y: number, { colour, align, size, weight }: TextStyle): void {
    const anchor = { left: 'start', right: 'end', center: 'middle' }[align];
    this.#parts.push(
      `<text x="${round(x)}" y="${round(y)}" fill="${colour}" text-anchor="${anchor}" font-size="${size}" font-weight="${weight}" dominant-baseline="central">${escapeXml(words)}</text>`,
    );
  }

  measure(words: string, size: number): number {
    return words.length * size * 0.56;
  }

  clip(x: number, y: number, width: number, height: number): void {
    const id = `c${++this.#clips}`;
    this.#parts.push(
      `<clipPath id="${id}"><rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}"/></clipPath><g clip-path="url(#${id})">`,
    );
  }

  unclip(): void {
    this.#parts.push('</g>');
  }

  /** Moves everything drawn from now on down. */
  shiftDown(pixels: number): void {
    this.#parts.push(`<g transform="translate(0 ${pixels})">`);
    this.#open++;
  }

  /** The finished file. @param title what the figure shows, in one sentence */
  file(width: number, height: number, background: string, title: string): string {
    const family = escapeXml(FONT_FAMILY);
    return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${family}" role="img"><title>${escapeXml(title)}</title><rect width="100%" height="100%" fill="${background}"/>${this.#parts.join('')}${'</g>'.repeat(this.#open)}</svg>`;
  }
}
