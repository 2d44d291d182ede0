// dq[t] = scale * sum over visible j of p[j] * (dout[t] . v[j] - delta[t]) * k[j],  p[j] = exp(scale * q[t] . k[j] - logSumExp[t]),
// delta[t] = dout[t] . out[t].
// qkv, dqkv [batch, length, 3, HEADS, QUADS] in vec4, of dqkv the first third is written; out, dout [batch, length, HEADS, QUADS];
// mask [batch, length]; logSumExp, delta [batch, HEADS, length] (delta is written, for the gradient of keys and values).
// One thread per query and head: no barriers. Probabilities are computed again rather than stored.
// Uniforms: length, threads (batch * HEADS * length), scale.
@group(0) @binding(0) var<storage, read_write> dqkv: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> delta: array<f32>;
@group(0) @binding(2) var<storage, read> dout: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> qkv: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read> mask: array<f32>;
@group(0) @binding(5) var<storage, read> out: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read> logSumExp: array<f32>;

const WIDTH = HEADS * QUADS;

// exp of NaN is infinity on some adapters, which would drop out of a sum again.
fn exponential(x: f32) -> f32 { return select(exp(x), x, (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u); }

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let thread = id.x + id.y * groups.x * WORKGROUP;
  if (thread >= uniforms.threads) { return; }
  let t = thread % uniforms.length;
  let head = (thread / uniforms.length) % HEADS;
  let row = thread / (uniforms.length * HEADS);
  let start = row * uniforms.length;
  var q = array<vec4<f32>, QUADS>();
  var upstream = array<vec4<f32>, QUADS>();
  var dq = array<vec4<f32>, QUADS>();
  let at = (start + t) * 3u * WIDTH + head * QUADS;
  var ownDelta = 0.0;
  for (var i = 0u; i < QUADS; i++) {
    q[i] = qkv[at + i] * uniforms.scale;
    upstream[i] = dout[(start + t) * WIDTH + head * QUADS + i];
    ownDelta += dot(upstream[i], out[(start + t) * WIDTH + head * QUADS + i]);
  }
  let ownLogSumExp = logSumExp[thread];
  for (var j = 0u; j <= t; j++) {
    if (mask[start + j] == 0.0) { continue; }
    let key = (start + j) * 3u * WIDTH + WIDTH + head * QUADS;
    var score = 0.0;
    var dp = 0.0;
    for (var i = 0u; i < QUADS; i++) {
      score += dot(q[i], qkv[key + i]);
      dp += dot(upstream[i], qkv[key + WIDTH + i]);
    }
    let dscore = exponential(score - ownLogSumExp) * (dp - ownDelta);
    for (var i = 0u; i < QUADS; i++) { dq[i] += dscore * qkv[key + i]; }
  }
  for (var i = 0u; i < QUADS; i++) { dqkv[at + i] = dq[i] * uniforms.scale; }
  delta[thread] = ownDelta;
}
