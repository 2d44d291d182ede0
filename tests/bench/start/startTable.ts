import { MOMENTS, type Moments } from './watchPage';

/** One visit. */
export interface Start {
  engine: string;
  /** Seconds from the engine being ready to the press; 0 is a press as soon as there is a button. */
  restSeconds: number;
  moments: Moments;
  /** Of all browser processes from the press to the first chart. */
  processorSeconds: number | null;
}

function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  if (sorted.length === 0) return null;
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
}

const seconds = (value: number | null) => (value === null ? '–' : value.toFixed(2));

/** Up to the press moments count from when the page was asked for, afterwards from the press. */
function sinceStart({ moments }: Start, name: (typeof MOMENTS)[number]): number | null {
  const at = moments[name];
  if (at === undefined) return null;
  const isBefore = MOMENTS.indexOf(name) <= MOMENTS.indexOf('pressed');
  return (at - (isBefore ? 0 : moments.pressed!)) / 1000;
}

/** Medians by engine and rest, as a Markdown table: a row for each moment. */
export function formatStarts(starts: readonly Start[]): string {
  const ways = [...new Set(starts.map(({ engine, restSeconds }) => `${engine}, ${restSeconds} s`))];
  const of = (way: string) => starts.filter(({ engine, restSeconds }) => `${engine}, ${restSeconds} s` === way);
  const row = (name: string, value: (start: Start) => number | null) => {
    const cells = ways.map((way) =>
      seconds(
        median(
          of(way)
            .map(value)
            .filter((found) => found !== null),
        ),
      ),
    );
    return `| ${[name, ...cells].join(' | ')} |`;
  };
  const kind = (name: (typeof MOMENTS)[number]) =>
    MOMENTS.indexOf(name) <= MOMENTS.indexOf('pressed') ? 'from the address' : 'from the press';
  return [
    `| median of ${of(ways[0]).length}, seconds; pressed after | ${ways.join(' | ')} |`,
    `|---|${ways.map(() => '---|').join('')}`,
    ...MOMENTS.map((name) => row(`${name}, ${kind(name)}`, (start) => sinceStart(start, name))),
    row('processor time from the press to the first chart', (start) => start.processorSeconds),
  ].join('\n');
}
