import { expect, it } from 'vitest';
import { unroll } from '../../src/kernels/unroll';

it('repeats lines with a hash on their own line, numbered, and leaves the others', () => {
  expect(unroll('let a = 1;\n  let b# = x[#u];\nlet c = 2;', 3)).toBe(
    'let a = 1;\n  let b0 = x[0u];   let b1 = x[1u];   let b2 = x[2u];\nlet c = 2;',
  );
});
