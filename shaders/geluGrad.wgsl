// dx = dy * slope of gelu at x, see shaders/geluFunctions.wgsl, which is appended. x, dy, dx [size].
// One thread per element: no barriers. Uniforms: size.
@group(0) @binding(0) var<storage, read_write> dx: array<f32>;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read> x: array<f32>;

alias Part = f32;
alias Bits = u32;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= uniforms.size) { return; }
  dx[i] = dy[i] * geluSlope(x[i]);
}
