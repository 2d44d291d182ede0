// GELU (tanh form) and its gradient, four floats at a time. See kernels/gelu.ts for the formulas.
import { exp4, writeExpTable } from './exp';

const SLOPE: f32 = 1.5957691216057308;
const CUBIC: f32 = 0.044715;
const LIMIT: f32 = 30;

// Constants behind those of exp4, in memory for the same reason.
@inline
function writeTable(scratch: usize): usize {
  const table = writeExpTable(scratch);
  v128.store(table, f32x4.splat(LIMIT));
  v128.store(table, f32x4.splat(-LIMIT), 16);
  v128.store(table, f32x4.splat(CUBIC), 32);
  v128.store(table, f32x4.splat(-SLOPE), 48);
  v128.store(table, f32x4.splat(SLOPE), 64);
  v128.store(table, f32x4.splat(3 * CUBIC), 80);
  v128.store(table, f32x4.splat(1), 96);
  return table;
}

// 1 / (1 + e^(−SLOPE·v·(1 + CUBIC·v²)))
@inline
function gate(v: v128, square: v128, one: v128, table: usize, expTable: usize): v128 {
  const inner = f32x4.mul(v, f32x4.add(one, f32x4.mul(square, v128.load(table, 32))));
  return f32x4.div(one, f32x4.add(one, exp4(f32x4.mul(inner, v128.load(table, 48)), expTable)));
}

@inline
function limit(x: v128, table: usize): v128 {
  return f32x4.pmax(f32x4.pmin(x, v128.load(table)), v128.load(table, 16));
}

// A piece is four values; callers whose size is no multiple of 4 use the reference.
export function gelu(x: usize, y: usize, scratch: usize, from: i32, to: i32): void {
  const table = writeTable(scratch);
  const one = v128.load(table, 96);
  const end = (<usize>to) << 4;
  for (let at = (<usize>from) << 4; at < end; at += 16) {
    const value = v128.load(x + at);
    const v = limit(value, table);
    v128.store(y + at, f32x4.mul(value, gate(v, f32x4.mul(v, v), one, table, scratch)));
  }
}

export function geluGrad(dy: usize, x: usize, dx: usize, scratch: usize, from: i32, to: i32): void {
  const table = writeTable(scratch);
  const one = v128.load(table, 96);
  const end = (<usize>to) << 4;
  for (let at = (<usize>from) << 4; at < end; at += 16) {
    const v = limit(v128.load(x + at), table);
    const square = f32x4.mul(v, v);
    const s = gate(v, square, one, table, scratch);
    const slope = f32x4.mul(v128.load(table, 64), f32x4.add(one, f32x4.mul(v128.load(table, 80), square)));
    const factor = f32x4.add(one, f32x4.mul(f32x4.mul(v, f32x4.sub(one, s)), slope));
    v128.store(dx + at, f32x4.mul(f32x4.mul(v128.load(dy + at), s), factor));
  }
}
