/**
 * Makes the checkpoints that ship with the app, one preset at a time, with the project's own pipeline:
 *   npm run checkpoints -- --preset nano [--stages base,sft,rm] [--engine wasm] [--seed 1]
 * Each file is float16 and is read back before the next stage starts, so that a visitor's run starts from exactly what we
 * measured. `public/models/<preset>/provenance.json` says how each was made.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { parameterCount, resolveConfig, type RunSettings } from '../src/config/config';
import { readOutside } from '../src/config/outside';
import type { Preset } from '../src/config/rows';
import { installNodeGpu, restartWithSoftwareDriver } from '../src/cli/nodeGpu';
import { ProgressBar } from '../src/cli/progressBar';
import { startEngine, type Engine } from '../src/kernels/device';
import type { MetricKey } from '../src/metrics/metrics';
import { saveModel } from '../src/nn/checkpoint';
import type { Gpt } from '../src/nn/gpt';
import { loadShipped, modelPath, WORLD_KEY, type ShippedModel } from '../src/pipeline/assets';
import { createRun, runStage, shapeOf, type Run } from '../src/pipeline/run';
import type { Stage } from '../src/pipeline/report';

const option = (name: string, fallback: string) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : process.argv[at + 1];
};

const preset = option('preset', 'nano') as Preset;
const wanted = option('stages', 'base,sft,rm').split(',') as ShippedModel[];
const settings: RunSettings = {
  version: 1,
  preset,
  recipe: 'proven',
  overrides: { 'run.seed': Number(option('seed', '1')) },
};
const config = resolveConfig(settings);
const folder = join('public', 'models', preset);
const provenanceFile = join(folder, 'provenance.json');
const bar = new ProgressBar(process.stderr);

type Summary = Partial<Record<MetricKey, number>>;

async function runToEnd(run: Run, stage: Stage): Promise<Summary> {
  const last: Summary = {};
  for await (const report of runStage(run, stage)) {
    bar.update(report);
    for (const row of report.rows) Object.assign(last, row.metrics);
  }
  bar.finish();
  return last;
}

/** Beside the files of a preset: how each of them was made. */
const PROVENANCE = { where: provenanceFile, length: 1 << 20, depth: 8, remedy: 'delete it; it is written anew' };

async function ship(run: Run, name: ShippedModel, model: Gpt, numbers: Summary, engine: string): Promise<void> {
  const how = {
    command: `npm run checkpoints -- --preset ${preset}`,
    engine,
    seed: config['run.seed'],
    date: new Date().toISOString().slice(0, 10),
  };
  const tokens = name === 'base' ? { tokens: config['pretrain.tokens'] } : {};
  writeFileSync(
    join('public', modelPath(preset, name)),
    await saveModel(model, { [WORLD_KEY]: run.curriculum.fingerprint, ...mapStrings(how) }, 'F16'),
  );
  const provenance = existsSync(provenanceFile)
    ? readOutside(readFileSync(provenanceFile, 'utf8'), v.record(v.string(), v.unknown()), PROVENANCE)
    : {};
  provenance[name] = {
    ...how,
    ...tokens,
    parameters: parameterCount(config),
    world: run.curriculum.fingerprint,
    last: numbers,
  };
  writeFileSync(provenanceFile, `${JSON.stringify(provenance, null, 2)}\n`);
  bar.note(`${modelPath(preset, name)}: ${JSON.stringify(numbers)}`);
}

const mapStrings = (record: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, String(value)]));

async function main(): Promise<void> {
  const choice = option('engine', 'wasm') as Engine;
  if (choice === 'webgpu') {
    restartWithSoftwareDriver();
    await installNodeGpu();
  }
  const { engine, adapter } = await startEngine(choice);
  mkdirSync(folder, { recursive: true });
  const read = (path: string) => Promise.resolve(new Uint8Array(readFileSync(join('public', path))));
  const run = createRun(config, readFileSync('public/tokenizer.json', 'utf8'));
  const load = (name: ShippedModel) => loadShipped(read, preset, name, shapeOf(config), run.curriculum.fingerprint);
  const by = `${engine}, ${adapter}`;
  if (wanted.includes('base')) {
    const numbers = await runToEnd(run, 'pretrain');
    await ship(run, 'base', run.models.base!, numbers, by);
  }
  if (!wanted.includes('sft') && !wanted.includes('rm')) return;
  run.models.base = await load('base');
  const sft = await runToEnd(run, 'sft');
  // The reward model picks the SFT checkpoint, so the two are made together.
  const rm = await runToEnd(run, 'rm');
  await ship(run, 'sft', run.models.sft!, sft, by);
  await ship(run, 'rm', run.models.rewardModel!, rm, by);
}

main().then(
  () => process.exit(0),
  (error: Error) => {
    process.stderr.write(`${error.stack ?? error.message}\n`);
    process.exit(1);
  },
);
