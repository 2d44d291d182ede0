/**
 * `npm run test:fuzz -- --runs 100000 --parser all --seed 1`: the long run. Exits with 1 when a parser failed, names the
 * smallest input that did it, and goes on with the others.
 */
import { fuzz, LIMITS, type FuzzReport } from './fuzz';
import { TARGETS } from './targets';

function option(name: string, fallback: string): string {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : (process.argv[at + 1] ?? '');
}

function wholeOption(name: string, fallback: number): number {
  const text = option(name, String(fallback));
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new RangeError(`--${name}: got "${text}"; expected a whole number above 0.`);
}

function chosenTargets(name: string) {
  const chosen = name.split(',').flatMap((part) => TARGETS.filter((target) => part === 'all' || target.name === part));
  if (chosen.length > 0) return chosen;
  throw new RangeError(
    `--parser: got "${name}"; expected all or some of ${TARGETS.map((target) => target.name).join(', ')}.`,
  );
}

const line = (cells: readonly string[]) =>
  cells.map((cell, i) => (i === 0 ? cell.padEnd(12) : cell.padStart(10))).join(' ');
const cells = ({ name, runs, accepted, refused, slowestMs, grownBytes }: FuzzReport, seconds: number) =>
  line([
    name,
    ...[runs, accepted, refused].map(String),
    `${slowestMs.toFixed(0)} ms`,
    `${(grownBytes / 2 ** 20).toFixed(0)} MiB`,
    `${seconds.toFixed(0)} s`,
  ]);

const runs = wholeOption('runs', 100_000);
const seed = wholeOption('seed', 1);
console.log(`limits: ${LIMITS.maxMs} ms an input, ${LIMITS.maxBytes >> 20} MiB held after all; seed ${seed}`);
console.log(line(['parser', 'inputs', 'accepted', 'refused', 'slowest', 'held', 'time']));
let failures = 0;
for (const target of chosenTargets(option('parser', 'all'))) {
  const begun = performance.now();
  const report = await fuzz(target, runs, seed, LIMITS);
  console.log(cells(report, (performance.now() - begun) / 1000));
  if (report.failure === null) continue;
  failures++;
  console.log(`FAILED ${target.name}: ${report.failure}`);
}
console.log(failures === 0 ? 'no failures' : `${failures} parsers failed`);
process.exitCode = failures === 0 ? 0 : 1;
