// AdamW over all parameters of a model at once, laid end to end in blocks of BLOCK floats.
// g = scale * grad,  m += (1 - beta1)(g - m),  v += (1 - beta2)(g^2 - v),
// param = keep * param - stepSize * m / (sqrt(v) * rootScale + epsilon), all in place; keep counts where the parameter
// decays, and is 1 elsewhere. scale = min(1, maxGradNorm / (norm + 1e-6)), or 1 when maxGradNorm is 0.
// param, m, v, grad [count]; blocks [count / BLOCK] = 0 no gradient: nothing moves, 1 moves, 2 moves and decays;
// state [4] = norm, flag, ...: while the flag is up nothing is written.
// One thread per element: no barriers. Bias corrections are folded into stepSize and rootScale on the host, in double.
// Uniforms: count, keep (1 - rate * decay), stepSize, rootScale, epsilon, beta1Rest (1 - beta1), beta2Rest, maxGradNorm.
@group(0) @binding(0) var<storage, read_write> param: array<f32>;
@group(0) @binding(1) var<storage, read_write> m: array<f32>;
@group(0) @binding(2) var<storage, read_write> v: array<f32>;
@group(0) @binding(3) var<storage, read> grad: array<f32>;
@group(0) @binding(4) var<storage, read> blocks: array<i32>;
@group(0) @binding(5) var<storage, read> state: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= uniforms.count || state[1] != 0.0) { return; }
  let kind = blocks[i / BLOCK];
  if (kind == 0) { return; }
  var scale = 1.0;
  if (uniforms.maxGradNorm > 0.0) { scale = min(1.0, uniforms.maxGradNorm / (state[0] + 1e-6)); }
  let g = grad[i] * scale;
  let first = m[i] + uniforms.beta1Rest * (g - m[i]);
  let second = v[i] + uniforms.beta2Rest * (g * g - v[i]);
  m[i] = first;
  v[i] = second;
  let keep = select(1.0, uniforms.keep, kind == 2);
  param[i] = keep * param[i] - uniforms.stepSize * first / (sqrt(second) * uniforms.rootScale + uniforms.epsilon);
}
