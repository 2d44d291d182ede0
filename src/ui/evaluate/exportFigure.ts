/** Files out of figures. Everything is drawn from what stands on the page; nothing is fetched. */

export interface FigureTable {
  head: readonly string[];
  rows: readonly (readonly string[])[];
}

/** What a drawing needs to look outside the page as it does inside. */
const DRAWN = [
  'fill',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'stroke-linecap',
  'stroke-linejoin',
  'paint-order',
  'font-family',
  'font-size',
  'font-weight',
  'text-anchor',
] as const;

const HEAD_HEIGHT = 30;

/**
 * The drawing of a figure as a file of its own: computed styles become attributes, on the paper of the present theme.
 * @param figure an element that holds one `svg[data-figure]`
 * @throws RangeError where there is no drawing
 */
export function standaloneSvg(figure: Element, title: string): { source: string; width: number; height: number } {
  const drawing = figure.querySelector<SVGSVGElement>('svg[data-figure]');
  if (!drawing) throw new RangeError(`export: figure "${title}" holds no drawing; show the figure, not the table.`);
  const copy = drawing.cloneNode(true) as SVGSVGElement;
  const copies = copy.querySelectorAll('*');
  drawing.querySelectorAll('*').forEach((element, i) => {
    const style = getComputedStyle(element);
    for (const name of DRAWN) copies[i].setAttribute(name, style.getPropertyValue(name));
    copies[i].removeAttribute('class');
  });
  const width = drawing.clientWidth;
  const height = drawing.clientHeight + HEAD_HEIGHT + 10;
  const page = getComputedStyle(document.documentElement);
  const [paper, ink] = ['--s0', '--ink'].map((name) => page.getPropertyValue(name).trim());
  const font = getComputedStyle(drawing).fontFamily.replaceAll('"', "'");
  const source = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width + 32}" height="${height + 16}" viewBox="-16 0 ${width + 32} ${height + 16}">`,
    `<rect x="-16" width="100%" height="100%" fill="${paper}"/>`,
    `<text x="0" y="24" font-family="${font}" font-size="15" font-weight="620" fill="${ink}">${escapeXml(title)}</text>`,
    `<g transform="translate(0 ${HEAD_HEIGHT})">${inner(copy)}</g>`,
    '</svg>',
  ].join('\n');
  return { source, width: width + 32, height: height + 16 };
}

function inner(svg: SVGSVGElement): string {
  const serializer = new XMLSerializer();
  return [...svg.children]
    .map((child) => serializer.serializeToString(child).replaceAll(' xmlns="http://www.w3.org/2000/svg"', ''))
    .join('\n');
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Pixels of the picture for one of the page, enough for print and slides. */
const PICTURE_SCALE = 2;

/** The same as a picture. @throws Error when the browser cannot draw it */
export async function picture(svg: { source: string; width: number; height: number }): Promise<Blob> {
  const image = new Image();
  // A data address, because the page's policy allows no blob as an image.
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg.source)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = svg.width * PICTURE_SCALE;
  canvas.height = svg.height * PICTURE_SCALE;
  const context = canvas.getContext('2d');
  if (!context) throw new Error('export: the browser gave no canvas; save the SVG instead.');
  context.scale(PICTURE_SCALE, PICTURE_SCALE);
  context.drawImage(image, 0, 0, svg.width, svg.height);
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('export: the canvas gave no picture.')))),
  );
}

/** A table as comma-separated values. Quotes where the text needs them, as RFC 4180 says. */
export function csv({ head, rows }: FigureTable): string {
  const cell = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return [head, ...rows].map((row) => row.map(cell).join(',')).join('\n') + '\n';
}

/** Hands a file to the visitor. */
export function download(name: string, content: Blob | string, type = 'text/plain'): void {
  const blob = typeof content === 'string' ? new Blob([content], { type: `${type};charset=utf-8` }) : content;
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The browser has taken what it needs once the click has been handled.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** A file name without what file systems dislike: `win-rate-amber-otter`. */
export function fileStem(...words: readonly string[]): string {
  return words
    .join(' ')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .replaceAll(/^-|-$/g, '');
}
