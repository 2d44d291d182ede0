// dx_i = (dlogprob * ([i = token] - p_i) - dentropy * p_i * (ln p_i + entropy)) / temperature,
// ln p_i = (x_i - max x) / temperature - ln S.
// logits, dlogits [rows, vocabulary]; tokens, dlogprobs, dentropy, entropy [rows]; stats [rows, 2] = max x, ln S.
// One thread per element: no barriers, every element written once, probabilities never stored.
// Uniforms: size (rows * vocabulary), vocabulary, temperature.
@group(0) @binding(0) var<storage, read_write> dlogits: array<f32>;
@group(0) @binding(1) var<storage, read> dlogprobs: array<f32>;
@group(0) @binding(2) var<storage, read> dentropy: array<f32>;
@group(0) @binding(3) var<storage, read> logits: array<f32>;
@group(0) @binding(4) var<storage, read> tokens: array<i32>;
@group(0) @binding(5) var<storage, read> entropy: array<f32>;
@group(0) @binding(6) var<storage, read> stats: array<f32>;

// exp of NaN is infinity on some adapters.
fn exponential(x: f32) -> f32 { return select(exp(x), x, (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u); }

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= uniforms.size) { return; }
  let row = i / uniforms.vocabulary;
  let logP = (logits[i] - stats[2u * row]) / uniforms.temperature - stats[2u * row + 1u];
  let p = exponential(logP);
  let isToken = i % uniforms.vocabulary == u32(clamp(tokens[row], 0, i32(uniforms.vocabulary) - 1));
  let fromLogprob = dlogprobs[row] * (select(0.0, 1.0, isToken) - p);
  let fromEntropy = select(dentropy[row] * p * (logP + entropy[row]), 0.0, p == 0.0);
  dlogits[i] = (fromLogprob - fromEntropy) / uniforms.temperature;
}
