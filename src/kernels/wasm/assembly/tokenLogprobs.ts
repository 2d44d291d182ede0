// Log-probability, entropy and their gradient from logits [rows, vocabulary]. See kernels/tokenLogprobs.ts.
// A piece is one row. The vocabulary is a multiple of 4; callers with another size use the reference.
import { exp4, log1, max4, sum4, writeExpTable } from './exp';

// Far below any logit that matters and far above overflow: keeps 0 · ∞ out of the entropy.
const FLOOR: f32 = -200;

export function tokenLogprobs(
  logits: usize, tokens: usize, logprobs: usize, entropy: usize, correct: usize, stats: usize,
  vocabulary: i32, temperature: f32, scratch: usize, from: i32, to: i32,
): void {
  writeExpTable(scratch);
  const inverse = f32x4.splat(1 / temperature);
  const bytes = (<usize>vocabulary) << 2;
  for (let row = from; row < to; row++) {
    const start = logits + <usize>row * bytes;
    let highest4 = v128.load(start);
    for (let at: usize = 16; at < bytes; at += 16) highest4 = f32x4.max(highest4, v128.load(start + at));
    const highest = max4(highest4);
    let sum = f32x4.splat(0);
    let weighted = f32x4.splat(0);
    for (let at: usize = 0; at < bytes; at += 16) {
      const d = f32x4.pmax(f32x4.mul(f32x4.sub(v128.load(start + at), f32x4.splat(highest)), inverse), f32x4.splat(FLOOR));
      const e = exp4(d, scratch);
      sum = f32x4.add(sum, e);
      weighted = f32x4.add(weighted, f32x4.mul(e, d));
    }
    const total = sum4(sum);
    const logSum = log1(total);
    const token = load<i32>(tokens + ((<usize>row) << 2));
    const own = load<f32>(start + ((<usize>token) << 2));
    const at = (<usize>row) << 2;
    store<f32>(logprobs + at, (own - highest) / temperature - logSum);
    store<f32>(entropy + at, logSum - sum4(weighted) / total);
    store<f32>(correct + at, own == highest ? 1 : 0);
    store<f32>(stats + 2 * at, highest);
    store<f32>(stats + 2 * at + 4, logSum);
  }
}

export function tokenLogprobsGrad(
  dlogprobs: usize, dentropy: usize, logits: usize, tokens: usize, entropy: usize, stats: usize, dlogits: usize,
  vocabulary: i32, temperature: f32, scratch: usize, from: i32, to: i32,
): void {
  writeExpTable(scratch);
  const inverse = f32x4.splat(1 / temperature);
  const bytes = (<usize>vocabulary) << 2;
  for (let row = from; row < to; row++) {
    const at = (<usize>row) << 2;
    const highest = f32x4.splat(load<f32>(stats + 2 * at));
    const logSum = f32x4.splat(load<f32>(stats + 2 * at + 4));
    const fromLogprob = load<f32>(dlogprobs + at) / temperature;
    const fromEntropy = f32x4.splat(load<f32>(dentropy + at) / temperature);
    const spread = f32x4.splat(load<f32>(entropy + at));
    const start = logits + <usize>row * bytes;
    const out = dlogits + <usize>row * bytes;
    for (let i: usize = 0; i < bytes; i += 16) {
      const d = f32x4.pmax(f32x4.mul(f32x4.sub(v128.load(start + i), highest), inverse), f32x4.splat(FLOOR));
      const logP = f32x4.sub(d, logSum);
      const inner = f32x4.add(f32x4.splat(fromLogprob), f32x4.mul(fromEntropy, f32x4.add(logP, spread)));
      v128.store(out + i, f32x4.neg(f32x4.mul(exp4(logP, scratch), inner)));
    }
    const own = out + ((<usize>load<i32>(tokens + at)) << 2);
    store<f32>(own, load<f32>(own) + fromLogprob);
  }
}
