// cache[b, slot] = k | v of qkv[b], in place; then out[b] = sum over slots j <= slot of p[j] * v[j],
// p = softmax of scale * q . k[j] over the slots with mask[b, j] = 1 and the own slot.
// qkv [batch, 3, HEADS, QUADS], cache [batch, slots, 2, HEADS, QUADS], out [batch, HEADS, QUADS] in vec4; mask [batch, slots].
// One thread per row and head: no barriers. It stores its own key and value first and then reads them like the others; no
// other thread reads them. The maximum is subtracted as it is found (online softmax).
// A line with a hash stands for QUADS lines, one a quad (unroll.ts): quads in an array would leave the registers.
// Uniforms: heads (batch * HEADS), slots, slot, scale.
@group(0) @binding(0) var<storage, read_write> out: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> cache: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> qkv: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> mask: array<f32>;

const WIDTH = HEADS * QUADS;
const LOWEST = -3.0e38;

// exp of NaN is infinity on some adapters, which would drop out of a sum again.
fn exponential(x: f32) -> f32 { return select(exp(x), x, (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u); }

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let thread = id.x + id.y * groups.x * WORKGROUP;
  if (thread >= uniforms.heads) { return; }
  let row = thread / HEADS;
  let head = thread % HEADS;
  let own = row * 3u * WIDTH + head * QUADS;
  let first = row * uniforms.slots * 2u * WIDTH + head * QUADS;
  let stored = first + uniforms.slot * 2u * WIDTH;
  for (var i = 0u; i < QUADS; i++) {
    cache[stored + i] = qkv[own + WIDTH + i];
    cache[stored + WIDTH + i] = qkv[own + 2u * WIDTH + i];
  }
  let q# = qkv[own + #u] * uniforms.scale;
  var sum# = vec4<f32>();
  var highest = LOWEST;
  var weight = 0.0;
  for (var j = 0u; j <= uniforms.slot; j++) {
    if (j < uniforms.slot && mask[row * uniforms.slots + j] == 0.0) { continue; }
    let key = first + j * 2u * WIDTH;
    var score = 0.0;
    score += dot(q#, cache[key + #u]);
    let higher = max(highest, score);
    let shrink = exponential(highest - higher);
    let p = exponential(score - higher);
    highest = higher;
    weight = weight * shrink + p;
    sum# = sum# * shrink + p * cache[key + WIDTH + #u];
  }
  out[row * WIDTH + head * QUADS + #u] = sum# / weight;
}
