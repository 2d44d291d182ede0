// dscore = dy at the slot that holds the score; 0 where the score was clipped or replaced.
// dy [B, SLOTS]; scores, dscores [B]; lengths, hasEos [B] int32. One thread per row: no barriers.
// Uniforms: rows, scoreClip.
@group(0) @binding(0) var<storage, read_write> dscores: array<f32>;
@group(0) @binding(1) var<storage, read> dy: array<f32>;
@group(0) @binding(2) var<storage, read> scores: array<f32>;
@group(0) @binding(3) var<storage, read> lengths: array<i32>;
@group(0) @binding(4) var<storage, read> hasEos: array<i32>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
  let row = id.x + id.y * groups.x * WORKGROUP;
  if (row >= uniforms.rows) { return; }
  let length = lengths[row];
  let scoreSlot = select(length - 1, min(length, i32(SLOTS) - 1), NEXT_SLOT);
  let isClipped = CLIPS && abs(scores[row]) > uniforms.scoreClip;
  let isReplaced = REPLACES && hasEos[row] == 0;
  if (scoreSlot < 0 || isClipped || isReplaced) { dscores[row] = 0.0; }
  else { dscores[row] = dy[row * SLOTS + u32(scoreSlot)]; }
}
