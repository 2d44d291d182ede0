// y[n, c] = tokenTable[ids[n], c] + placeTable[positions[positionsFrom + n], c].
// tokenTable [tokens, CHANNELS]; placeTable [places, CHANNELS]; ids [count]; positions at least as many; y [count, CHANNELS].
// One thread per element of y: no barriers. An index out of range reads the nearest row.
// Uniforms: size (count * CHANNELS), tokens, places, positionsFrom.
@group(0) @binding(0) var<storage, read_write> y: array<f32>;
@group(0) @binding(1) var<storage, read> tokenTable: array<f32>;
@group(0) @binding(2) var<storage, read> placeTable: array<f32>;
@group(0) @binding(3) var<storage, read> ids: array<i32>;
@group(0) @binding(4) var<storage, read> positions: array<i32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= uniforms.size) { return; }
  let n = i / CHANNELS;
  let token = u32(clamp(ids[n], 0, i32(uniforms.tokens) - 1));
  let place = u32(clamp(positions[uniforms.positionsFrom + n], 0, i32(uniforms.places) - 1));
  y[i] = tokenTable[token * CHANNELS + i % CHANNELS] + placeTable[place * CHANNELS + i % CHANNELS];
}
