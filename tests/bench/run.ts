/**
 * `npm run bench`: our training, sampling and PPO beside stock TensorFlow.js and the peers, on this machine.
 * Every side sits in a process (or browser page) of its own; they take turns.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { compete } from '../../src/bench/compete';
import type { Contestant } from '../../src/bench/protocol';
import { workload } from '../../src/bench/workloads';
import { ConfigError } from '../../src/config/errors';
import { restartWithSoftwareDriver } from '../../src/cli/nodeGpu';
import { parseBenchArguments, USAGE, type BenchArguments } from './arguments';
import { openBrowser } from './browserContestant';
import { ENTRIES, type Entry } from './contestants';
import { drawPicture } from './picture';
import { hasPeers, nodeContestant, pythonContestant } from './processes';
import { formatTables } from './table';
import { writeTask } from './taskFiles';

const absent = ({ side, engine }: Entry, reason: string): Contestant => ({
  side,
  engine,
  ask: () => Promise.resolve({ type: 'failed', reason }),
  close: () => {},
});

const isPython = (entry: Entry) => entry.in.includes('python');

/** Those that were asked for and run in the place that was asked for, or in a place of their own. */
const invited = ({ sides, engines, in: place }: BenchArguments): Entry[] =>
  ENTRIES.filter(
    (entry) =>
      sides.includes(entry.side) && engines.includes(entry.engine) && (isPython(entry) || entry.in.includes(place)),
  );

/** One that cannot run here becomes a contestant that says so. */
async function invite(
  args: BenchArguments,
  tasks: string,
): Promise<{ contestants: Contestant[]; close(): Promise<void> }> {
  const browser = args.in === 'browser' ? await openBrowser() : null;
  const contestants: Contestant[] = [];
  for (const entry of invited(args)) {
    if (isPython(entry)) contestants.push(pythonContestant(entry, tasks));
    else if (entry.peer && !hasPeers())
      contestants.push(absent(entry, 'missing: its package is not installed; run npm run bench:peers'));
    else contestants.push(browser ? await browser.contestant(entry) : nodeContestant(entry));
  }
  return {
    contestants,
    async close() {
      for (const contestant of contestants) await contestant.close();
      await browser?.close();
    },
  };
}

async function main(args: BenchArguments): Promise<void> {
  const tasks = mkdtempSync(join(tmpdir(), 'bench-'));
  // One iteration of PPO is compared before the timed ones.
  const hasPython = invited(args).some(isPython);
  for (const id of hasPython ? args.workloads : []) await writeTask(id, tasks, 1 + args.reps);
  const { contestants, close } = await invite(args, tasks);
  const show = (text: string) => process.stderr.write(`\r\u001b[K${text}`);
  try {
    const { rows, yardsticks } = await compete(contestants, args.workloads.map(workload), {
      reps: args.reps,
      budget: args.budget,
      onProgress: ({ side, engine, workload: id, repetition }) =>
        show(id === null ? `starting ${side} ${engine}` : `${id} ${side} ${engine}, repetition ${repetition}`),
    });
    show('');
    const date = new Date().toISOString().slice(0, 10);
    const machine = `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} threads`;
    const about = { date, machine, place: args.in === 'node' ? `Node ${process.version}` : 'browser' };
    const rates = [...yardsticks].map(([engine, rate]) => `${engine} ${rate.toFixed(2)} GFLOP/s`);
    process.stdout.write(
      `${formatTables(rows)}\n\n${date}, ${machine}, ${about.place}; bare matrix product: ${rates.join(', ') || 'not measured'}\n`,
    );
    if (args.json !== null)
      writeFileSync(
        args.json,
        `${JSON.stringify({ ...about, yardsticks: Object.fromEntries(yardsticks), rows }, null, 2)}\n`,
      );
    if (args.svg !== null) writeFileSync(args.svg, drawPicture(rows));
  } finally {
    await close();
    rmSync(tasks, { recursive: true, force: true });
  }
}

if (process.argv.includes('--help')) {
  process.stdout.write(`${USAGE}\n`);
} else {
  try {
    const args = parseBenchArguments(process.argv.slice(2));
    // Children inherit the variables that name the driver.
    restartWithSoftwareDriver();
    await main(args);
    process.exit(0);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(2);
  }
}
