import type { Tensor } from '@tensorflow/tfjs';

/** @throws RangeError unless `tensor` has exactly this shape; −1 stands for any size. */
export function expectShape(where: string, name: string, tensor: Tensor, expected: number[]): void {
  const fits = tensor.shape.length === expected.length && expected.every((n, i) => n === -1 || n === tensor.shape[i]);
  if (!fits)
    throw new RangeError(
      `${where}: ${name} has shape [${tensor.shape}]; expected [${expected.map((n) => (n === -1 ? '?' : n))}].`,
    );
}

/** @throws TypeError unless `tensor` has this type. */
export function expectType(where: string, name: string, tensor: Tensor, dtype: 'float32' | 'int32'): void {
  if (tensor.dtype !== dtype) throw new TypeError(`${where}: ${name} is ${tensor.dtype}; expected ${dtype}.`);
}
