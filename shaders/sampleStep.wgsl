// Draws one token per row and keeps the books of a batch of answers, in place:
//   picked = first kept token, in id order, whose cumulative probability reaches draws[step, row]; temperature 0: the largest
//   token = pad once the row is done, else picked;  tokens[row, step] = next[row] = token
//   mask[row, slot] = 1 unless done before;  done[row] = 1 after the end token
// logits [rows, vocabulary]; draws [responses, rows]; tokens [rows, responses]; done, next [rows]; mask [rows, slots].
// A team of TEAM threads per row, see shaders/teamAlone.wgsl and shaders/teamGroup.wgsl; each thread owns a run of ids and
// starts from the mass before it. Should rounding leave the sum below the draw, the last token with any mass is taken.
// A row past the end repeats the last one and is not stored, so that control flow stays uniform.
// Uniforms: rows, vocabulary, temperature, topK, topP, responses, step, slots, slot, eos, pad.
@group(0) @binding(0) var<storage, read_write> next: array<i32>;
@group(0) @binding(1) var<storage, read_write> tokens: array<i32>;
@group(0) @binding(2) var<storage, read_write> done: array<f32>;
@group(0) @binding(3) var<storage, read_write> mask: array<f32>;
@group(0) @binding(4) var<storage, read> logits: array<f32>;
@group(0) @binding(5) var<storage, read> draws: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let wanted = teamRow(group.x + group.y * groups.x, local);
  let row = min(wanted, uniforms.rows - 1u);
  let lane = local % TEAM;
  let start = row * uniforms.vocabulary;
  let kept = keptTokens(start, local);
  let run = (uniforms.vocabulary + TEAM - 1u) / TEAM;
  let first = lane * run;
  let end = min(first + run, uniforms.vocabulary);
  var mass = 0.0;
  var lastPossible = -1.0; // ids are whole numbers below 2^24, exact in a float
  for (var i = first; i < end; i++) {
    let x = logits[start + i];
    if (orderKey(x) < kept.threshold) { continue; }
    let weight = weightOf(x, kept.highest);
    mass += weight;
    if (weight > 0.0) { lastPossible = f32(i); }
  }
  var cumulative = teamBefore(mass, local);
  lastPossible = teamMax(lastPossible, local);
  let reach = select(draws[uniforms.step * uniforms.rows + row] * kept.total, 0.0, uniforms.temperature == 0.0);
  var found = f32(uniforms.vocabulary);
  for (var i = first; i < end; i++) {
    let x = logits[start + i];
    if (orderKey(x) < kept.threshold) { continue; }
    let weight = weightOf(x, kept.highest);
    cumulative += weight;
    if (weight > 0.0 && cumulative >= reach) {
      found = f32(i);
      break;
    }
  }
  found = -teamMax(-found, local); // the smallest
  if (wanted >= uniforms.rows || lane != 0u) { return; }
  let picked = u32(max(0.0, select(found, lastPossible, found >= f32(uniforms.vocabulary))));
  let wasDone = done[row] != 0.0;
  let token = select(picked, uniforms.pad, wasDone);
  next[row] = i32(token);
  tokens[row * uniforms.responses + uniforms.step] = i32(token);
  mask[row * uniforms.slots + uniforms.slot] = select(1.0, 0.0, wasDone);
  if (token == uniforms.eos && !wasDone) { done[row] = 1.0; }
}
