// A team that fills a workgroup, for hardware adapters: one row per workgroup, whose threads combine what they found in
// workgroup memory (WORKGROUP floats). Appended to shaders that work on rows.
// Two barriers per call; every thread of the workgroup must make the call.
// Each thread folds all entries itself, in the same order, so that all of them hold the same value bit for bit.
var<workgroup> shares: array<f32, WORKGROUP>;

fn teamRow(group: u32, local: u32) -> u32 { return group; }

fn teamMax(value: f32, local: u32) -> f32 {
  shares[local] = value;
  workgroupBarrier();
  var result = shares[0];
  for (var i = 1u; i < WORKGROUP; i++) {
    if (shares[i] > result) { result = shares[i]; }
  }
  workgroupBarrier();
  return result;
}

fn teamSum(value: f32, local: u32) -> f32 {
  shares[local] = value;
  workgroupBarrier();
  var result = 0.0;
  for (var i = 0u; i < WORKGROUP; i++) { result += shares[i]; }
  workgroupBarrier();
  return result;
}

// Sum over the earlier threads of the team.
fn teamBefore(value: f32, local: u32) -> f32 {
  shares[local] = value;
  workgroupBarrier();
  var result = 0.0;
  for (var i = 0u; i < local; i++) { result += shares[i]; }
  workgroupBarrier();
  return result;
}
