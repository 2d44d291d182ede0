/**
 * `npm run test:soak -- --minutes 60 --engine wasm`: `nano` for so long in one session, one run after the other, and
 * exits with 1 when memory was not flat. `--out FILE` keeps every sample.
 */
import { writeFileSync } from 'node:fs';
import { startNodeEngine } from '../../src/cli/nodeGpu';
import { ENGINES, type Engine } from '../../src/kernels/device';
import { findGrowth, growthOf, TOLERANCE, type MemorySample } from './growth';
import { soak } from './soak';

/** PPO updates of one run: few enough for several runs in an hour, so that their ends can be compared. */
const UPDATES = 12;
const EVERY_SECONDS = 15;

function option(name: string, fallback: string): string {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : (process.argv[at + 1] ?? '');
}

const minutes = Number(option('minutes', '60'));
if (!(minutes > 0)) throw new RangeError(`--minutes: got "${option('minutes', '60')}"; expected a number above 0.`);
const wanted = option('engine', 'wasm');
const engine = ENGINES.find((name): name is Engine => name === wanted);
if (engine === undefined) throw new RangeError(`--engine: got "${wanted}"; expected one of ${ENGINES.join(', ')}.`);

const mib = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
const described = ({ seconds, cycle, stage, tensors, engineBytes, heapBytes, bufferBytes }: MemorySample) =>
  `${(seconds / 60).toFixed(1).padStart(6)} min  run ${cycle}  ${stage.padEnd(4)}  ${tensors} tensors, ${mib(engineBytes)} on the engine, heap ${mib(heapBytes)}, buffers ${mib(bufferBytes)}`;

const info = await startNodeEngine(engine);
console.log(`soak: nano for ${minutes} minutes on ${info.engine} (${info.adapter}), ${UPDATES} updates a run`);
const samples = await soak({
  settings: (cycle) => ({
    version: 1,
    preset: 'nano',
    recipe: 'proven',
    overrides: { 'run.seed': cycle, 'ppo.iterations': UPDATES },
  }),
  plan: 'ppo',
  everySeconds: EVERY_SECONDS,
  goesOn: (sample) => {
    if (sample.stage === 'end') console.log(described(sample));
    return sample.seconds < minutes * 60;
  },
});
const out = option('out', '');
if (out !== '') writeFileSync(out, samples.map((sample) => `${JSON.stringify(sample)}\n`).join(''));
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
const problems = findGrowth(samples);
console.log(problems.length === 0 ? `flat: ${samples.length} samples` : `NOT FLAT:\n${problems.join('\n')}`);
// Dawn keeps its threads: leave when the work is done.
process.exit(problems.length === 0 ? 0 : 1);
