import type { PolicyName } from '../../worker/protocol';

/** Names of the models, the same in every language. */
export const POLICY_NAME: Record<PolicyName, string> = { base: 'Base', sft: 'SFT', ppo: 'PPO' };
