/** What can be done for a run before somebody starts it, so that its first step comes soon. */
import { resolveConfig, type RunSettings } from '../config/config';
import { SHIPPED_PRESETS } from '../config/rows';
import { modelPath, TOKENIZER_PATH, type AssetReader, type ShippedModel } from '../pipeline/assets';
import { layGroundwork } from '../pipeline/groundwork';
import { rehearseLooks, rehearsePpo, rehearseSft } from '../pipeline/rehearsal';
import { livePolicies, type Run } from '../pipeline/run';
import type { PolicyName } from './protocol';
import { Showcase } from './showcase';

const MODELS: readonly ShippedModel[] = ['base', 'sft', 'rm'];

/**
 * Pieces of that work, most urgent first; each holds the worker up for a moment only. What they make is kept where a run
 * looks for it: files in the shelf behind `read`, the world in the program, pipelines on the device. A browser compiles
 * them beside the worker, so what the first figures wait for is begun before the world is made.
 */
export function foresight(settings: RunSettings, read: AssetReader): (() => Promise<unknown>)[] {
  const config = resolveConfig(settings);
  const tokenizer = async () => new TextDecoder().decode(await read(TOKENIZER_PATH));
  const isShipped = SHIPPED_PRESETS.includes(settings.preset);
  return [
    () => rehearsePpo(config, 'answers'),
    ...layGroundwork(config['world.size']).map((piece) => () => Promise.resolve(piece())),
    () => fetchAll(read, isShipped ? MODELS.map((name) => modelPath(settings.preset, name)) : []),
    () => rehearsePpo(config, 'updates'),
    () => rehearseSft(config),
    async () => rehearseLooks(config, await tokenizer(), showAnswers),
  ];
}

async function fetchAll(read: AssetReader, paths: readonly string[]): Promise<void> {
  await Promise.all(paths.map(read));
}

/** The board asks the models as well. */
async function showAnswers(run: Run): Promise<void> {
  const showcase = new Showcase();
  showcase.prompts = run.curriculum.pinnedPrompts();
  for (const policy of Object.keys(livePolicies(run)) as PolicyName[]) await showcase.answer(run, policy, 0);
}
