import * as tf from '@tensorflow/tfjs';
import { readValues } from '../../../src/kernels/defineKernel';
import { input, type GoldenCase } from '../cases';
import type { Values } from '../compare';

/** Computes the outputs of a case with product functions only. */
export interface Runner {
  /** `tensor` cases run once per engine; `host` cases touch no tensor and run once. */
  kind: 'tensor' | 'host';
  run(golden: GoldenCase): Values | Promise<Values>;
}

/** An op whose outputs are tensors made inside one `tf.tidy`. */
export function tensorRunner(build: (golden: GoldenCase) => Record<string, tf.Tensor>): Runner {
  return { kind: 'tensor', run: (golden) => readAll(tf.tidy(() => build(golden))) };
}

export function hostRunner(run: (golden: GoldenCase) => Values): Runner {
  return { kind: 'host', run };
}

/** Reads tensors and disposes them. */
export async function readAll(tensors: Record<string, tf.Tensor>): Promise<Values> {
  const values: Values = {};
  for (const [name, tensor] of Object.entries(tensors)) values[name] = Float64Array.from(await readValues(tensor));
  tf.dispose(tensors);
  return values;
}

/** An input as a tensor, in its own shape or another of the same size; masks are asked for as float32. */
export function tensor<T extends tf.Tensor>(
  golden: GoldenCase,
  name: string,
  shape?: number[],
  dtype?: 'float32' | 'int32',
): T {
  const array = input(golden, name);
  const type = dtype ?? (array.dtype === 'int32' ? 'int32' : 'float32');
  const values = type === 'int32' ? Int32Array.from(array.data) : Float32Array.from(array.data);
  return tf.tensor(values, shape ?? array.shape, type) as T;
}

/** Rows and width of an input seen as a matrix: all dimensions but the last, and the last. */
export function matrixShape(golden: GoldenCase, name: string): [number, number] {
  const { shape } = input(golden, name);
  const width = shape[shape.length - 1];
  return [shape.slice(0, -1).reduce((product, n) => product * n, 1), width];
}
