// ratio = exp(new - old); loss = mean over real slots of max(-A * ratio, -A * clamp(ratio, 1 - clip, 1 + clip)).
// metrics, in the order of POLICY_METRICS. newLogprobs, oldLogprobs, advantages, mask [count]; loss []; metrics [9].
// One workgroup; its threads stride over the slots. Workgroup memory: 32 * WORKGROUP bytes. One barrier, reached by every
// thread (no return before it). Masked slots are chosen away, never multiplied: they may hold NaN.
// Uniforms: count, clipRange.
@group(0) @binding(0) var<storage, read_write> loss: array<f32>;
@group(0) @binding(1) var<storage, read_write> metrics: array<f32>;
@group(0) @binding(2) var<storage, read> newLogprobs: array<f32>;
@group(0) @binding(3) var<storage, read> oldLogprobs: array<f32>;
@group(0) @binding(4) var<storage, read> advantages: array<f32>;
@group(0) @binding(5) var<storage, read> mask: array<f32>;
var<workgroup> lossParts: array<vec4<f32>, WORKGROUP>;
var<workgroup> klParts: array<vec4<f32>, WORKGROUP>;

/** exp(d) - 1 - d; near 0 by its series, which keeps the digits that the difference loses. */
fn k3(d: f32) -> f32 {
  if (abs(d) < 0.125) {
    return d * d * (0.5 + d * (1.0 / 6.0 + d * (1.0 / 24.0 + d * (1.0 / 120.0 + d * (1.0 / 720.0)))));
  }
  return exp(d) - 1.0 - d;
}

/** A maximum may lose a NaN, and a compiler may assume there is none: ask the bits. */
fn isNaN(value: f32) -> bool {
  return (bitcast<u32>(value) & 0x7fffffffu) > 0x7f800000u;
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) thread: u32) {
  var losses = vec4<f32>(0.0); // loss, clipped, ratio, count
  var divergences = vec4<f32>(0.0); // k1, k2, k3
  for (var i = thread; i < uniforms.count; i += WORKGROUP) {
    if (mask[i] != 0.0) {
      let d = newLogprobs[i] - oldLogprobs[i];
      let ratio = exp(d);
      let unclipped = -advantages[i] * ratio;
      let clipped = -advantages[i] * clamp(ratio, 1.0 - uniforms.clipRange, 1.0 + uniforms.clipRange);
      let isClipped = clipped > unclipped && !isNaN(unclipped);
      losses += vec4<f32>(select(unclipped, clipped, isClipped), select(0.0, 1.0, isClipped), ratio, 1.0);
      divergences += vec4<f32>(-d, 0.5 * d * d, k3(d), 0.0);
    }
  }
  lossParts[thread] = losses;
  klParts[thread] = divergences;
  workgroupBarrier();
  if (thread == 0u) {
    var total = vec4<f32>(0.0);
    var kl = vec4<f32>(0.0);
    for (var j = 0u; j < WORKGROUP; j++) {
      total += lossParts[j];
      kl += klParts[j];
    }
    let n = max(total.w, 1.0);
    let slots = f32(uniforms.count);
    loss[0] = total.x / n;
    metrics[0] = total.x / n;
    metrics[1] = total.y / n;
    metrics[2] = kl.x / n;
    metrics[3] = kl.y / n;
    metrics[4] = kl.z / n;
    metrics[5] = total.z / n;
    metrics[6] = kl.y / slots;
    metrics[7] = (total.z + slots - total.w) / slots;
    metrics[8] = total.w;
  }
}
