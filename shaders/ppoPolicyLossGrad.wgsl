// dnewLogprob = -dloss * A * ratio / n where the clipped term does not win, else 0; 0 in masked slots.
// newLogprobs, oldLogprobs, advantages, mask, dnewLogprobs [count]; dloss []; metrics [9], the last is n.
// One thread per slot: no barriers. Uniforms: count, clipRange.
@group(0) @binding(0) var<storage, read_write> dnewLogprobs: array<f32>;
@group(0) @binding(1) var<storage, read> dloss: array<f32>;
@group(0) @binding(2) var<storage, read> newLogprobs: array<f32>;
@group(0) @binding(3) var<storage, read> oldLogprobs: array<f32>;
@group(0) @binding(4) var<storage, read> advantages: array<f32>;
@group(0) @binding(5) var<storage, read> mask: array<f32>;
@group(0) @binding(6) var<storage, read> metrics: array<f32>;

/** As in ppoPolicyLoss.wgsl. */
fn isNaN(value: f32) -> bool {
  return (bitcast<u32>(value) & 0x7fffffffu) > 0x7f800000u;
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= uniforms.count) { return; }
  var gradient = 0.0;
  if (mask[i] != 0.0) {
    let ratio = exp(newLogprobs[i] - oldLogprobs[i]);
    let unclipped = -advantages[i] * ratio;
    let clipped = -advantages[i] * clamp(ratio, 1.0 - uniforms.clipRange, 1.0 + uniforms.clipRange);
    let isClipped = clipped > unclipped && !isNaN(unclipped);
    gradient = select(dloss[0] * unclipped / metrics[8], 0.0, isClipped);
  }
  dnewLogprobs[i] = gradient;
}
