// slots[group] = sum of grad^2 over the elements of one workgroup. grad [count], blocks [count / BLOCK], slots [groups].
// Threads of all workgroups stride over the gradient, so that neighbours read neighbouring floats. blocks = 0 where a
// parameter has no gradient: its floats are left over from an earlier step. Workgroup memory: 4 * WORKGROUP bytes. One
// barrier, reached by every thread (no return before it). NaN and infinity pass through the sum. Uniforms: count.
@group(0) @binding(0) var<storage, read_write> slots: array<f32>;
@group(0) @binding(1) var<storage, read> grad: array<f32>;
@group(0) @binding(2) var<storage, read> blocks: array<i32>;
var<workgroup> partial: array<f32, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(local_invocation_index) thread: u32,
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
) {
  var sum = 0.0;
  for (var i = group.x * WORKGROUP + thread; i < uniforms.count; i += groups.x * WORKGROUP) {
    if (blocks[i / BLOCK] != 0) { sum += grad[i] * grad[i]; }
  }
  partial[thread] = sum;
  workgroupBarrier();
  if (thread == 0u) {
    var total = 0.0;
    for (var j = 0u; j < WORKGROUP; j++) { total += partial[j]; }
    slots[group.x] = total;
  }
}
