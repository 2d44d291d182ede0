import { expectClose } from './closeness';

const STEP = 1e-5;

/**
 * Checks an analytic gradient against central differences, all in double precision.
 * @param input    values the gradient is taken at; restored afterwards
 * @param forward  output of the reference at the current `input`
 * @param upstream weight of each output in the scalar that is differentiated
 * @param gradient what the gradient reference says
 */
export function checkGradient(
  name: string,
  input: Float64Array,
  forward: () => Float64Array,
  upstream: Float64Array,
  gradient: Float64Array,
): void {
  const scalar = () => forward().reduce((sum, value, i) => sum + value * upstream[i], 0);
  const numeric = new Float64Array(input.length);
  for (let i = 0; i < input.length; i++) {
    const kept = input[i];
    input[i] = kept + STEP;
    const above = scalar();
    input[i] = kept - STEP;
    const below = scalar();
    input[i] = kept;
    numeric[i] = (above - below) / (2 * STEP);
  }
  expectClose(gradient, numeric, { rtol: 1e-6, atol: 1e-8 }, name);
}
