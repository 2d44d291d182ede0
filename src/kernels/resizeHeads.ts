import type { Tensor3D } from '@tensorflow/tfjs';

/** Head size up to the multiple of 4 that the attention shaders read at a time. */
export const filledHeadSize = (size: number): number => Math.ceil(size / 4) * 4;

/**
 * Adds zero channels at the end of every head, or removes channels there. Zeros change no score and no other output, so
 * attention over filled-up heads, with the scale of the true size, is attention.
 * @param x [B, T, groups·from]
 * @param to channels of a head afterwards
 * @returns [B, T, groups·to]
 */
export function resizeHeads(x: Tensor3D, groups: number, to: number): Tensor3D {
  const [batch, length, width] = x.shape;
  const from = width / groups;
  const perHead = x.reshape([batch * length, groups, from]) as Tensor3D;
  const resized =
    to > from
      ? perHead.pad([
          [0, 0],
          [0, 0],
          [0, to - from],
        ])
      : perHead.slice([0, 0, 0], [-1, -1, to]);
  return resized.reshape([batch, length, groups * to]);
}
