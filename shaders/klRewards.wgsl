// kl = logprob - reference (k1) or exp(d) - 1 - d with d = reference - logprob (k3); nonScore = -klCoef * kl;
// rewards = nonScore, plus the row's score in one slot: the last real one, or the one after it where there is one.
// logprobs, referenceLogprobs, rewards, kl, nonScore [B, SLOTS]; scores [B]; lengths, hasEos [B] int32.
// One thread per slot: no barriers. Padded slots are chosen away, never multiplied away: they may hold NaN.
// Uniforms: count (B * SLOTS), klCoef, scoreClip, missingEosPenalty, missingEosScore (unused ones are 0).
@group(0) @binding(0) var<storage, read_write> rewards: array<f32>;
@group(0) @binding(1) var<storage, read_write> kl: array<f32>;
@group(0) @binding(2) var<storage, read_write> nonScore: array<f32>;
@group(0) @binding(3) var<storage, read> logprobs: array<f32>;
@group(0) @binding(4) var<storage, read> referenceLogprobs: array<f32>;
@group(0) @binding(5) var<storage, read> scores: array<f32>;
@group(0) @binding(6) var<storage, read> lengths: array<i32>;
@group(0) @binding(7) var<storage, read> hasEos: array<i32>;

/** exp(d) - 1 - d; near 0 by its series, which keeps the digits that the difference loses. */
fn k3(d: f32) -> f32 {
  if (abs(d) < 0.125) {
    return d * d * (0.5 + d * (1.0 / 6.0 + d * (1.0 / 24.0 + d * (1.0 / 120.0 + d * (1.0 / 720.0)))));
  }
  return exp(d) - 1.0 - d;
}

fn scoreUsed(row: u32) -> f32 {
  var score = scores[row];
  // Clamping may lose a NaN, and a compiler may assume there is none: ask the bits.
  let isNaN = (bitcast<u32>(score) & 0x7fffffffu) > 0x7f800000u;
  if (CLIPS && !isNaN) { score = clamp(score, -uniforms.scoreClip, uniforms.scoreClip); }
  if (hasEos[row] == 0) {
    if (PENALISES) { score -= uniforms.missingEosPenalty; }
    if (REPLACES) { score = uniforms.missingEosScore; }
  }
  return score;
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= uniforms.count) { return; }
  let row = i / SLOTS;
  let slot = i32(i % SLOTS);
  let length = lengths[row];
  var divergence = 0.0;
  if (slot < length) {
    if (IS_K3) { divergence = k3(referenceLogprobs[i] - logprobs[i]); }
    else { divergence = logprobs[i] - referenceLogprobs[i]; }
  }
  let penalty = -uniforms.klCoef * divergence;
  kl[i] = divergence;
  nonScore[i] = penalty;
  let scoreSlot = select(length - 1, min(length, i32(SLOTS) - 1), NEXT_SLOT);
  if (slot == scoreSlot) { rewards[i] = penalty + scoreUsed(row); }
  else { rewards[i] = penalty; }
}
