// GELU (tanh form) and its gradient, four floats at a time. See kernels/gelu.ts for the formulas.
import { exp4 } from './exp';

const SLOPE: f32 = 1.5957691216057308;
const CUBIC: f32 = 0.044715;
const LIMIT: f32 = 30;

// 1 / (1 + e^(−SLOPE·v·(1 + CUBIC·v²)))
@inline
function gate(v: v128, square: v128): v128 {
  const inner = f32x4.mul(v, f32x4.add(f32x4.splat(1), f32x4.mul(square, f32x4.splat(CUBIC))));
  return f32x4.div(f32x4.splat(1), f32x4.add(f32x4.splat(1), exp4(f32x4.mul(inner, f32x4.splat(-SLOPE)))));
}

@inline
function limit(x: v128): v128 {
  return f32x4.pmax(f32x4.pmin(x, f32x4.splat(LIMIT)), f32x4.splat(-LIMIT));
}

// A piece is four values; callers whose size is no multiple of 4 use the reference.
export function gelu(x: usize, y: usize, scratch: usize, from: i32, to: i32): void {
  for (let i = from; i < to; i++) {
    const at = (<usize>i) << 4;
    const value = v128.load(x + at);
    const v = limit(value);
    v128.store(y + at, f32x4.mul(value, gate(v, f32x4.mul(v, v))));
  }
}

export function geluGrad(dy: usize, x: usize, dx: usize, scratch: usize, from: i32, to: i32): void {
  for (let i = from; i < to; i++) {
    const at = (<usize>i) << 4;
    const v = limit(v128.load(x + at));
    const square = f32x4.mul(v, v);
    const s = gate(v, square);
    const slope = f32x4.mul(f32x4.splat(SLOPE), f32x4.add(f32x4.splat(1), f32x4.mul(f32x4.splat(3 * CUBIC), square)));
    const factor = f32x4.add(f32x4.splat(1), f32x4.mul(f32x4.mul(v, f32x4.sub(f32x4.splat(1), s)), slope));
    v128.store(dx + at, f32x4.mul(f32x4.mul(v128.load(dy + at), s), factor));
  }
}
