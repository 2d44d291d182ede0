// As shaders/causalAttentionGradKeyValue.wgsl, for simulated adapters with subgroups of four; tiles as in
// shaders/causalAttentionLanes.wgsl with keys and queries in each other's place, shaders/attentionLanes.wgsl is appended.
// qkv, dqkv [batch, length, 3, heads, quads] in vec4, of dqkv the second and third third are written;
// dout [batch, length, heads, quads]; mask [batch, length]; logSumExp, delta [batch, heads, length].
// One workgroup, which is one subgroup, per 16 keys of a head. No barriers. Sums wait in `dqkv` between blocks of queries.
// Uniforms: length, tiles (batch * heads * ceil(length / 16)), heads, quads, scale.
// Heads are uniforms, so that all models share one compiled program: compiling costs more here than a step.
@group(0) @binding(0) var<storage, read_write> dqkv: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> delta: array<f32>;
@group(0) @binding(2) var<storage, read> dout: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> qkv: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read> mask: array<f32>;
@group(0) @binding(5) var<storage, read> logSumExp: array<f32>;

// Probability that four queries give to key j; 0 where they do not see it.
fn probability(scores: vec4<f32>, logSum: vec4<f32>, query: vec4<u32>, j: u32, isSeen: bool) -> vec4<f32> {
  let isVisible = (query >= vec4<u32>(j)) & (query < vec4<u32>(uniforms.length)) & vec4<bool>(isSeen);
  return select(vec4<f32>(), exponential4(scores * uniforms.scale - logSum), isVisible);
}

fn probabilities(s: mat4x4<f32>, logSum: mat4x4<f32>, block: u32, j: u32, isSeen: bool) -> mat4x4<f32> {
  let query = block + vec4<u32>(0u, 1u, 2u, 3u);
  return mat4x4<f32>(
    probability(s[0], logSum[0], query, j, isSeen), probability(s[1], logSum[1], query + 4u, j, isSeen),
    probability(s[2], logSum[2], query + 8u, j, isSeen), probability(s[3], logSum[3], query + 12u, j, isSeen));
}

// Gradient of the scores, before the scale. A probability of 0 stays 0: the queries that do not see a key may hold NaN.
fn dscores(p: mat4x4<f32>, dp: mat4x4<f32>, own: mat4x4<f32>) -> mat4x4<f32> {
  let zero = vec4<f32>();
  return mat4x4<f32>(
    select(p[0] * (dp[0] - own[0]), zero, p[0] == zero), select(p[1] * (dp[1] - own[1]), zero, p[1] == zero),
    select(p[2] * (dp[2] - own[2]), zero, p[2] == zero), select(p[3] * (dp[3] - own[3]), zero, p[3] == zero));
}

fn store(at: u32, isReal: bool, isFirst: bool, added: vec4<f32>) {
  if (!isReal) { return; }
  dqkv[at] = select(dqkv[at], vec4<f32>(), isFirst) + added;
}

@compute @workgroup_size(4)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(subgroup_invocation_id) lane: u32) {
  let tile = group.x + group.y * groups.x;
  if (tile >= uniforms.tiles) { return; }
  let width = uniforms.heads * uniforms.quads;
  let perHead = (uniforms.length + 15u) / 16u;
  let first = (tile % perHead) * 16u;
  let headRow = tile / perHead;
  let head = headRow % uniforms.heads;
  let start = (headRow / uniforms.heads) * uniforms.length;
  let entries = headRow * uniforms.length;
  let last = uniforms.length - 1u;
  let mine = first + 4u * lane + vec4<u32>(0u, 1u, 2u, 3u);
  let isReal = mine <= vec4<u32>(last);
  let j = min(mine, vec4<u32>(last));
  let k = (start + j) * 3u * width + width + head * uniforms.quads;
  let isSeen = vec4<f32>(mask[start + j.x], mask[start + j.y], mask[start + j.z], mask[start + j.w]) != vec4<f32>();
  for (var block = first; block <= last; block += 16u) {
    let t = min(block + lane + vec4<u32>(0u, 4u, 8u, 12u), vec4<u32>(last));
    let q = (start + t) * 3u * width + head * uniforms.quads;
    let o = (start + t) * width + head * uniforms.quads;
    let e = entries + t;
    let logSum = transpose(spread(vec4<f32>(logSumExp[e.x], logSumExp[e.y], logSumExp[e.z], logSumExp[e.w])));
    let own = transpose(spread(vec4<f32>(delta[e.x], delta[e.y], delta[e.z], delta[e.w])));
    var p0 = mat4x4<f32>(); var p1 = mat4x4<f32>(); var p2 = mat4x4<f32>(); var p3 = mat4x4<f32>();
    var s0 = mat4x4<f32>(); var s1 = mat4x4<f32>(); var s2 = mat4x4<f32>(); var s3 = mat4x4<f32>();
    for (var i = 0u; i < uniforms.quads; i++) {
      var a = spread(qkv[q.x + i]); var b = spread(qkv[q.y + i]);
      var c = spread(qkv[q.z + i]); var d = spread(qkv[q.w + i]);
      p0 += dots(qkv[k.x + i], a, b, c, d); p1 += dots(qkv[k.y + i], a, b, c, d);
      p2 += dots(qkv[k.z + i], a, b, c, d); p3 += dots(qkv[k.w + i], a, b, c, d);
      a = spread(dout[o.x + i]); b = spread(dout[o.y + i]);
      c = spread(dout[o.z + i]); d = spread(dout[o.w + i]);
      s0 += dots(qkv[k.x + width + i], a, b, c, d); s1 += dots(qkv[k.y + width + i], a, b, c, d);
      s2 += dots(qkv[k.z + width + i], a, b, c, d); s3 += dots(qkv[k.w + width + i], a, b, c, d);
    }
    p0 = probabilities(p0, logSum, block, j.x, isSeen.x); p1 = probabilities(p1, logSum, block, j.y, isSeen.y);
    p2 = probabilities(p2, logSum, block, j.z, isSeen.z); p3 = probabilities(p3, logSum, block, j.w, isSeen.w);
    s0 = dscores(p0, s0, own); s1 = dscores(p1, s1, own); s2 = dscores(p2, s2, own); s3 = dscores(p3, s3, own);
    let isFirst = block == first;
    let scale = uniforms.scale;
    for (var i = 0u; i < uniforms.quads; i++) {
      var a = spread(qkv[q.x + i]); var b = spread(qkv[q.y + i]);
      var c = spread(qkv[q.z + i]); var d = spread(qkv[q.w + i]);
      store(k.x + i, isReal.x, isFirst, blend(s0, a, b, c, d) * scale);
      store(k.y + i, isReal.y, isFirst, blend(s1, a, b, c, d) * scale);
      store(k.z + i, isReal.z, isFirst, blend(s2, a, b, c, d) * scale);
      store(k.w + i, isReal.w, isFirst, blend(s3, a, b, c, d) * scale);
      a = spread(dout[o.x + i]); b = spread(dout[o.y + i]);
      c = spread(dout[o.z + i]); d = spread(dout[o.w + i]);
      store(k.x + width + i, isReal.x, isFirst, blend(p0, a, b, c, d));
      store(k.y + width + i, isReal.y, isFirst, blend(p1, a, b, c, d));
      store(k.z + width + i, isReal.z, isFirst, blend(p2, a, b, c, d));
      store(k.w + width + i, isReal.w, isFirst, blend(p3, a, b, c, d));
    }
  }
}
