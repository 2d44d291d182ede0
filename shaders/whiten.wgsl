// y = (x - mean) / sqrt(variance + epsilon), plus mean again unless SHIFTS, over all real elements at once; 0 where masked.
// x, mask, y [count]; stats [2] = mean, variance (divided by n, or by n - 1 when UNBIASED and n > 1).
// One workgroup; its threads stride over the elements. Two passes for the variance, so that a large mean costs no digits;
// the mean is corrected by the mean of what is left. Workgroup memory: 16 * WORKGROUP bytes. Two barriers, reached by every
// thread (no return anywhere; the loops hold none). Masked elements are chosen away, never multiplied: they may hold NaN.
// Uniforms: count, epsilon.
@group(0) @binding(0) var<storage, read_write> y: array<f32>;
@group(0) @binding(1) var<storage, read_write> stats: array<f32>;
@group(0) @binding(2) var<storage, read> x: array<f32>;
@group(0) @binding(3) var<storage, read> mask: array<f32>;
var<workgroup> first: array<vec2<f32>, WORKGROUP>;
var<workgroup> second: array<vec2<f32>, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) thread: u32) {
  var sums = vec2<f32>(0.0);
  for (var i = thread; i < uniforms.count; i += WORKGROUP) {
    if (mask[i] != 0.0) { sums += vec2<f32>(x[i], 1.0); }
  }
  first[thread] = sums;
  workgroupBarrier();
  var totals = vec2<f32>(0.0);
  for (var j = 0u; j < WORKGROUP; j++) { totals += first[j]; }
  let n = max(totals.y, 1.0);
  let roughMean = totals.x / n;

  sums = vec2<f32>(0.0);
  for (var i = thread; i < uniforms.count; i += WORKGROUP) {
    if (mask[i] != 0.0) {
      let centred = x[i] - roughMean;
      sums += vec2<f32>(centred, centred * centred);
    }
  }
  second[thread] = sums;
  workgroupBarrier();
  totals = vec2<f32>(0.0);
  for (var j = 0u; j < WORKGROUP; j++) { totals += second[j]; }
  let correction = totals.x / n;
  let squares = totals.y - n * correction * correction;
  let mean = roughMean + correction;
  let variance = squares / select(n, max(n - 1.0, 1.0), UNBIASED);

  let scale = 1.0 / sqrt(variance + uniforms.epsilon);
  for (var i = thread; i < uniforms.count; i += WORKGROUP) {
    var result = 0.0;
    if (mask[i] != 0.0) {
      result = (x[i] - roughMean - correction) * scale;
      if (!SHIFTS) { result += mean; }
    }
    y[i] = result;
  }
  if (thread == 0u) {
    stats[0] = mean;
    stats[1] = variance;
  }
}
