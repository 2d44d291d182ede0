// As shaders/causalAttention.wgsl, for simulated adapters with subgroups of four: reads cost more than arithmetic there, so
// a value that is read serves four queries and four lanes. shaders/attentionLanes.wgsl is appended.
// qkv [batch, length, 3, heads, quads] and out [batch, length, heads, quads] in vec4; mask [batch, length];
// logSumExp [batch, heads, length].
// One workgroup, which is one subgroup, per 16 queries of a head; keys come in blocks of 16. No barriers. The maximum is
// subtracted as it is found (online softmax); sums of values wait in `out` between blocks. Queries past the end repeat the
// last one and are not stored. A query that sees no key gives 0, log-sum-exp 0.
// Uniforms: length, tiles (batch * heads * ceil(length / 16)), heads, quads, scale.
// Heads are uniforms, so that all models share one compiled program: compiling costs more here than a step.
@group(0) @binding(0) var<storage, read_write> out: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read_write> logSumExp: array<f32>;
@group(0) @binding(2) var<storage, read> qkv: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read> mask: array<f32>;

// Scores of query t; those of keys that it does not see are HIDDEN.
fn visible(scores: mat4x4<f32>, seen: mat4x4<f32>, block: u32, t: u32) -> mat4x4<f32> {
  let key = block + vec4<u32>(0u, 1u, 2u, 3u);
  let hidden = vec4<f32>(HIDDEN);
  return mat4x4<f32>(
    select(hidden, scores[0] * uniforms.scale, (seen[0] != vec4<f32>()) & (key <= vec4<u32>(t))),
    select(hidden, scores[1] * uniforms.scale, (seen[1] != vec4<f32>()) & (key + 4u <= vec4<u32>(t))),
    select(hidden, scores[2] * uniforms.scale, (seen[2] != vec4<f32>()) & (key + 8u <= vec4<u32>(t))),
    select(hidden, scores[3] * uniforms.scale, (seen[3] != vec4<f32>()) & (key + 12u <= vec4<u32>(t))));
}

// The larger of two; NaN counts for nothing.
fn larger(x: vec4<f32>, y: vec4<f32>) -> vec4<f32> { return select(x, y, y > x); }

fn highestOf(scores: mat4x4<f32>, before: f32) -> f32 {
  let four = larger(larger(scores[0], scores[1]), larger(scores[2], scores[3]));
  let found = larger(larger(four.xyzw, four.yxwz), larger(four.zwxy, four.wzyx));
  return larger(vec4<f32>(before), found).x;
}

fn weightsOf(scores: mat4x4<f32>, highest: f32) -> mat4x4<f32> {
  let top = vec4<f32>(highest);
  let hidden = vec4<f32>(HIDDEN);
  return mat4x4<f32>(
    select(exponential4(scores[0] - top), vec4<f32>(), scores[0] == hidden),
    select(exponential4(scores[1] - top), vec4<f32>(), scores[1] == hidden),
    select(exponential4(scores[2] - top), vec4<f32>(), scores[2] == hidden),
    select(exponential4(scores[3] - top), vec4<f32>(), scores[3] == hidden));
}

fn store(at: u32, isReal: bool, isFirst: bool, shrink: f32, added: vec4<f32>) {
  if (!isReal) { return; }
  out[at] = select(out[at] * shrink, vec4<f32>(), isFirst) + added;
}

fn finish(at: u32, entry: u32, isReal: bool, highest: f32, weight: f32) {
  if (!isReal) { return; }
  let seesNone = weight == 0.0;
  let factor = select(1.0 / weight, 0.0, seesNone);
  for (var i = 0u; i < uniforms.quads; i++) { out[at + i] *= factor; }
  logSumExp[entry] = select(select(highest + log(weight), 0.0, seesNone), weight, isNan4(vec4<f32>(weight)).x);
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
  var highest = vec4<f32>(HIDDEN);
  var weight = vec4<f32>();
  for (var block = 0u; block <= min(first + 15u, last); block += 16u) {
    let shared4 = block + lane + vec4<u32>(0u, 4u, 8u, 12u);
    let at = start + min(shared4, vec4<u32>(last));
    let k = at * 3u * width + width + head * uniforms.quads;
    let seen = spread(vec4<f32>(mask[at.x], mask[at.y], mask[at.z], mask[at.w]));
    // Column l of `seen` holds what lane l read: its keys lie four apart.
    let bySlot = transpose(seen);
    var s0 = mat4x4<f32>(); var s1 = mat4x4<f32>(); var s2 = mat4x4<f32>(); var s3 = mat4x4<f32>();
    for (var i = 0u; i < uniforms.quads; i++) {
      let a = spread(qkv[k.x + i]); let b = spread(qkv[k.y + i]);
      let c = spread(qkv[k.z + i]); let d = spread(qkv[k.w + i]);
      s0 += dots(qkv[q.x + i], a, b, c, d); s1 += dots(qkv[q.y + i], a, b, c, d);
      s2 += dots(qkv[q.z + i], a, b, c, d); s3 += dots(qkv[q.w + i], a, b, c, d);
    }
    s0 = visible(s0, bySlot, block, t.x); s1 = visible(s1, bySlot, block, t.y);
    s2 = visible(s2, bySlot, block, t.z); s3 = visible(s3, bySlot, block, t.w);
    let higher = vec4<f32>(highestOf(s0, highest.x), highestOf(s1, highest.y), highestOf(s2, highest.z), highestOf(s3, highest.w));
    let shrink = exp(highest - higher);
    highest = higher;
    s0 = weightsOf(s0, higher.x); s1 = weightsOf(s1, higher.y);
    s2 = weightsOf(s2, higher.z); s3 = weightsOf(s3, higher.w);
    weight = weight * shrink + vec4<f32>(total(s0), total(s1), total(s2), total(s3));
    let isFirst = block == 0u;
    for (var i = 0u; i < uniforms.quads; i++) {
      let a = spread(qkv[k.x + width + i]); let b = spread(qkv[k.y + width + i]);
      let c = spread(qkv[k.z + width + i]); let d = spread(qkv[k.w + width + i]);
      store(o.x + i, isReal.x, isFirst, shrink.x, blend(s0, a, b, c, d));
      store(o.y + i, isReal.y, isFirst, shrink.y, blend(s1, a, b, c, d));
      store(o.z + i, isReal.z, isFirst, shrink.z, blend(s2, a, b, c, d));
      store(o.w + i, isReal.w, isFirst, shrink.w, blend(s3, a, b, c, d));
    }
  }
  let entry = headRow * uniforms.length + t;
  finish(o.x, entry.x, isReal.x, highest.x, weight.x);
  finish(o.y, entry.y, isReal.y, highest.y, weight.y);
  finish(o.z, entry.z, isReal.z, highest.z, weight.z);
  finish(o.w, entry.w, isReal.w, highest.w, weight.w);
}
