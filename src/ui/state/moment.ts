import type { PolicyName } from '../../worker/protocol';
import type { AppState } from './app.svelte';
import type { ShownSnapshot } from './run.svelte';

/**
 * The answers of a policy at the moment on show. Only the policy that a screen's stage trains moves with the slider; the
 * others stand as they were last asked.
 */
export function snapshotOnShow(
  app: Pick<AppState, 'run' | 'moment'>,
  screen: 'sft' | 'rm' | 'ppo',
  policy: PolicyName,
): ShownSnapshot | null {
  return app.run.snapshot(policy, policy === screen ? app.moment : null);
}
