// y[n, c] = table[ids[n], c]. table [rows, CHANNELS]; ids [count]; y [count, CHANNELS].
// One thread per element of y: no barriers. An id out of range reads the nearest row.
// Uniforms: rows, size (count * CHANNELS).
@group(0) @binding(0) var<storage, read_write> y: array<f32>;
@group(0) @binding(1) var<storage, read> table: array<f32>;
@group(0) @binding(2) var<storage, read> ids: array<i32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= uniforms.size) { return; }
  let row = u32(clamp(ids[i / CHANNELS], 0, i32(uniforms.rows) - 1));
  y[i] = table[row * CHANNELS + i % CHANNELS];
}
