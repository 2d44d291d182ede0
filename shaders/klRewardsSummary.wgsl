// scoresUsed = score after clip and missing-EOS rule, per row;
// summary = batch means of row sums: kl, -klCoef * kl, score used, the two together, -logprob (entropy estimate).
// logprobs, kl [B, SLOTS]; scores, scoresUsed [B]; lengths, hasEos [B] int32; summary [5].
// One workgroup whose threads stride over the rows. Workgroup memory: 12 * WORKGROUP bytes. One barrier, reached by every
// thread (no return before it). Uniforms: rows, klCoef, scoreClip, missingEosPenalty, missingEosScore.
@group(0) @binding(0) var<storage, read_write> scoresUsed: array<f32>;
@group(0) @binding(1) var<storage, read_write> summary: array<f32>;
@group(0) @binding(2) var<storage, read> kl: array<f32>;
@group(0) @binding(3) var<storage, read> logprobs: array<f32>;
@group(0) @binding(4) var<storage, read> scores: array<f32>;
@group(0) @binding(5) var<storage, read> lengths: array<i32>;
@group(0) @binding(6) var<storage, read> hasEos: array<i32>;
var<workgroup> partial: array<vec3<f32>, WORKGROUP>;

fn scoreUsed(row: u32) -> f32 {
  var score = scores[row];
  // As in klRewards.wgsl.
  let isNaN = (bitcast<u32>(score) & 0x7fffffffu) > 0x7f800000u;
  if (CLIPS && !isNaN) { score = clamp(score, -uniforms.scoreClip, uniforms.scoreClip); }
  if (hasEos[row] == 0) {
    if (PENALISES) { score -= uniforms.missingEosPenalty; }
    if (REPLACES) { score = uniforms.missingEosScore; }
  }
  return score;
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) thread: u32) {
  var sums = vec3<f32>(0.0);
  for (var row = thread; row < uniforms.rows; row += WORKGROUP) {
    let length = min(u32(max(lengths[row], 0)), SLOTS);
    let start = row * SLOTS;
    var divergence = 0.0;
    var surprise = 0.0;
    for (var slot = 0u; slot < length; slot++) {
      divergence += kl[start + slot];
      surprise -= logprobs[start + slot];
    }
    let score = scoreUsed(row);
    scoresUsed[row] = score;
    sums += vec3<f32>(divergence, score, surprise);
  }
  partial[thread] = sums;
  workgroupBarrier();
  if (thread == 0u) {
    var total = vec3<f32>(0.0);
    for (var j = 0u; j < WORKGROUP; j++) { total += partial[j]; }
    let mean = total / f32(uniforms.rows);
    summary[0] = mean.x;
    summary[1] = -uniforms.klCoef * mean.x;
    summary[2] = mean.y;
    summary[3] = mean.y - uniforms.klCoef * mean.x;
    summary[4] = mean.z;
  }
}
