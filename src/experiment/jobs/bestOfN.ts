/** Best of n answers of the SFT policy by the reward model: over-optimisation without any training. */
import { sampleMany } from '../../evaluation/answers';
import { bestOfNCurve, scoreTable } from '../../evaluation/bestOfN';
import type { JobDefinition } from '../job';
import { loadAligned } from './reward';

export const bestOfN: JobDefinition<'bestOfN'> = {
  version: 1,
  async run(context, { options }) {
    const { run, progress } = context;
    await loadAligned(context);
    const prompts = run.curriculum.testPrompts.slice(0, options.prompts);
    const asked = { name: 'sft', model: run.models.sft! };
    progress(`${options.samples} answers to each of ${prompts.length} prompts`);
    const rounds = await sampleMany(run, asked, prompts, options.samples, 'check points');
    const { proxy, gold } = scoreTable(rounds);
    return { samples: options.samples, points: bestOfNCurve(proxy, gold, options.ns) };
  },
};
