// With d_i = (x_i - max x) / temperature and S = sum of exp(d_i):
//   logprob = d_token - ln S,   entropy = ln S - (sum of exp(d_i) * d_i) / S,   correct = 1 if x_token = max x.
// logits [rows, vocabulary]; tokens [rows]; logprobs, entropy, correct [rows]; stats [rows, 2] = max x, ln S (kept for the gradient).
// TEAM threads work on a row: 1, with rows side by side, or a whole workgroup that meets in teamMax and teamSum; those
// come from shaders/teamAlone.wgsl or shaders/teamGroup.wgsl. A row past the end repeats the last one and is not stored,
// so that control flow stays uniform. The maximum is subtracted before exponentiating; a term whose
// exponential is 0 counts as 0, so that logits of minus infinity do no harm.
// Uniforms: rows, vocabulary, temperature.
@group(0) @binding(0) var<storage, read_write> logprobs: array<f32>;
@group(0) @binding(1) var<storage, read_write> entropy: array<f32>;
@group(0) @binding(2) var<storage, read_write> correct: array<f32>;
@group(0) @binding(3) var<storage, read_write> stats: array<f32>;
@group(0) @binding(4) var<storage, read> logits: array<f32>;
@group(0) @binding(5) var<storage, read> tokens: array<i32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let wanted = teamRow(group.x + group.y * groups.x, local);
  let row = min(wanted, uniforms.rows - 1u);
  let lane = local % TEAM;
  let start = row * uniforms.vocabulary;
  var highest = -3.4e38;
  for (var i = lane; i < uniforms.vocabulary; i += TEAM) {
    let x = logits[start + i];
    if (x > highest) { highest = x; }
  }
  highest = teamMax(highest, local);
  var sum = 0.0;
  var weighted = 0.0;
  for (var i = lane; i < uniforms.vocabulary; i += TEAM) {
    let d = (logits[start + i] - highest) / uniforms.temperature;
    let e = exponential(d);
    sum += e;
    weighted += select(e * d, 0.0, e == 0.0);
  }
  sum = teamSum(sum, local);
  weighted = teamSum(weighted, local);
  if (wanted >= uniforms.rows || lane != 0u) { return; }
  let token = u32(clamp(tokens[row], 0, i32(uniforms.vocabulary) - 1));
  let logSum = logarithm(sum);
  logprobs[row] = (logits[start + token] - highest) / uniforms.temperature - logSum;
  entropy[row] = logSum - weighted / sum;
  correct[row] = select(0.0, 1.0, logits[start + token] == highest);
  stats[2u * row] = highest;
  stats[2u * row + 1u] = logSum;
}

fn isNan(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }

// exp and log of NaN are ordinary numbers or infinity on some adapters.
fn exponential(x: f32) -> f32 { return select(exp(x), x, isNan(x)); }
fn logarithm(x: f32) -> f32 { return select(log(x), x, isNan(x)); }
