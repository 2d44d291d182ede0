/** `npm run headless`: the same pipeline as the page, in Node, writing its results to a folder. */
import { mkdirSync, readFileSync, writeFileSync, appendFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parameterCount, resolveConfig } from '../config/config';
import { ConfigError } from '../config/errors';
import { TOKENIZER_PATH } from '../pipeline/assets';
import { runHeadless, type HeadlessSink } from '../experiment/headlessRun';
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

async function main(args: HeadlessArguments): Promise<void> {
  const config = resolveConfig(args.settings);
  mkdirSync(args.out, { recursive: true });
  const engine = await startNodeEngine(args.engine);
  const bar = new ProgressBar(process.stderr);
  bar.note(
    `${args.settings.preset}, ${parameterCount(config).toLocaleString('en')} parameters, engine ${engine.engine} on ${engine.adapter} (${engine.reason})`,
  );
  const sink = folderSink(args.out, bar);
  sink.file('config.json', JSON.stringify({ ...args.settings, resolved: config, engine }, null, 2));
  const report = await runHeadless({ ...args, config, engine }, readPublic, sink);
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
      const isArgument = error instanceof ConfigError;
      process.stderr.write(`${isArgument ? error.message : (error.stack ?? error.message)}\n`);
      process.exit(isArgument ? 2 : 1);
    },
  );
}
