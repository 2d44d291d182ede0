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

/** Those that were asked for and can run here; one that cannot becomes a contestant that says so. */
async function invite(
  args: BenchArguments,
  tasks: string,
): Promise<{ contestants: Contestant[]; close(): Promise<void> }> {
  const wanted = ENTRIES.filter(({ side, engine }) => args.sides.includes(side) && args.engines.includes(engine));
  const entries = wanted.filter((entry) => entry.in.includes('python') || entry.in.includes(args.in));
  const browser = args.in === 'browser' ? await openBrowser() : null;
  const contestants: Contestant[] = [];
  for (const entry of entries) {
    const isPython = entry.in.includes('python');
    if (isPython) contestants.push(pythonContestant(entry, tasks));
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
  for (const id of args.workloads) writeTask(id, tasks);
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
