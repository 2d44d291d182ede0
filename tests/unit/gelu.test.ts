import { describe, expect, it } from 'vitest';
import { geluGradReference, geluReference } from '../../src/kernels/gelu';
import { expectClose } from '../support/closeness';
import { checkGradient } from '../support/finiteDifferences';
import { normals } from '../support/numbers';

function apply(x: Float64Array): Float64Array {
  const y = new Float64Array(x.length);
  geluReference(x, y);
  return y;
}

describe('gelu reference', () => {
  it('is the tanh formula', () => {
    const x = Float64Array.of(-3, -0.5, 0, 0.5, 1, 3);
    const want = x.map((v) => 0.5 * v * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (v + 0.044715 * v ** 3))));
    expectClose(apply(x), want, { rtol: 1e-12, atol: 1e-14 });
    expectClose(apply(Float64Array.of(1)), [0.841191990608], { rtol: 1e-11, atol: 0 });
  });

  it('passes large values through and stops large negative ones', () => {
    const x = Float64Array.of(1e4, -1e4, 1e300, -1e300);
    const dx = new Float64Array(4);
    geluGradReference(Float64Array.of(1, 1, 1, 1), x, dx);
    expectClose(apply(x), [1e4, 0, 1e300, 0]);
    expectClose(dx, [1, 0, 1, 0]);
    expect(apply(Float64Array.of(NaN))[0]).toBeNaN();
  });

  it('has the gradient of central differences', () => {
    const x = Float64Array.from(normals(40, 1, 2));
    const dy = Float64Array.from(normals(40, 2));
    const dx = new Float64Array(40);
    geluGradReference(dy, x, dx);
    checkGradient('dx', x, () => apply(x), dy, dx);
  });
});
