// out[t] = sum over keys j of p[j] * v[j],  p = softmax of scale * q[t] . k[j] over the j <= t with mask[j] = 1.
// qkv [batch, length, 3, HEADS, QUADS] and out [batch, length, HEADS, QUADS] in vec4; mask [batch, length];
// logSumExp [batch, HEADS, length] (natural log of the softmax's denominator, kept for the gradient).
// One thread per query and head: no barriers, no workgroup memory. The maximum is subtracted as it is found (online
// softmax): the sums are rescaled when a larger score turns up, so q and k are read once. Threads of a workgroup share
// batch row and head, hence read the same key at the same time. A query that sees no key gives 0, log-sum-exp 0.
// Uniforms: length, threads (batch * HEADS * length), scale.
@group(0) @binding(0) var<storage, read_write> out: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> logSumExp: array<f32>;
@group(0) @binding(2) var<storage, read> qkv: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> mask: array<f32>;

const WIDTH = HEADS * QUADS;

fn isNan(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }

// exp of NaN is infinity on some adapters, which would drop out of a sum again.
fn exponential(x: f32) -> f32 { return select(exp(x), x, isNan(x)); }

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let thread = id.x + id.y * groups.x * WORKGROUP;
  if (thread >= uniforms.threads) { return; }
  let t = thread % uniforms.length;
  let head = (thread / uniforms.length) % HEADS;
  let row = thread / (uniforms.length * HEADS);
  let start = row * uniforms.length;
  var q = array<vec4<f32>, QUADS>();
  var sum = array<vec4<f32>, QUADS>();
  let at = (start + t) * 3u * WIDTH + head * QUADS;
  for (var i = 0u; i < QUADS; i++) { q[i] = qkv[at + i] * uniforms.scale; }
  var highest = -3.0e38;
  var weight = 0.0;
  for (var j = 0u; j <= t; j++) {
    if (mask[start + j] == 0.0) { continue; }
    let key = (start + j) * 3u * WIDTH + WIDTH + head * QUADS;
    var score = 0.0;
    for (var i = 0u; i < QUADS; i++) { score += dot(q[i], qkv[key + i]); }
    if (score > highest) {
      let shrink = exp(highest - score);
      for (var i = 0u; i < QUADS; i++) { sum[i] *= shrink; }
      weight *= shrink;
      highest = score;
    }
    let p = exponential(score - highest);
    weight += p;
    for (var i = 0u; i < QUADS; i++) { sum[i] += p * qkv[key + WIDTH + i]; }
  }
  let seesNone = weight == 0.0;
  let factor = select(1.0 / weight, 0.0, seesNone);
  for (var i = 0u; i < QUADS; i++) { out[(start + t) * WIDTH + head * QUADS + i] = sum[i] * factor; }
  logSumExp[thread] = select(select(highest + log(weight), 0.0, seesNone), weight, isNan(weight));
}
