// loss = mean of -log sigmoid(chosen - rejected - margin) + centering * mean((chosen + rejected)^2);
// accuracy = share of chosen > rejected; meanMargin = mean of chosen - rejected; doubts = sigmoid of minus the argument,
// kept for the gradient. chosen, rejected, margin (read when HAS_MARGIN), doubts [count]; the others [].
// One workgroup; its threads stride over the pairs. Workgroup memory: 16 * WORKGROUP bytes. One barrier, reached by every
// thread (no return before it). Stable as in rankingLoss.wgsl. Uniforms: count, centering.
@group(0) @binding(0) var<storage, read_write> loss: array<f32>;
@group(0) @binding(1) var<storage, read_write> accuracy: array<f32>;
@group(0) @binding(2) var<storage, read_write> meanMargin: array<f32>;
@group(0) @binding(3) var<storage, read_write> doubts: array<f32>;
@group(0) @binding(4) var<storage, read> chosen: array<f32>;
@group(0) @binding(5) var<storage, read> rejected: array<f32>;
@group(0) @binding(6) var<storage, read> margin: array<f32>;
var<workgroup> partial: array<vec4<f32>, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) thread: u32) {
  var sums = vec4<f32>(0.0); // loss, correct, difference, square of the sum
  for (var i = thread; i < uniforms.count; i += WORKGROUP) {
    let difference = chosen[i] - rejected[i];
    let total = chosen[i] + rejected[i];
    var x = difference;
    if (HAS_MARGIN) { x -= margin[i]; }
    let e = exp(-abs(x));
    doubts[i] = select(1.0, e, x >= 0.0) / (1.0 + e);
    sums += vec4<f32>(max(-x, 0.0) + log(1.0 + e), select(0.0, 1.0, difference > 0.0), difference, total * total);
  }
  partial[thread] = sums;
  workgroupBarrier();
  if (thread == 0u) {
    var mean = vec4<f32>(0.0);
    for (var j = 0u; j < WORKGROUP; j++) { mean += partial[j]; }
    mean /= f32(uniforms.count);
    loss[0] = mean.x + uniforms.centering * mean.w;
    accuracy[0] = mean.y;
    meanMargin[0] = mean.z;
  }
}
