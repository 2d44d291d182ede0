// cache[b, slot + t] = k | v of qkv[b, t], in place. qkv [batch, length, 3 * WIDTH]; cache [batch, slots, 2 * WIDTH].
// One thread per number copied: no barriers.
// Uniforms: size (batch * length * 2 * WIDTH), length, slots, slot.
@group(0) @binding(0) var<storage, read_write> cache: array<f32>;
@group(0) @binding(1) var<storage, read> qkv: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= uniforms.size) { return; }
  let c = i % (2u * WIDTH);
  let position = i / (2u * WIDTH);
  let row = position / uniforms.length;
  let t = position % uniforms.length;
  cache[(row * uniforms.slots + uniforms.slot + t) * 2u * WIDTH + c] = qkv[position * 3u * WIDTH + WIDTH + c];
}
