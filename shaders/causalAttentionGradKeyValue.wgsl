// dv[j] = sum over t >= j of p[t] * dout[t],  dk[j] = scale * sum over t >= j of p[t] * (dout[t] . v[j] - delta[t]) * q[t],
// p[t] = exp(scale * q[t] . k[j] - logSumExp[t]); both 0 where mask[j] = 0.
// qkv, dqkv [batch, length, 3, HEADS, QUADS] in vec4, of dqkv the second and third third are written;
// dout [batch, length, HEADS, QUADS]; mask [batch, length]; logSumExp, delta [batch, HEADS, length].
// One thread per key and head gathers from the queries that see it: no atomics, no barriers.
// Uniforms: length, threads (batch * HEADS * length), scale.
@group(0) @binding(0) var<storage, read_write> dqkv: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> delta: array<f32>;
@group(0) @binding(2) var<storage, read> dout: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> qkv: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read> mask: array<f32>;
@group(0) @binding(5) var<storage, read> logSumExp: array<f32>;

const WIDTH = HEADS * QUADS;

// exp of NaN is infinity on some adapters, which would drop out of a sum again.
fn exponential(x: f32) -> f32 { return select(exp(x), x, (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u); }

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let thread = id.x + id.y * groups.x * WORKGROUP;
  if (thread >= uniforms.threads) { return; }
  let j = thread % uniforms.length;
  let headRow = thread - j; // first entry of this head in logSumExp and delta
  let head = (thread / uniforms.length) % HEADS;
  let row = thread / (uniforms.length * HEADS);
  let start = row * uniforms.length;
  var k = array<vec4<f32>, QUADS>();
  var v = array<vec4<f32>, QUADS>();
  var dk = array<vec4<f32>, QUADS>();
  var dv = array<vec4<f32>, QUADS>();
  let at = (start + j) * 3u * WIDTH + WIDTH + head * QUADS;
  for (var i = 0u; i < QUADS; i++) {
    k[i] = qkv[at + i] * uniforms.scale;
    v[i] = qkv[at + WIDTH + i];
  }
  if (mask[start + j] != 0.0) {
    for (var t = j; t < uniforms.length; t++) {
      let query = (start + t) * 3u * WIDTH + head * QUADS;
      let upstream = (start + t) * WIDTH + head * QUADS;
      var score = 0.0;
      var dp = 0.0;
      for (var i = 0u; i < QUADS; i++) {
        score += dot(k[i], qkv[query + i]);
        dp += dot(v[i], dout[upstream + i]);
      }
      let p = exponential(score - logSumExp[headRow + t]);
      let dscore = p * (dp - delta[headRow + t]);
      for (var i = 0u; i < QUADS; i++) {
        dk[i] += dscore * qkv[query + i];
        dv[i] += p * dout[upstream + i];
      }
    }
  }
  for (var i = 0u; i < QUADS; i++) {
    dqkv[at + i] = dk[i] * uniforms.scale;
    dqkv[at + WIDTH + i] = dv[i];
  }
}
