// loss = 0.5 * mean over real slots of max((V - return)^2, (V_clipped - return)^2), V_clipped within clipRange of the old V.
// metrics, in the order of VALUE_METRICS. newValues, oldValues, returns, mask [count]; loss []; metrics [7].
// One workgroup; its threads stride over the slots, twice: the variance of returns takes its mean first. Workgroup memory:
// 24 * WORKGROUP bytes. Two barriers, reached by every thread (no return anywhere; the loops hold none).
// Masked slots are chosen away, never multiplied: they may hold NaN. Uniforms: count, clipRange.
@group(0) @binding(0) var<storage, read_write> loss: array<f32>;
@group(0) @binding(1) var<storage, read_write> metrics: array<f32>;
@group(0) @binding(2) var<storage, read> newValues: array<f32>;
@group(0) @binding(3) var<storage, read> oldValues: array<f32>;
@group(0) @binding(4) var<storage, read> returns: array<f32>;
@group(0) @binding(5) var<storage, read> mask: array<f32>;
var<workgroup> lossParts: array<vec4<f32>, WORKGROUP>;
var<workgroup> returnParts: array<f32, WORKGROUP>;
var<workgroup> squareParts: array<f32, WORKGROUP>;

/** As in ppoPolicyLoss.wgsl. */
fn isNaN(value: f32) -> bool {
  return (bitcast<u32>(value) & 0x7fffffffu) > 0x7f800000u;
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) thread: u32) {
  var losses = vec4<f32>(0.0); // loss, clipped, squared error, count
  var sum = 0.0;
  for (var i = thread; i < uniforms.count; i += WORKGROUP) {
    if (mask[i] != 0.0) {
      let error = newValues[i] - returns[i];
      let unclipped = error * error;
      var worst = unclipped;
      var isClipped = false;
      if (CLIPS) {
        let near = clamp(newValues[i], oldValues[i] - uniforms.clipRange, oldValues[i] + uniforms.clipRange) - returns[i];
        isClipped = near * near > unclipped && !isNaN(unclipped);
        worst = select(unclipped, near * near, isClipped);
      }
      losses += vec4<f32>(worst, select(0.0, 1.0, isClipped), unclipped, 1.0);
      sum += returns[i];
    }
  }
  lossParts[thread] = losses;
  returnParts[thread] = sum;
  workgroupBarrier();
  var count = 0.0;
  var mean = 0.0;
  for (var j = 0u; j < WORKGROUP; j++) {
    count += lossParts[j].w;
    mean += returnParts[j];
  }
  let n = max(count, 1.0);
  mean /= n;

  var squares = 0.0;
  for (var i = thread; i < uniforms.count; i += WORKGROUP) {
    if (mask[i] != 0.0) {
      let centred = returns[i] - mean;
      squares += centred * centred;
    }
  }
  squareParts[thread] = squares;
  workgroupBarrier();
  if (thread == 0u) {
    var total = vec4<f32>(0.0);
    var variance = 0.0;
    for (var j = 0u; j < WORKGROUP; j++) {
      total += lossParts[j];
      variance += squareParts[j];
    }
    variance /= n;
    loss[0] = 0.5 * total.x / n;
    metrics[0] = 0.5 * total.x / n;
    metrics[1] = total.y / n;
    metrics[2] = total.z / n;
    metrics[3] = mean;
    metrics[4] = variance;
    metrics[5] = 0.0;
    if (variance != 0.0) { metrics[5] = 1.0 - total.z / n / variance; }
    metrics[6] = total.w;
  }
}
