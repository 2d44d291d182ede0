import type { AppState } from '../state/app.svelte';

/**
 * Trains the reward model of the present run on the chosen labels, then PPO, and shows it; loads the models first where
 * there is no run.
 * @returns whether it has begun; if not, the desk says why
 */
export async function teachRun(app: AppState): Promise<boolean> {
  if (app.live.status.plan === null) app.hold();
  if (!(await app.desk.teaching.train())) return false;
  app.live.forgetStages(['rm', 'ppo']);
  app.go('rm');
  return true;
}
