// A team of one thread, for adapters simulated on a processor: rows side by side in a workgroup, nothing to wait for.
// Appended to shaders that work on rows; see shaders/teamGroup.wgsl for the team that fills a workgroup.
fn teamRow(group: u32, local: u32) -> u32 { return group * WORKGROUP + local; }
fn teamMax(value: f32, local: u32) -> f32 { return value; }
fn teamSum(value: f32, local: u32) -> f32 { return value; }
// Sum over the earlier threads of the team.
fn teamBefore(value: f32, local: u32) -> f32 { return 0.0; }
