// Rewards and advantages of sampled answers. A piece is one row of `slots`, a multiple of 4 for the rewards. See
// kernels/klRewards.ts and kernels/gae.ts.

// k1 alone. `scoreSlot` as in klRewards.ts: the last token, or the slot behind it.
export function klRewards(
  logprobs: usize, referenceLogprobs: usize, scores: usize, lengths: usize, hasEos: usize, rewards: usize, kl: usize,
  nonScoreReward: usize, slots: i32, klCoef: f32, isNextSlot: i32, scoreClip: f32, replaces: i32, withoutEos: f32,
  scratch: usize, from: i32, to: i32,
): void {
  const minusCoef = f32x4.splat(-klCoef);
  for (let row = from; row < to; row++) {
    const length = load<i32>(lengths + ((<usize>row) << 2));
    const start = (<usize>(row * slots)) << 2;
    let left = i32x4.sub(i32x4.splat(length), i32x4(0, 1, 2, 3));
    for (let at = start, end = start + ((<usize>slots) << 2); at < end; at += 16) {
      const isReal = i32x4.gt_s(left, i32x4.splat(0));
      const divergence = v128.and(isReal, f32x4.sub(v128.load(logprobs + at), v128.load(referenceLogprobs + at)));
      const penalty = f32x4.mul(minusCoef, divergence);
      v128.store(kl + at, divergence);
      v128.store(nonScoreReward + at, penalty);
      v128.store(rewards + at, penalty);
      left = i32x4.sub(left, i32x4.splat(4));
    }
    const slot = isNextSlot ? min(length, slots - 1) : length - 1;
    if (slot < 0) continue;
    let score = load<f32>(scores + ((<usize>row) << 2));
    // Comparisons, so that NaN stays.
    if (score > scoreClip) score = scoreClip;
    if (score < -scoreClip) score = -scoreClip;
    if (!load<i32>(hasEos + ((<usize>row) << 2))) score = replaces ? withoutEos : score - withoutEos;
    const scored = rewards + start + ((<usize>slot) << 2);
    store<f32>(scored, load<f32>(scored) + score);
  }
}

// In double precision, as the reference: the sum runs over a whole answer. `extra`: slots counted behind the last token.
export function gae(
  rewards: usize, values: usize, lengths: usize, advantages: usize, returns: usize, slots: i32, gamma: f64, decay: f64,
  extra: i32, scratch: usize, from: i32, to: i32,
): void {
  for (let row = from; row < to; row++) {
    const start = (<usize>(row * slots)) << 2;
    const counted = min(load<i32>(lengths + ((<usize>row) << 2)) + extra, slots);
    const end = start + ((<usize>counted) << 2);
    memory.fill(advantages + end, 0, (<usize>(slots - counted)) << 2);
    memory.fill(returns + end, 0, (<usize>(slots - counted)) << 2);
    let nextValue: f64 = 0;
    let advantage: f64 = 0;
    for (let at = end; at > start;) {
      at -= 4;
      const value = <f64>load<f32>(values + at);
      advantage = <f64>load<f32>(rewards + at) + gamma * nextValue - value + decay * advantage;
      store<f32>(advantages + at, <f32>advantage);
      store<f32>(returns + at, <f32>(advantage + value));
      nextValue = value;
    }
  }
}
