/** `npm run headless`: the same pipeline as the page, in Node, writing its results to a folder. */
import { mkdirSync, readFileSync, renameSync, writeFileSync, appendFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parameterCount, resolveConfig } from '../config/config';
import { ConfigError } from '../config/errors';
import { TOKENIZER_PATH } from '../pipeline/assets';
import { runHeadless, type HeadlessPlan, type HeadlessSink } from '../experiment/headlessRun';
import { StoppedRun, type ArchiveSink } from '../experiment/runKeeping';
import { readArchive } from '../pipeline/archiveReader';
import { archiveParts } from '../pipeline/archiveWriter';
import { parseArguments, USAGE, type HeadlessArguments } from './arguments';
import { startNodeEngine } from './nodeGpu';
import { ProgressBar } from './progressBar';
import { PUBLIC, readPublic } from './publicFiles';

function folderSink(out: string, bar: ProgressBar): HeadlessSink {
  const line = (file: string, value: unknown) => appendFileSync(join(out, file), `${JSON.stringify(value)}\n`);
  for (const file of ['metrics.jsonl', 'samples.jsonl']) writeFileSync(join(out, file), '');
  return {
    metrics: (row) => line('metrics.jsonl', row),
    sample: (row) => line('samples.jsonl', row),
    progress: (report) => bar.update(report),
    file: (path, contents) => {
      mkdirSync(dirname(join(out, path)), { recursive: true });
      writeFileSync(join(out, path), contents);
    },
  };
}

/** Writes an archive piece by piece beside the old one, which stays whole until the new one is. */
function archiveSink(file: string, bar: ProgressBar): ArchiveSink {
  let isStopping = false;
  process.once('SIGINT', () => {
    isStopping = true;
    bar.note('stopping after this step; once more ends at once');
  });
  return {
    isStopping: () => isStopping,
    write: async (archive) => {
      const draft = `${file}.draft`;
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(draft, '');
      for await (const part of archiveParts(archive)) appendFileSync(draft, part);
      renameSync(draft, file);
    },
  };
}

/** What to run: an archive brings its own settings and stages. */
async function planOf(args: HeadlessArguments): Promise<Omit<HeadlessPlan, 'engine'>> {
  const { settings, stages, evalPrompts, resume } = args;
  if (resume === null) return { settings, stages, evalPrompts, config: resolveConfig(settings) };
  const resumed = await readArchive(new Blob([new Uint8Array(readFileSync(resume))]));
  const { manifest } = resumed.snapshot;
  return { settings: manifest.settings, stages: manifest.stages, evalPrompts, config: manifest.config, resumed };
}

async function main(args: HeadlessArguments): Promise<void> {
  const plan = await planOf(args);
  const { config, settings } = plan;
  mkdirSync(args.out, { recursive: true });
  const engine = await startNodeEngine(args.engine);
  const bar = new ProgressBar(process.stderr);
  bar.note(
    `${settings.preset}, ${parameterCount(config).toLocaleString('en')} parameters, engine ${engine.engine} on ${engine.adapter} (${engine.reason})`,
  );
  const { resumed } = plan;
  if (resumed && resumed.snapshot.manifest.engine !== engine.engine)
    bar.note(`the archive was made on ${resumed.snapshot.manifest.engine}; ${engine.engine} rounds differently`);
  const sink = folderSink(args.out, bar);
  if (args.saveRun !== null) sink.archives = archiveSink(args.saveRun, bar);
  sink.file('config.json', JSON.stringify({ ...settings, resolved: config, engine }, null, 2));
  const report = await runHeadless({ ...plan, engine }, readPublic, sink);
  sink.file('report.json', JSON.stringify(report, null, 2));
  sink.file('model/tokenizer.json', readFileSync(join(PUBLIC, TOKENIZER_PATH)));
  bar.finish();
  bar.note(`results in ${args.out}: report.json, metrics.jsonl, samples.jsonl, model/`);
}

if (process.argv.includes('--help')) {
  process.stdout.write(`${USAGE}\n`);
} else {
  let args: HeadlessArguments;
  try {
    args = parseArguments(process.argv.slice(2));
    resolveConfig(args.settings);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(2);
  }
  // Dawn keeps its threads: leave when the work is done.
  main(args).then(
    () => process.exit(0),
    (error: Error) => {
      if (error instanceof StoppedRun) {
        process.stderr.write(`${error.message}\n`);
        process.exit(130);
      }
      const isArgument = error instanceof ConfigError;
      process.stderr.write(`${isArgument ? error.message : (error.stack ?? error.message)}\n`);
      process.exit(isArgument ? 2 : 1);
    },
  );
}
