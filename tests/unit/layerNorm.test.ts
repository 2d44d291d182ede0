import { describe, expect, it } from 'vitest';
import { layerNormGradParamsReference, layerNormGradReference, layerNormReference } from '../../src/kernels/layerNorm';
import { expectClose } from '../support/closeness';
import { checkGradient } from '../support/finiteDifferences';
import { normals } from '../support/numbers';

describe('layerNorm reference', () => {
  it('normalises by hand', () => {
    const y = new Float64Array(2);
    const stats = new Float64Array(2);
    layerNormReference(Float64Array.of(1, 3), Float64Array.of(2, 2), Float64Array.of(0, 1), y, stats, 2, 0);
    expectClose(y, [-2, 3]);
    expect([...stats]).toEqual([2, 1]);
  });

  it('has the gradients of central differences', () => {
    const [rows, channels] = [3, 5];
    const x = Float64Array.from(normals(rows * channels, 1));
    const gain = Float64Array.from(normals(channels, 2));
    const bias = Float64Array.from(normals(channels, 3));
    const dy = Float64Array.from(normals(rows * channels, 4));
    const stats = new Float64Array(rows * 2);
    const forward = () => {
      const y = new Float64Array(rows * channels);
      layerNormReference(x, gain, bias, y, stats, channels, 1e-5);
      return y;
    };
    forward();
    const [dx, dgain, dbias] = [
      new Float64Array(rows * channels),
      new Float64Array(channels),
      new Float64Array(channels),
    ];
    layerNormGradReference(dy, x, gain, stats, undefined, dx, channels);
    layerNormGradParamsReference(dy, x, stats, dgain, dbias, channels);
    checkGradient('dx', x, forward, dy, dx);
    checkGradient('dgain', gain, forward, dy, dgain);
    checkGradient('dbias', bias, forward, dy, dbias);
  });
});
