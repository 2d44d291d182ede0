import { hostRunners } from './host';
import { layerRunners } from './layers';
import { logitRunners } from './logits';
import { modelRunners } from './models';
import { optimiserRunners } from './optimiser';
import { rewardRunners } from './rewards';
import type { Runner } from './runner';
import { trainingRunners } from './training';

/** The runner of each op. An op without one fails. */
export const RUNNERS: Readonly<Record<string, Runner | undefined>> = {
  ...layerRunners,
  ...logitRunners,
  ...optimiserRunners,
  ...rewardRunners,
  ...modelRunners,
  ...trainingRunners,
  ...hostRunners,
};
