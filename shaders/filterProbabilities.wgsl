// probs = softmax(logits / temperature) over the tokens that shaders/keptTokens.wgsl keeps, 0 elsewhere; keptCount of them.
// logits, probs [rows, vocabulary]; keptCount [rows].
// A team of TEAM threads per row, see shaders/teamAlone.wgsl and shaders/teamGroup.wgsl. A row past the end repeats the
// last one and is not stored, so that control flow stays uniform.
// Uniforms: rows, vocabulary, temperature, topK, topP.
@group(0) @binding(0) var<storage, read_write> probs: array<f32>;
@group(0) @binding(1) var<storage, read_write> keptCount: array<i32>;
@group(0) @binding(2) var<storage, read> logits: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let wanted = teamRow(group.x + group.y * groups.x, local);
  let row = min(wanted, uniforms.rows - 1u);
  let lane = local % TEAM;
  let start = row * uniforms.vocabulary;
  let kept = keptTokens(start, local);
  let count = countFrom(start, lane, local, kept.threshold);
  if (wanted >= uniforms.rows) { return; }
  for (var i = lane; i < uniforms.vocabulary; i += TEAM) {
    let x = logits[start + i];
    probs[start + i] = select(0.0, weightOf(x, kept.highest) / kept.total, orderKey(x) >= kept.threshold);
  }
  if (lane == 0u) { keptCount[row] = i32(count); }
}
