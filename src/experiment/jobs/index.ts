import type { JobDefinitions } from '../job';
import { bestOfN } from './bestOfN';
import { crossValidation } from './crossValidation';
import { judge } from './judge';
import { policy } from './policy';
import { ppo } from './ppo';
import { prompted } from './prompted';
import { publicTasks } from './publicTasks';
import { reward } from './reward';
import { rewardSizes } from './rewardSizes';
import { rewardStudy } from './rewardStudy';
import { round } from './round';
import { sft } from './sft';
import { sftEpochs } from './sftEpochs';

/** What each kind of job does. */
export const JOB_DEFINITIONS: JobDefinitions = {
  sft,
  reward,
  ppo,
  prompted,
  publicTasks,
  policy,
  judge,
  bestOfN,
  rewardStudy,
  rewardSizes,
  crossValidation,
  sftEpochs,
  round,
};
