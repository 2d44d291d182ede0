// The optimiser's passes over one parameter. See kernels/adamW.ts. Sizes are a multiple of 4.

const NORM_EPSILON: f32 = 1e-6;

// Sum of squares in double precision, in one piece: parameters differ too much in size to be cut alike.
export function sumOfSquares(grad: usize, slots: usize, index: i32, count: i32, scratch: usize, from: i32, to: i32): void {
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  for (let at: usize = 0; at < (<usize>count) << 2; at += 16) {
    const g = v128.load(grad + at);
    const a = f64x2.promote_low_f32x4(g);
    const b = f64x2.promote_low_f32x4(v128.shuffle<f32>(g, g, 2, 3, 2, 3));
    low = f64x2.add(low, f64x2.mul(a, a));
    high = f64x2.add(high, f64x2.mul(b, b));
  }
  const sum = f64x2.add(low, high);
  store<f32>(slots + ((<usize>index) << 2), <f32>(f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1)));
}

// A piece is four values. Nothing moves while the flag in `state` is up.
export function adamW(
  param: usize, grad: usize, m: usize, v: usize, state: usize,
  keep: f32, stepSize: f32, rootScale: f32, epsilon: f32, beta1Rest: f32, beta2Rest: f32, maxGradNorm: f32,
  scratch: usize, from: i32, to: i32,
): void {
  if (load<f32>(state, 4) != 0) return;
  const scale: f32 = maxGradNorm > 0 ? min<f32>(1, maxGradNorm / (load<f32>(state) + NORM_EPSILON)) : 1;
  for (let at = (<usize>from) << 4; at < (<usize>to) << 4; at += 16) {
    const g = f32x4.mul(v128.load(grad + at), f32x4.splat(scale));
    let first = v128.load(m + at);
    let second = v128.load(v + at);
    first = f32x4.add(first, f32x4.mul(f32x4.splat(beta1Rest), f32x4.sub(g, first)));
    second = f32x4.add(second, f32x4.mul(f32x4.splat(beta2Rest), f32x4.sub(f32x4.mul(g, g), second)));
    v128.store(m + at, first);
    v128.store(v + at, second);
    const root = f32x4.add(f32x4.mul(f32x4.sqrt(second), f32x4.splat(rootScale)), f32x4.splat(epsilon));
    const step = f32x4.div(f32x4.mul(f32x4.splat(stepSize), first), root);
    v128.store(param + at, f32x4.sub(f32x4.mul(f32x4.splat(keep), v128.load(param + at)), step));
  }
}
