// As shaders/causalAttentionGradQuery.wgsl, for simulated adapters with subgroups of four; tiles as in
// shaders/causalAttentionLanes.wgsl, shaders/attentionLanes.wgsl is appended.
// qkv, dqkv [batch, length, 3, heads, quads] in vec4, of dqkv the first third is written; out, dout [batch, length, heads, quads];
// mask [batch, length]; logSumExp, delta [batch, heads, length] (delta is written, for the gradient of keys and values).
// One workgroup, which is one subgroup, per 16 queries of a head. No barriers. Sums wait in `dqkv` between blocks of keys.
// Uniforms: length, tiles (batch * heads * ceil(length / 16)), heads, quads, scale.
// Heads are uniforms, so that all models share one compiled program: compiling costs more here than a step.
@group(0) @binding(0) var<storage, read_write> dqkv: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> delta: array<f32>;
@group(0) @binding(2) var<storage, read> dout: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> qkv: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read> mask: array<f32>;
@group(0) @binding(5) var<storage, read> out: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read> logSumExp: array<f32>;

fn ownDelta(at: u32) -> f32 {
  var sum = 0.0;
  for (var i = 0u; i < uniforms.quads; i++) { sum += dot(dout[at + i], out[at + i]); }
  return sum;
}

// Gradient of four scores of query t, before the scale; 0 for keys that it does not see.
fn dscore(scores: vec4<f32>, dp: vec4<f32>, seen: vec4<f32>, key: vec4<u32>, t: u32, logSum: f32, own: f32) -> vec4<f32> {
  let gradient = exponential4(scores * uniforms.scale - vec4<f32>(logSum)) * (dp - vec4<f32>(own));
  return select(vec4<f32>(), gradient, (seen != vec4<f32>()) & (key <= vec4<u32>(t)));
}

fn dscores(s: mat4x4<f32>, dp: mat4x4<f32>, seen: mat4x4<f32>, block: u32, t: u32, logSum: f32, own: f32) -> mat4x4<f32> {
  let key = block + vec4<u32>(0u, 1u, 2u, 3u);
  return mat4x4<f32>(
    dscore(s[0], dp[0], seen[0], key, t, logSum, own), dscore(s[1], dp[1], seen[1], key + 4u, t, logSum, own),
    dscore(s[2], dp[2], seen[2], key + 8u, t, logSum, own), dscore(s[3], dp[3], seen[3], key + 12u, t, logSum, own));
}

fn store(at: u32, isReal: bool, isFirst: bool, added: vec4<f32>) {
  if (!isReal) { return; }
  dqkv[at] = select(dqkv[at], vec4<f32>(), isFirst) + added * uniforms.scale;
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
  let last = uniforms.length - 1u;
  let mine = first + 4u * lane + vec4<u32>(0u, 1u, 2u, 3u);
  let isReal = mine <= vec4<u32>(last);
  let t = min(mine, vec4<u32>(last));
  let q = (start + t) * 3u * width + head * uniforms.quads;
  let o = (start + t) * width + head * uniforms.quads;
  let entry = headRow * uniforms.length + t;
  let own = vec4<f32>(ownDelta(o.x), ownDelta(o.y), ownDelta(o.z), ownDelta(o.w));
  if (isReal.x) { delta[entry.x] = own.x; }
  if (isReal.y) { delta[entry.y] = own.y; }
  if (isReal.z) { delta[entry.z] = own.z; }
  if (isReal.w) { delta[entry.w] = own.w; }
  let logSum = vec4<f32>(logSumExp[entry.x], logSumExp[entry.y], logSumExp[entry.z], logSumExp[entry.w]);
  for (var block = 0u; block <= min(first + 15u, last); block += 16u) {
    let at = start + min(block + lane + vec4<u32>(0u, 4u, 8u, 12u), vec4<u32>(last));
    let k = at * 3u * width + width + head * uniforms.quads;
    let seen = transpose(spread(vec4<f32>(mask[at.x], mask[at.y], mask[at.z], mask[at.w])));
    var s0 = mat4x4<f32>(); var s1 = mat4x4<f32>(); var s2 = mat4x4<f32>(); var s3 = mat4x4<f32>();
    var p0 = mat4x4<f32>(); var p1 = mat4x4<f32>(); var p2 = mat4x4<f32>(); var p3 = mat4x4<f32>();
    for (var i = 0u; i < uniforms.quads; i++) {
      var a = spread(qkv[k.x + i]); var b = spread(qkv[k.y + i]);
      var c = spread(qkv[k.z + i]); var d = spread(qkv[k.w + i]);
      s0 += dots(qkv[q.x + i], a, b, c, d); s1 += dots(qkv[q.y + i], a, b, c, d);
      s2 += dots(qkv[q.z + i], a, b, c, d); s3 += dots(qkv[q.w + i], a, b, c, d);
      a = spread(qkv[k.x + width + i]); b = spread(qkv[k.y + width + i]);
      c = spread(qkv[k.z + width + i]); d = spread(qkv[k.w + width + i]);
      p0 += dots(dout[o.x + i], a, b, c, d); p1 += dots(dout[o.y + i], a, b, c, d);
      p2 += dots(dout[o.z + i], a, b, c, d); p3 += dots(dout[o.w + i], a, b, c, d);
    }
    s0 = dscores(s0, p0, seen, block, t.x, logSum.x, own.x); s1 = dscores(s1, p1, seen, block, t.y, logSum.y, own.y);
    s2 = dscores(s2, p2, seen, block, t.z, logSum.z, own.z); s3 = dscores(s3, p3, seen, block, t.w, logSum.w, own.w);
    let isFirst = block == 0u;
    for (var i = 0u; i < uniforms.quads; i++) {
      let a = spread(qkv[k.x + i]); let b = spread(qkv[k.y + i]);
      let c = spread(qkv[k.z + i]); let d = spread(qkv[k.w + i]);
      store(q.x + i, isReal.x, isFirst, blend(s0, a, b, c, d));
      store(q.y + i, isReal.y, isFirst, blend(s1, a, b, c, d));
      store(q.z + i, isReal.z, isFirst, blend(s2, a, b, c, d));
      store(q.w + i, isReal.w, isFirst, blend(s3, a, b, c, d));
    }
  }
}
