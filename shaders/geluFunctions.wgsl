// GELU in its tanh form and its slope, for the shaders they are appended to. With u = sqrt(2/pi) * (x + 0.044715 x^3):
//   gelu = x / (1 + exp(-2u)), since (1 + tanh u) / 2 = 1 / (1 + exp(-2u));
//   slope = s + x * s * (1 - s) * 2 du/dx,  s = 1 / (1 + exp(-2u)).
// Beyond |x| = 10 the exponential would overflow while s is 0 or 1 to the last bit, so x is clamped inside it; the factor
// x outside keeps large values and NaN. e * s = 1 - s is taken first, so that no product overflows. Clamping would drop a
// NaN from the slope, which is therefore found by its bits and passed on. `Part` is f32 or vec4<f32>, `Bits` its u32.
fn gelu(x: Part) -> Part {
  let v = clamp(x, Part(-10.0), Part(10.0));
  return x / (1.0 + exp(-1.5957691216057308 * v * (1.0 + 0.044715 * v * v)));
}

fn geluSlope(x: Part) -> Part {
  let v = clamp(x, Part(-10.0), Part(10.0));
  let e = exp(-1.5957691216057308 * v * (1.0 + 0.044715 * v * v));
  let s = 1.0 / (1.0 + e);
  let slope = s * (1.0 + v * (e * s) * 1.5957691216057308 * (1.0 + 0.134145 * v * v));
  return select(slope, x, (bitcast<Bits>(x) & Bits(0x7fffffffu)) > Bits(0x7f800000u));
}
