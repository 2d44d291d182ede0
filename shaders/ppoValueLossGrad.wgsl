// dnewValue = dloss * (V - return) / n where the clipped term does not win, else 0; 0 in masked slots.
// newValues, oldValues, returns, mask, dnewValues [count]; dloss []; metrics [7], the last is n.
// One thread per slot: no barriers. Uniforms: count, clipRange.
@group(0) @binding(0) var<storage, read_write> dnewValues: array<f32>;
@group(0) @binding(1) var<storage, read> dloss: array<f32>;
@group(0) @binding(2) var<storage, read> newValues: array<f32>;
@group(0) @binding(3) var<storage, read> oldValues: array<f32>;
@group(0) @binding(4) var<storage, read> returns: array<f32>;
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
    let error = newValues[i] - returns[i];
    var isClipped = false;
    if (CLIPS) {
      let near = clamp(newValues[i], oldValues[i] - uniforms.clipRange, oldValues[i] + uniforms.clipRange) - returns[i];
      isClipped = near * near > error * error && !isNaN(error);
    }
    gradient = select(dloss[0] * error / metrics[6], 0.0, isClipped);
  }
  dnewValues[i] = gradient;
}
