/**
 * `npm run bench:draw`: the picture of docs/performance.md from the rows in docs/measurements, which `npm run bench -- --json`
 * wrote in Node, or from other files of that kind: `-- --svg FILE A.json B.json`. Of rows measured twice the later file's
 * count.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchRow } from '../../src/bench/rows';
import { ENTRIES } from './contestants';
import { drawPicture } from './picture';

const FOLDER = 'docs/measurements';

interface Measurements {
  /** "Node v20.20.2" or "browser" */
  place: string;
  rows: BenchRow[];
}

const read = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as Measurements;

/** Those of the browser stand in a table of their own. */
function measuredInNode(): string[] {
  const files = readdirSync(FOLDER).map((name) => join(FOLDER, name));
  return files.sort().filter((file) => read(file).place !== 'browser');
}

/** @param files in the order in which they were measured */
function mergeRows(files: readonly string[]): BenchRow[] {
  const rows = new Map<string, BenchRow>();
  for (const file of files)
    for (const row of read(file).rows)
      if (row.ms_median !== null) rows.set(`${row.workload} ${row.side} ${row.engine}`, row);
  const place = ({ side, engine }: BenchRow) =>
    ENTRIES.findIndex((entry) => entry.side === side && entry.engine === engine);
  return [...rows.values()].sort((a, b) => a.workload.localeCompare(b.workload) || place(a) - place(b));
}

const argv = process.argv.slice(2);
const at = argv.indexOf('--svg');
const target = at < 0 ? 'docs/performance.svg' : argv[at + 1];
const given = at < 0 ? argv : argv.filter((_, i) => i !== at && i !== at + 1);
writeFileSync(target, drawPicture(mergeRows(given.length > 0 ? given : measuredInNode())));
