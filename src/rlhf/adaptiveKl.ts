/**
 * Adaptive KL coefficient.
 *   e = clip(KL/target − 1, −0.2, 0.2),   β ← β · (1 + e·n/horizon)
 * @param kl       objective/kl of the iteration just finished, nats per answer
 * @param episodes answers in that iteration
 * @source Ziegler et al. 2019; lm-human-preferences train_policy.py:115-124. InstructGPT keeps β fixed.
 */
export function adaptKlCoef(
  klCoef: number,
  kl: number,
  { target, horizon, episodes }: { target: number; horizon: number; episodes: number },
): number {
  const error = Math.min(0.2, Math.max(-0.2, kl / target - 1));
  return klCoef * (1 + (error * episodes) / horizon);
}
