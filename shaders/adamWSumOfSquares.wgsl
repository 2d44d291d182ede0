// slots[index] = sum of grad^2, in place. grad [count], slots [n].
// One workgroup; its threads stride over the gradient, so that neighbours read neighbouring floats. Workgroup memory:
// 4 * WORKGROUP bytes. One barrier, reached by every thread (no return before it). NaN and infinity pass through the sum.
// Uniforms: count, index.
@group(0) @binding(0) var<storage, read_write> slots: array<f32>;
@group(0) @binding(1) var<storage, read> grad: array<f32>;
var<workgroup> partial: array<f32, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) thread: u32) {
  // Two sums hide the latency of the additions behind each other.
  var even = 0.0;
  var odd = 0.0;
  var i = thread;
  for (; i + WORKGROUP < uniforms.count; i += 2u * WORKGROUP) {
    even += grad[i] * grad[i];
    odd += grad[i + WORKGROUP] * grad[i + WORKGROUP];
  }
  if (i < uniforms.count) { even += grad[i] * grad[i]; }
  partial[thread] = even + odd;
  workgroupBarrier();
  if (thread == 0u) {
    var sum = 0.0;
    for (var j = 0u; j < WORKGROUP; j++) { sum += partial[j]; }
    slots[uniforms.index] = sum;
  }
}
