// C = A * B, both [SIZE, SIZE], SIZE a multiple of 32: the yardstick of the bench for adapters simulated on a processor.
// A thread owns an 8 x 8 tile of C in registers; no workgroup memory, no barriers, no edges, no options.
// Dispatch: SIZE/32 x SIZE/32 workgroups of 4 x 4 threads.
@group(0) @binding(0) var<storage, read_write> c: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<vec4<f32>>;

@compute @workgroup_size(4, 4)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let row = id.y * 8u;
  let column = id.x * 2u;
  var at = row * SIZE;
  var c00 = vec4<f32>(); var c01 = vec4<f32>(); var c10 = vec4<f32>(); var c11 = vec4<f32>();
  var c20 = vec4<f32>(); var c21 = vec4<f32>(); var c30 = vec4<f32>(); var c31 = vec4<f32>();
  var c40 = vec4<f32>(); var c41 = vec4<f32>(); var c50 = vec4<f32>(); var c51 = vec4<f32>();
  var c60 = vec4<f32>(); var c61 = vec4<f32>(); var c70 = vec4<f32>(); var c71 = vec4<f32>();
  for (var k = 0u; k < SIZE; k++) {
    let lo = b[k * (SIZE / 4u) + column];
    let hi = b[k * (SIZE / 4u) + column + 1u];
    let a0 = a[at]; let a1 = a[at + SIZE]; let a2 = a[at + 2u * SIZE]; let a3 = a[at + 3u * SIZE];
    let a4 = a[at + 4u * SIZE]; let a5 = a[at + 5u * SIZE]; let a6 = a[at + 6u * SIZE]; let a7 = a[at + 7u * SIZE];
    c00 += a0 * lo; c01 += a0 * hi; c10 += a1 * lo; c11 += a1 * hi;
    c20 += a2 * lo; c21 += a2 * hi; c30 += a3 * lo; c31 += a3 * hi;
    c40 += a4 * lo; c41 += a4 * hi; c50 += a5 * lo; c51 += a5 * hi;
    c60 += a6 * lo; c61 += a6 * hi; c70 += a7 * lo; c71 += a7 * hi;
    at += 1u;
  }
  let out = row * (SIZE / 4u) + column;
  let stride = SIZE / 4u;
  c[out] = c00; c[out + 1u] = c01;
  c[out + stride] = c10; c[out + stride + 1u] = c11;
  c[out + 2u * stride] = c20; c[out + 2u * stride + 1u] = c21;
  c[out + 3u * stride] = c30; c[out + 3u * stride + 1u] = c31;
  c[out + 4u * stride] = c40; c[out + 4u * stride + 1u] = c41;
  c[out + 5u * stride] = c50; c[out + 5u * stride + 1u] = c51;
  c[out + 6u * stride] = c60; c[out + 6u * stride + 1u] = c61;
  c[out + 7u * stride] = c70; c[out + 7u * stride + 1u] = c71;
}
