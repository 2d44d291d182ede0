/**
 * `npm run test:soak -- --minutes 60 --engine wasm`: `nano` for so long in one session, one run after the other, and
 * exits with 1 when memory was not flat. `--in browser` does it in the whole page, with its charts. `--updates N` and
 * `--batch N` make runs shorter, `--dist DIR` takes a page that is built already, `--out FILE` keeps every sample.
 */
import { writeFileSync } from 'node:fs';
import { startNodeEngine } from '../../src/cli/nodeGpu';
import { ENGINES, type Engine } from '../../src/kernels/device';
import { findGrowth, growthOf, TOLERANCE, type MemorySample } from './growth';
import { soakInBrowser } from './inBrowser';
import { soak } from './soak';

/** PPO updates of one run: few enough for several runs in an hour, so that their ends can be compared. */
const UPDATES = '12';
const EVERY_SECONDS = 15;

function option(name: string, fallback: string): string {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : (process.argv[at + 1] ?? '');
}

function above0(name: string, fallback: string): number {
  const value = Number(option(name, fallback));
  if (value > 0) return value;
  throw new RangeError(`--${name}: got "${option(name, fallback)}"; expected a number above 0.`);
}

const minutes = above0('minutes', '60');
const updates = above0('updates', UPDATES);
const batchSize = above0('batch', '64');
const place = option('in', 'node');
if (place !== 'node' && place !== 'browser') throw new RangeError(`--in: got "${place}"; expected node or browser.`);
const wanted = option('engine', 'wasm');
const engine = ENGINES.find((name): name is Engine => name === wanted);
if (engine === undefined) throw new RangeError(`--engine: got "${wanted}"; expected one of ${ENGINES.join(', ')}.`);

const mib = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
const described = ({ seconds, cycle, stage, tensors, engineBytes, heapBytes, bufferBytes }: MemorySample) =>
  `${(seconds / 60).toFixed(1).padStart(6)} min  run ${cycle}  ${stage.padEnd(4)}  ${tensors} tensors, ${mib(engineBytes)} on the engine, heap ${mib(heapBytes)}, buffers ${mib(bufferBytes)}`;

const keep = (samples: readonly object[]) => {
  const out = option('out', '');
  if (out !== '') writeFileSync(out, samples.map((sample) => `${JSON.stringify(sample)}\n`).join(''));
};

if (place === 'browser') {
  if (engine === 'cpu') throw new RangeError('--engine: got "cpu"; expected wasm or webgpu, which a page trains with.');
  const dist = option('dist', '');
  console.log(
    `soak: nano in the page for ${minutes} minutes on ${engine}, ${updates} updates of ${batchSize} answers a run`,
  );
  const found = await soakInBrowser({ minutes, engine, updates, batchSize, dist: dist === '' ? null : dist });
  keep(found.samples);
  finish(found.problems, found.samples.length);
} else {
  const samples = await soakInNode(engine);
  keep(samples);
  finish(findGrowth(samples), samples.length);
}

async function soakInNode(name: Engine): Promise<MemorySample[]> {
  const info = await startNodeEngine(name);
  console.log(`soak: nano for ${minutes} minutes on ${info.engine} (${info.adapter}), ${updates} updates a run`);
  const samples = await soak({
    settings: (cycle) => ({
      version: 1,
      preset: 'nano',
      recipe: 'proven',
      overrides: { 'run.seed': cycle, 'ppo.iterations': updates, 'ppo.batchSize': batchSize },
    }),
    plan: 'ppo',
    everySeconds: EVERY_SECONDS,
    goesOn: (sample) => {
      if (sample.stage === 'end') console.log(described(sample));
      return sample.seconds < minutes * 60;
    },
  });
  const kept = samples.slice(Math.floor(samples.length * TOLERANCE.warmUpShare));
  for (const key of ['heapBytes', 'bufferBytes'] as const) {
    const { first, last, perHour } = growthOf(
      kept.map(({ seconds }) => seconds),
      kept.map((sample) => sample[key]),
    );
    console.log(
      `${key}: ${mib(first)} to ${mib(last)}, ${mib(perHour)} an hour; ${kept.length} samples after warming up`,
    );
  }
  return samples;
}

/** Dawn keeps its threads: leave when the work is done. */
function finish(problems: readonly string[] | null, count: number): never {
  if (problems === null) console.log('not judged: too short');
  else console.log(problems.length === 0 ? `flat: ${count} samples` : `NOT FLAT:\n${problems.join('\n')}`);
  process.exit(problems === null || problems.length > 0 ? 1 : 0);
}
