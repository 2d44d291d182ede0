// e^x for four floats at once: x = n·ln 2 + r with |r| ≤ ln 2 / 2, a polynomial of degree 6 for e^r (relative error about
// 1e-7), and 2^n put into the exponent bits. Below −87.3 the result is 0, above 88.3 it saturates; NaN stays NaN.

// 1.5 · 2²³: adding it leaves a number rounded to a whole one in the low bits.
const ROUND: f32 = 12582912;

// The constants live in memory, because an engine builds a vector constant anew from its bytes at every use: with them in a
// table GELU takes two thirds of the time. The first TABLE_BYTES of a function's scratch memory are for such tables; what
// else it keeps there begins behind them.
export const TABLE_BYTES: usize = 320;
const EXP_BYTES: usize = 13 * 16;

// Returns where a kernel's own constants may follow.
export function writeExpTable(table: usize): usize {
  v128.store(table, f32x4.splat(-87.3));
  v128.store(table, f32x4.splat(88.3), 16);
  v128.store(table, f32x4.splat(1.44269504088896341), 32);
  v128.store(table, f32x4.splat(ROUND), 48);
  // ln 2 in two parts, so that the remainder keeps its digits.
  v128.store(table, f32x4.splat(0.693359375), 64);
  v128.store(table, f32x4.splat(-2.12194440e-4), 80);
  v128.store(table, f32x4.splat(1.9875691500e-4), 96);
  v128.store(table, f32x4.splat(1.3981999507e-3), 112);
  v128.store(table, f32x4.splat(8.3334519073e-3), 128);
  v128.store(table, f32x4.splat(4.1665795894e-2), 144);
  v128.store(table, f32x4.splat(1.6666665459e-1), 160);
  v128.store(table, f32x4.splat(5.0000001201e-1), 176);
  v128.store(table, f32x4.splat(1), 192);
  return table + EXP_BYTES;
}

@inline
export function exp4(x: v128, table: usize): v128 {
  // With x first, pmax and pmin are one instruction each and pass NaN on.
  const lowest = v128.load(table);
  const clamped = f32x4.pmin(f32x4.pmax(x, lowest), v128.load(table, 16));
  const round = v128.load(table, 48);
  const shifted = f32x4.add(f32x4.mul(clamped, v128.load(table, 32)), round);
  const n = f32x4.sub(shifted, round);
  let r = f32x4.sub(clamped, f32x4.mul(n, v128.load(table, 64)));
  r = f32x4.sub(r, f32x4.mul(n, v128.load(table, 80)));
  let p = v128.load(table, 96);
  p = f32x4.add(f32x4.mul(p, r), v128.load(table, 112));
  p = f32x4.add(f32x4.mul(p, r), v128.load(table, 128));
  p = f32x4.add(f32x4.mul(p, r), v128.load(table, 144));
  p = f32x4.add(f32x4.mul(p, r), v128.load(table, 160));
  p = f32x4.add(f32x4.mul(p, r), v128.load(table, 176));
  const one = v128.load(table, 192);
  p = f32x4.add(f32x4.add(f32x4.mul(f32x4.mul(p, r), r), r), one);
  // The low bits of `shifted` are n; moved into the exponent, the rest of its bits falls out on the left. 1 is 127 << 23.
  const power = i32x4.add(i32x4.shl(shifted, 23), one);
  return v128.andnot(f32x4.mul(p, power), f32x4.lt(x, lowest));
}

@inline
export function sum4(x: v128): f32 {
  return f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 1) + (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3));
}

@inline
export function max4(x: v128): f32 {
  return max(
    max(f32x4.extract_lane(x, 0), f32x4.extract_lane(x, 1)),
    max(f32x4.extract_lane(x, 2), f32x4.extract_lane(x, 3)),
  );
}

// Natural logarithm of a positive, finite, normal float: mantissa in [√½, √2) and a polynomial. Our own because the standard
// library's comes with a table, and this module must not place data in a memory that belongs to another one.
export function log1(x: f32): f32 {
  const bits = reinterpret<i32>(x);
  let exponent = (bits >> 23) - 126;
  let mantissa = reinterpret<f32>((bits & 0x007fffff) | 0x3f000000);
  if (mantissa < 0.707106781186547524) {
    exponent -= 1;
    mantissa += mantissa;
  }
  const z = mantissa - 1;
  let p: f32 = 7.0376836292e-2;
  p = p * z - 1.151461031e-1;
  p = p * z + 1.167699874e-1;
  p = p * z - 1.2420140846e-1;
  p = p * z + 1.4249322787e-1;
  p = p * z - 1.6668057665e-1;
  p = p * z + 2.0000714765e-1;
  p = p * z - 2.4999993993e-1;
  p = p * z + 3.3333331174e-1;
  const e = <f32>exponent;
  return z + (z * z * z * p - 2.1219444e-4 * e - 0.5 * z * z) + 0.693359375 * e;
}
