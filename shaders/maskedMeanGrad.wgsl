// dvalue = dmean / count where real, 0 where masked. mask, dvalues [size]; dmean, counts [].
// One thread per value: no barriers. Uniforms: size.
@group(0) @binding(0) var<storage, read_write> dvalues: array<f32>;
@group(0) @binding(1) var<storage, read> dmean: array<f32>;
@group(0) @binding(2) var<storage, read> mask: array<f32>;
@group(0) @binding(3) var<storage, read> counts: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= uniforms.size) { return; }
  var gradient = 0.0;
  if (mask[i] != 0.0) { gradient = dmean[0] / counts[0]; }
  dvalues[i] = gradient;
}
