// With s = 1 / (1 + exp(-2u)) and u = sqrt(2/pi) * (x + 0.044715 x^3):  dx = dy * (s + x * s * (1 - s) * 2 du/dx).
// x, dy, dx [size]. One thread per element: no barriers. Beyond |x| = 10 the second term is below the last bit, so a
// clamped x serves; e * s = 1 - s is taken first, so that no product overflows; clamping would drop a NaN, which is therefore found by its bits and passed on.
// Uniforms: size.
@group(0) @binding(0) var<storage, read_write> dx: array<f32>;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read> x: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= uniforms.size) { return; }
  let bits = bitcast<u32>(x[i]) & 0x7fffffffu;
  if (bits > 0x7f800000u) {
    dx[i] = x[i];
    return;
  }
  let v = clamp(x[i], -10.0, 10.0);
  let e = exp(-1.5957691216057308 * v * (1.0 + 0.044715 * v * v));
  let s = 1.0 / (1.0 + e);
  dx[i] = dy[i] * s * (1.0 + v * (e * s) * 1.5957691216057308 * (1.0 + 0.134145 * v * v));
}
