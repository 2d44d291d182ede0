// dlogprob = -klCoef * dy (k1) or -klCoef * (1 - exp(d)) * dy with d = reference - logprob (k3); dreference = -dlogprob.
// dy, logprobs, referenceLogprobs, dlogprobs, dreference [B, SLOTS]; lengths [B] int32. 0 in padded slots.
// One thread per slot: no barriers. Uniforms: count (B * SLOTS), klCoef.
@group(0) @binding(0) var<storage, read_write> dlogprobs: array<f32>;
@group(0) @binding(1) var<storage, read_write> dreference: array<f32>;
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read> logprobs: array<f32>;
@group(0) @binding(4) var<storage, read> referenceLogprobs: array<f32>;
@group(0) @binding(5) var<storage, read> lengths: array<i32>;

/** exp(d) - 1; near 0 by its series, which keeps the digits that the difference loses. */
fn expm1(d: f32) -> f32 {
  if (abs(d) < 0.125) {
    return d * (1.0 + d * (0.5 + d * (1.0 / 6.0 + d * (1.0 / 24.0 + d * (1.0 / 120.0 + d * (1.0 / 720.0))))));
  }
  return exp(d) - 1.0;
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= uniforms.count) { return; }
  var gradient = 0.0;
  if (i32(i % SLOTS) < lengths[i / SLOTS]) {
    gradient = -uniforms.klCoef * dy[i];
    if (IS_K3) { gradient *= -expm1(referenceLogprobs[i] - logprobs[i]); }
  }
  dlogprobs[i] = gradient;
  dreference[i] = -gradient;
}
