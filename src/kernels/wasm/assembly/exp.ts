// e^x for four floats at once: x = n·ln 2 + r with |r| ≤ ln 2 / 2, a polynomial of degree 6 for e^r (relative error about
// 1e-7), and 2^n put into the exponent bits. Below −87.3 the result is 0, above 88.3 it saturates; NaN stays NaN.

// 1.5 · 2²³: adding it leaves a number rounded to a whole one in the low bits.
const ROUND: f32 = 12582912;

@inline
export function exp4(x: v128): v128 {
  // With x first, pmax and pmin are one instruction each and pass NaN on.
  const clamped = f32x4.pmin(f32x4.pmax(x, f32x4.splat(-87.3)), f32x4.splat(88.3));
  const shifted = f32x4.add(f32x4.mul(clamped, f32x4.splat(1.44269504088896341)), f32x4.splat(ROUND));
  const n = f32x4.sub(shifted, f32x4.splat(ROUND));
  // ln 2 in two parts, so that the remainder keeps its digits.
  let r = f32x4.sub(clamped, f32x4.mul(n, f32x4.splat(0.693359375)));
  r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(-2.12194440e-4)));
  let p = f32x4.splat(1.9875691500e-4);
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.3981999507e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(8.3334519073e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(4.1665795894e-2));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.6666665459e-1));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(5.0000001201e-1));
  p = f32x4.add(f32x4.add(f32x4.mul(f32x4.mul(p, r), r), r), f32x4.splat(1));
  // The low bits of `shifted` are n; moved into the exponent, the rest of its bits falls out on the left.
  const power = i32x4.add(i32x4.shl(shifted, 23), i32x4.splat(0x3f800000));
  const tooSmall = f32x4.lt(x, f32x4.splat(-87.3));
  return v128.andnot(f32x4.mul(p, power), tooSmall);
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

@inline
export function exp1(x: f32): f32 {
  return f32x4.extract_lane(exp4(f32x4.splat(x)), 0);
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
