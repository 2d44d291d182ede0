// Layer normalisation and its gradients. See kernels/layerNorm.ts. Channels are a multiple of 4.
import { sum4 } from './exp';

// A piece is one row.
export function layerNorm(
  x: usize, gain: usize, bias: usize, y: usize, stats: usize, channels: i32, epsilon: f32,
  scratch: usize, from: i32, to: i32,
): void {
  const bytes = (<usize>channels) << 2;
  for (let row = from; row < to; row++) {
    const start = x + <usize>row * bytes;
    let sum = f32x4.splat(0);
    for (let at: usize = 0; at < bytes; at += 16) sum = f32x4.add(sum, v128.load(start + at));
    const mean = sum4(sum) / <f32>channels;
    let squares = f32x4.splat(0);
    for (let at: usize = 0; at < bytes; at += 16) {
      const d = f32x4.sub(v128.load(start + at), f32x4.splat(mean));
      squares = f32x4.add(squares, f32x4.mul(d, d));
    }
    const rstd: f32 = 1 / sqrt<f32>(sum4(squares) / <f32>channels + epsilon);
    const end = y + <usize>row * bytes;
    for (let at: usize = 0; at < bytes; at += 16) {
      const normal = f32x4.mul(f32x4.sub(v128.load(start + at), f32x4.splat(mean)), f32x4.splat(rstd));
      v128.store(end + at, f32x4.add(f32x4.mul(normal, v128.load(gain + at)), v128.load(bias + at)));
    }
    store<f32>(stats + ((<usize>row) << 3), mean);
    store<f32>(stats + ((<usize>row) << 3), rstd, 4);
  }
}

// A piece is one row. `skip` is added to dx; 0 for none.
export function layerNormGrad(
  dy: usize, x: usize, gain: usize, stats: usize, skip: usize, dx: usize, channels: i32, scratch: usize, from: i32, to: i32,
): void {
  const bytes = (<usize>channels) << 2;
  for (let row = from; row < to; row++) {
    const start = <usize>row * bytes;
    const mean = f32x4.splat(load<f32>(stats + ((<usize>row) << 3)));
    const rstd = f32x4.splat(load<f32>(stats + ((<usize>row) << 3), 4));
    let sum = f32x4.splat(0);
    let sumNormal = f32x4.splat(0);
    for (let at: usize = 0; at < bytes; at += 16) {
      const g = f32x4.mul(v128.load(dy + start + at), v128.load(gain + at));
      const normal = f32x4.mul(f32x4.sub(v128.load(x + start + at), mean), rstd);
      sum = f32x4.add(sum, g);
      sumNormal = f32x4.add(sumNormal, f32x4.mul(g, normal));
    }
    const average = f32x4.splat(sum4(sum) / <f32>channels);
    const averageNormal = f32x4.splat(sum4(sumNormal) / <f32>channels);
    for (let at: usize = 0; at < bytes; at += 16) {
      const g = f32x4.mul(v128.load(dy + start + at), v128.load(gain + at));
      const normal = f32x4.mul(f32x4.sub(v128.load(x + start + at), mean), rstd);
      const rest = f32x4.sub(f32x4.sub(g, average), f32x4.mul(normal, averageNormal));
      let result = f32x4.mul(rstd, rest);
      if (skip) result = f32x4.add(result, v128.load(skip + start + at));
      v128.store(dx + start + at, result);
    }
  }
}

// A piece is four channels times GROUP, over all rows: the order of a sum never depends on who computes it.
const GROUP: i32 = 4;

export function layerNormGradParams(
  dy: usize, x: usize, stats: usize, dgain: usize, dbias: usize, rows: i32, channels: i32,
  scratch: usize, from: i32, to: i32,
): void {
  const bytes = (<usize>channels) << 2;
  const end = min(channels, to * GROUP * 4);
  for (let channel = from * GROUP * 4; channel < end; channel += 4) {
    const at = (<usize>channel) << 2;
    store128(dgain + at, dbias + at, dy + at, x + at, stats, bytes, rows);
  }
}

@inline
function store128(dgain: usize, dbias: usize, dy: usize, x: usize, stats: usize, bytes: usize, rows: i32): void {
  let gain = f32x4.splat(0);
  let bias = f32x4.splat(0);
  for (let row = 0; row < rows; row++) {
    const g = v128.load(dy);
    const normal = f32x4.mul(f32x4.sub(v128.load(x), v128.load32_splat(stats)), v128.load32_splat(stats, 4));
    gain = f32x4.add(gain, f32x4.mul(g, normal));
    bias = f32x4.add(bias, g);
    dy += bytes;
    x += bytes;
    stats += 8;
  }
  v128.store(dgain, gain);
  v128.store(dbias, bias);
}
