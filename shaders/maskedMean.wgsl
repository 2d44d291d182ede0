// mean = sum of real values / their count; rowMeans the same per row (0 for a row without any);
// meanOfRowMeans = mean of rowMeans over rows that have any. values, mask [rows, SLOTS]; rowMeans [rows]; the others [].
// One workgroup whose threads stride over the rows. Workgroup memory: 16 * WORKGROUP bytes. One barrier, reached by every
// thread (no return before it). Masked values are chosen away, never multiplied: they may hold NaN. Uniforms: rows.
@group(0) @binding(0) var<storage, read_write> mean: array<f32>;
@group(0) @binding(1) var<storage, read_write> rowMeans: array<f32>;
@group(0) @binding(2) var<storage, read_write> meanOfRowMeans: array<f32>;
@group(0) @binding(3) var<storage, read_write> counts: array<f32>;
@group(0) @binding(4) var<storage, read> values: array<f32>;
@group(0) @binding(5) var<storage, read> mask: array<f32>;
var<workgroup> partial: array<vec4<f32>, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) thread: u32) {
  // Sum and count of values, sum and count of row means.
  var sums = vec4<f32>(0.0);
  for (var row = thread; row < uniforms.rows; row += WORKGROUP) {
    var sum = 0.0;
    var count = 0.0;
    for (var i = row * SLOTS; i < (row + 1u) * SLOTS; i++) {
      if (mask[i] != 0.0) {
        sum += values[i];
        count += 1.0;
      }
    }
    let rowMean = sum / max(count, 1.0);
    rowMeans[row] = rowMean;
    sums += vec4<f32>(sum, count, rowMean, min(count, 1.0));
  }
  partial[thread] = sums;
  workgroupBarrier();
  if (thread == 0u) {
    var total = vec4<f32>(0.0);
    for (var j = 0u; j < WORKGROUP; j++) { total += partial[j]; }
    mean[0] = total.x / max(total.y, 1.0);
    meanOfRowMeans[0] = total.z / max(total.w, 1.0);
    counts[0] = total.y;
  }
}
