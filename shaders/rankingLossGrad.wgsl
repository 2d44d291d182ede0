// dr_i = dloss * (sum over pairs of i of -+sigmoid(r_l - r_w) / divisor / prompts + 2 * centering * r_i / scores):
// minus where i is the better answer, plus where it is the worse; 0 from slot k on.
// rewards, ranks, drewards [prompts, SLOTS] (ranks int32); k int32 and pairs [prompts]; dloss []; metrics [4] as forward.
// One thread per slot: no barriers. Uniforms: count (prompts * SLOTS), centering.
@group(0) @binding(0) var<storage, read_write> drewards: array<f32>;
@group(0) @binding(1) var<storage, read> dloss: array<f32>;
@group(0) @binding(2) var<storage, read> rewards: array<f32>;
@group(0) @binding(3) var<storage, read> ranks: array<i32>;
@group(0) @binding(4) var<storage, read> k: array<i32>;
@group(0) @binding(5) var<storage, read> pairs: array<f32>;
@group(0) @binding(6) var<storage, read> metrics: array<f32>;

/** sigmoid(-x) without overflow. */
fn doubt(x: f32) -> f32 {
  let e = exp(-abs(x));
  return select(1.0, e, x >= 0.0) / (1.0 + e);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= uniforms.count) { return; }
  let prompt = i / SLOTS;
  let start = prompt * SLOTS;
  let answers = min(u32(max(k[prompt], 0)), SLOTS);
  var gradient = 0.0;
  if (i - start < answers) {
    var sum = 0.0;
    for (var j = start; j < start + answers; j++) {
      if (ranks[i] < ranks[j]) { sum -= doubt(rewards[i] - rewards[j]); }
      if (ranks[i] > ranks[j]) { sum += doubt(rewards[j] - rewards[i]); }
    }
    let possible = f32(answers) * (f32(answers) - 1.0) * 0.5;
    let divisor = max(select(possible, pairs[prompt], VALID_PAIRS), 1.0);
    gradient = sum / (divisor * max(metrics[2], 1.0)) + 2.0 * uniforms.centering * rewards[i] / metrics[3];
    gradient *= dloss[0];
  }
  drewards[i] = gradient;
}
