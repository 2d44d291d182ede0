/** The prompted baseline: which worked examples stand before a prompt, chosen by the reward model on validation prompts. */
import { chooseShots } from '../../evaluation/fewShot';
import type { JobDefinition } from '../job';
import { loadAligned } from './reward';

export const prompted: JobDefinition<'prompted'> = {
  version: 1,
  async run(context, { options }) {
    await loadAligned(context);
    context.progress(`trying ${options.candidates} prefixes`);
    return chooseShots(context.run, await context.base(), options);
  },
};
