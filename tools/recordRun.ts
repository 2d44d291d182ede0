/**
 * Records one run for visitors whose browser cannot train: the events the page would have received, thinned.
 *   npm run record -- --preset nano [--plan all] [--seed 1] [--set ppo.iterations=50]
 * Writes `public/recorded/<preset>.json`.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSetting, type RunSettings } from '../src/config/config';
import type { Preset } from '../src/config/rows';
import { startEngine } from '../src/kernels/device';
import type { RecordedRun, RunPlan, WorkerEvent } from '../src/worker/protocol';
import { Session } from '../src/worker/session';

const option = (name: string, fallback: string) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : process.argv[at + 1];
};

const preset = option('preset', 'nano') as Preset;
const plan = option('plan', 'all') as RunPlan;
const settings: RunSettings = {
  version: 1,
  preset,
  recipe: 'proven',
  overrides: { 'run.seed': Number(option('seed', '1')) },
};
process.argv.forEach((word, i) => {
  if (word !== '--set') return;
  const [key, value] = process.argv[i + 1].split('=');
  const setting = parseSetting(key, value);
  settings.overrides[setting.key] = setting.value;
});

type Kept = RecordedRun['events'][number];

const DIGITS = 4;
/** Four significant digits are more than a chart shows, and a third of the bytes. */
const round = (value: number) => (Number.isFinite(value) ? Number(value.toPrecision(DIGITS)) : null);

/** The same for every number inside a value; everything else as it is. */
function rounded<T>(value: T): T {
  return JSON.parse(
    JSON.stringify(value, (_key, part: unknown) =>
      typeof part === 'number' && !Number.isInteger(part) ? round(part) : part,
    ),
  ) as T;
}

/**
 * Token numbers are most of the bytes. A policy keeps those of its first, second, fourth, eighth ... and last answers;
 * at the other moments the inspector has none to show.
 */
function withFewTokenNumbers(events: readonly Kept[]): Kept[] {
  const seen = new Map<string, number>();
  const last = new Map<string, Kept>();
  for (const kept of events) if (kept.event.type === 'completions') last.set(kept.event.policy, kept);
  return events.map((kept) => {
    const { event, atMs } = kept;
    if (event.type !== 'completions') return kept;
    const count = (seen.get(event.policy) ?? 0) + 1;
    seen.set(event.policy, count);
    const isKept = Number.isInteger(Math.log2(count)) || last.get(event.policy) === kept;
    const items = isKept ? event.items : event.items.map(({ numbers: _, ...item }) => item);
    return { atMs, event: { ...event, items: rounded(items) } };
  });
}

/** Status reports closer together than this are dropped. */
const STATUS_EVERY_MS = 250;

function record(events: Kept[], begun: number): (event: WorkerEvent) => void {
  let statusAt = -Infinity;
  let stateSeen = '';
  return (event) => {
    const atMs = Math.round(performance.now() - begun);
    if (event.type === 'failed') throw new Error(event.message);
    if (event.type === 'metrics') {
      events.push({ atMs, event: { ...event, steps: [...event.steps], values: [...event.values].map(round) } });
    } else if (event.type === 'status') {
      const state = `${event.status.state}/${event.status.stage}`;
      if (state === stateSeen && atMs - statusAt < STATUS_EVERY_MS) return;
      [statusAt, stateSeen] = [atMs, state];
      events.push({ atMs, event });
    } else if (event.type === 'completions' || event.type === 'stageDone') {
      events.push({ atMs, event });
    }
  };
}

async function main(): Promise<void> {
  const engine = await startEngine('wasm');
  const read = (path: string) => Promise.resolve(new Uint8Array(readFileSync(join('public', path))));
  const events: Kept[] = [];
  const session = new Session(read, record(events, performance.now()));
  await session.handle({ type: 'start', plan, settings });
  const command = `npm run record -- ${process.argv.slice(2).join(' ')}`;
  const provenance = `${command}; engine ${engine.engine} (${engine.adapter}); ${new Date().toISOString().slice(0, 10)}`;
  const run: RecordedRun = { version: 1, settings, provenance, events: withFewTokenNumbers(events) };
  mkdirSync('public/recorded', { recursive: true });
  const file = `public/recorded/${preset}.json`;
  writeFileSync(file, JSON.stringify(run));
  process.stdout.write(`${file}: ${events.length} events over ${(events.at(-1)?.atMs ?? 0) / 1000} s\n`);
}

main().then(
  () => process.exit(0),
  (error: Error) => {
    process.stderr.write(`${error.stack ?? error.message}\n`);
    process.exit(1);
  },
);
