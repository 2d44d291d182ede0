/**
 * Estimators of KL(p‖q) at a sampled token, and the exact value.
 *   k1 = log p − log q,   k2 = k1²/2,   k3 = q/p − 1 + k1,   exact = Σ p (log p − log q)
 * k1 and k3 are unbiased under p; k2 and k3 are never negative.
 * @source Schulman, "Approximating KL divergence" (2020)
 */
import * as tf from '@tensorflow/tfjs';
import type { Tensor1D, Tensor2D } from '@tensorflow/tfjs';
import { tokenLogprobs } from '../kernels/tokenLogprobs';

/** @param logitsP [N, V] @param logitsQ [N, V] @param tokens [N] int32. @returns each [N], nats */
export function klEstimators(
  logitsP: Tensor2D,
  logitsQ: Tensor2D,
  tokens: Tensor1D,
): Record<'exact' | 'k1' | 'k2' | 'k3', Tensor1D> {
  return tf.tidy(() => {
    const p = tokenLogprobs(logitsP, tokens);
    const q = tokenLogprobs(logitsQ, tokens);
    const k1 = p.logprobs.sub(q.logprobs) as Tensor1D;
    const k3 = k1.neg().exp().sub(1).add(k1) as Tensor1D;
    // log p of every token is its logit less the row's normaliser, which the sampled token reveals.
    const rows = (logits: Tensor2D, logprobs: Tensor1D) =>
      logits.sub(tokenLogits(logits, tokens).sub(logprobs).expandDims(1));
    const logP = rows(logitsP, p.logprobs);
    const exact = logP
      .exp()
      .mul(logP.sub(rows(logitsQ, q.logprobs)))
      .sum(1) as Tensor1D;
    return { exact, k1, k2: k1.square().div(2) as Tensor1D, k3 };
  });
}

function tokenLogits(logits: Tensor2D, tokens: Tensor1D): Tensor1D {
  return tf.oneHot(tokens, logits.shape[1]).cast('float32').mul(logits).sum(1) as Tensor1D;
}
