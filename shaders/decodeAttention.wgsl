// cache[b, slot] = k | v of qkv[b], in place; then out[b] = sum over slots j <= slot of p[j] * v[j],
// p = softmax of scale * q . k[j] over the slots with mask[b, j] = 1 and the own slot.
// qkv [batch, 3, HEADS, QUADS], cache [batch, slots, 2, HEADS, QUADS], out [batch, HEADS, QUADS] in vec4; mask [batch, slots].
// One thread per row and head: no barriers. It starts from its own key and value, which it also stores; no other thread
// reads them. The maximum is subtracted as it is found (online softmax).
// Uniforms: heads (batch * HEADS), slots, slot, scale.
@group(0) @binding(0) var<storage, read_write> out: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> cache: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> qkv: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> mask: array<f32>;

const WIDTH = HEADS * QUADS;

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
  var q = array<vec4<f32>, QUADS>();
  var sum = array<vec4<f32>, QUADS>();
  var highest = 0.0;
  for (var i = 0u; i < QUADS; i++) {
    let k = qkv[own + WIDTH + i];
    q[i] = qkv[own + i] * uniforms.scale;
    highest += dot(q[i], k);
    sum[i] = qkv[own + 2u * WIDTH + i];
    cache[stored + i] = k;
    cache[stored + WIDTH + i] = sum[i];
  }
  var weight = exponential(highest - highest);
  for (var j = 0u; j < uniforms.slot; j++) {
    if (mask[row * uniforms.slots + j] == 0.0) { continue; }
    let key = first + j * 2u * WIDTH;
    var score = 0.0;
    for (var i = 0u; i < QUADS; i++) { score += dot(q[i], cache[key + i]); }
    if (score > highest) {
      let shrink = exponential(highest - score);
      for (var i = 0u; i < QUADS; i++) { sum[i] *= shrink; }
      weight *= shrink;
      highest = score;
    }
    let p = exponential(score - highest);
    weight += p;
    for (var i = 0u; i < QUADS; i++) { sum[i] += p * cache[key + WIDTH + i]; }
  }
  for (var i = 0u; i < QUADS; i++) { out[row * WIDTH + head * QUADS + i] = sum[i] / weight; }
}
