// Appended to the causalAttention*Lanes shaders. A subgroup of four lanes works on tiles of 16 x 16 pairs: a lane owns four
// rows of the tile, and all lanes share its 16 columns, which they read one each and hand round. What belongs to one row of
// a tile is a mat4x4 whose column b holds the pairs with 4b .. 4b + 3.
const HIDDEN = -3.0e38;

fn isNan4(x: vec4<f32>) -> vec4<bool> {
  return (bitcast<vec4<u32>>(x) & vec4<u32>(0x7fffffffu)) > vec4<u32>(0x7f800000u);
}

// exp of NaN is infinity on some adapters, which would drop out of a sum again.
fn exponential4(x: vec4<f32>) -> vec4<f32> { return select(exp(x), x, isNan4(x)); }

// What the four lanes hold, side by side.
fn spread(own: vec4<f32>) -> mat4x4<f32> {
  return mat4x4<f32>(subgroupBroadcast(own, 0u), subgroupBroadcast(own, 1u), subgroupBroadcast(own, 2u), subgroupBroadcast(own, 3u));
}

// Scalar products of one vector with the 16 shared ones.
fn dots(x: vec4<f32>, a: mat4x4<f32>, b: mat4x4<f32>, c: mat4x4<f32>, d: mat4x4<f32>) -> mat4x4<f32> {
  return mat4x4<f32>(x * a, x * b, x * c, x * d);
}

// Four shared vectors, each with its weight. What has none adds nothing, even if it is NaN.
fn weighed(weights: vec4<f32>, x: mat4x4<f32>) -> vec4<f32> {
  let zero = vec4<f32>();
  return select(x[0] * weights.x, zero, weights.x == 0.0) + select(x[1] * weights.y, zero, weights.y == 0.0)
    + select(x[2] * weights.z, zero, weights.z == 0.0) + select(x[3] * weights.w, zero, weights.w == 0.0);
}

// Sum of the 16 shared vectors, each with its weight.
fn blend(weights: mat4x4<f32>, a: mat4x4<f32>, b: mat4x4<f32>, c: mat4x4<f32>, d: mat4x4<f32>) -> vec4<f32> {
  return weighed(weights[0], a) + weighed(weights[1], b) + weighed(weights[2], c) + weighed(weights[3], d);
}

fn total(x: mat4x4<f32>) -> f32 { return dot(x[0] + x[1] + x[2] + x[3], vec4<f32>(1.0)); }
