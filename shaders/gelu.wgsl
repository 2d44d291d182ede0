// y = x / (1 + exp(-2u)),  u = sqrt(2/pi) * (x + 0.044715 x^3): the tanh form of GELU, since (1 + tanh u) / 2 = 1 / (1 + exp(-2u)).
// x, y [size]. One thread per element: no barriers. Beyond |x| = 10 the exponential would overflow while the factor is
// 0 or 1 to the last bit, so x is clamped inside it; the factor x outside keeps large values and NaN.
// Uniforms: size.
@group(0) @binding(0) var<storage, read_write> y: array<f32>;
@group(0) @binding(1) var<storage, read> x: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= uniforms.size) { return; }
  let v = clamp(x[i], -10.0, 10.0);
  y[i] = x[i] / (1.0 + exp(-1.5957691216057308 * v * (1.0 + 0.044715 * v * v)));
}
