// Per prompt, over its pairs of a better answer w (lower rank) and a worse one l, ties dropped:
//   perPrompt = sum of -log sigmoid(r_w - r_l) / divisor,  divisor = number of pairs, or k (k - 1) / 2 without VALID_PAIRS.
// loss = mean of perPrompt over prompts with a pair (without VALID_PAIRS: with k > 1) + centering * mean(score^2).
// rewards, ranks [prompts, SLOTS] (ranks int32); k int32, perPrompt, pairs, correct [prompts]; loss [];
// metrics [4] = accuracy, mean margin, prompts in the mean, real scores. Slots from k on may hold anything.
// One workgroup whose threads stride over the prompts. Workgroup memory: 32 * WORKGROUP bytes. One barrier, reached by every
// thread (no return before it). -log sigmoid(x) = max(-x, 0) + log(1 + exp(-|x|)) never overflows.
// Uniforms: prompts, centering.
@group(0) @binding(0) var<storage, read_write> loss: array<f32>;
@group(0) @binding(1) var<storage, read_write> perPrompt: array<f32>;
@group(0) @binding(2) var<storage, read_write> pairs: array<f32>;
@group(0) @binding(3) var<storage, read_write> correct: array<f32>;
@group(0) @binding(4) var<storage, read_write> metrics: array<f32>;
@group(0) @binding(5) var<storage, read> rewards: array<f32>;
@group(0) @binding(6) var<storage, read> ranks: array<i32>;
@group(0) @binding(7) var<storage, read> k: array<i32>;
var<workgroup> lossParts: array<vec4<f32>, WORKGROUP>;
var<workgroup> pairParts: array<vec3<f32>, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) thread: u32) {
  var losses = vec4<f32>(0.0); // loss and number of prompts, square and number of scores
  var counts = vec3<f32>(0.0); // pairs, correct pairs, margins
  for (var prompt = thread; prompt < uniforms.prompts; prompt += WORKGROUP) {
    let start = prompt * SLOTS;
    let answers = min(u32(max(k[prompt], 0)), SLOTS);
    var sum = 0.0;
    var found = vec3<f32>(0.0);
    for (var i = 0u; i < answers; i++) {
      let score = rewards[start + i];
      losses += vec4<f32>(0.0, 0.0, score * score, 1.0);
      for (var j = 0u; j < answers; j++) {
        if (ranks[start + i] < ranks[start + j]) {
          let margin = score - rewards[start + j];
          sum += max(-margin, 0.0) + log(1.0 + exp(-abs(margin)));
          found += vec3<f32>(1.0, select(0.0, 1.0, margin > 0.0), margin);
        }
      }
    }
    let possible = f32(answers) * (f32(answers) - 1.0) * 0.5;
    let divisor = select(possible, found.x, VALID_PAIRS);
    let mean = sum / max(divisor, 1.0);
    perPrompt[prompt] = mean;
    pairs[prompt] = found.x;
    correct[prompt] = found.y;
    losses += vec4<f32>(mean, min(divisor, 1.0), 0.0, 0.0);
    counts += found;
  }
  lossParts[thread] = losses;
  pairParts[thread] = counts;
  workgroupBarrier();
  if (thread == 0u) {
    var total = vec4<f32>(0.0);
    var found = vec3<f32>(0.0);
    for (var j = 0u; j < WORKGROUP; j++) {
      total += lossParts[j];
      found += pairParts[j];
    }
    loss[0] = total.x / max(total.y, 1.0) + uniforms.centering * total.z / max(total.w, 1.0);
    metrics[0] = found.y / max(found.x, 1.0);
    metrics[1] = found.z / max(found.x, 1.0);
    metrics[2] = total.y;
    metrics[3] = total.w;
  }
}
