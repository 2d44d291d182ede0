// state = [norm, flag, stepsApplied, unused] in place: norm = sqrt(sum of slots), the flag goes up for good when the norm
// or a watched number is not finite, and a step counts as applied while it is down. slots [count], watched [watchedCount],
// state [4].
// One thread: there are about as many slots as parameters in a model, tens. Finiteness is read from the bits, because a
// compiler may assume that no float is NaN. Uniforms: count, watchedCount.
@group(0) @binding(0) var<storage, read_write> state: array<f32>;
@group(0) @binding(1) var<storage, read> slots: array<f32>;
@group(0) @binding(2) var<storage, read> watched: array<f32>;

const EXPONENT = 0x7f800000u;

@compute @workgroup_size(1)
fn main() {
  var sum = 0.0;
  for (var i = 0u; i < uniforms.count; i++) { sum += slots[i]; }
  let isBad = (bitcast<u32>(sum) & EXPONENT) == EXPONENT;
  // sqrt of infinity and NaN is left to no compiler's finite-maths liberties.
  state[0] = select(sqrt(sum), sum, isBad);
  if (isBad) { state[1] = 1.0; }
  for (var i = 0u; i < uniforms.watchedCount; i++) {
    if ((bitcast<u32>(watched[i]) & EXPONENT) == EXPONENT) { state[1] = 1.0; }
  }
  if (state[1] == 0.0) { state[2] += 1.0; }
}
