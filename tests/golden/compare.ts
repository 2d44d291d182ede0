import type { GoldenCase } from './cases';

export interface Tolerance {
  rtol: number;
  atol: number;
}

/** Flat values of each output. */
export type Values = Record<string, ArrayLike<number>>;

export interface Verdict {
  /** Largest |got − want| / (atol + rtol·|want|) over all outputs. */
  worst: number;
  /** What is wrong, one line an output; empty when the case passed. */
  problems: string[];
}

/** Compares every expected output elementwise, `|got − want| ≤ atol + rtol·|want|`; whole numbers must be equal. */
export function compare(golden: GoldenCase, got: Values): Verdict {
  const verdict: Verdict = { worst: 0, problems: [] };
  const names = Object.keys(golden.outputs);
  if (names.length === 0) verdict.problems.push('the case expects no output');
  for (const name of names) {
    const { data: want, dtype } = golden.outputs[name];
    const { rtol, atol } =
      dtype === 'int32' ? { rtol: 0, atol: 0 } : (golden.tolerance.outputs?.[name] ?? golden.tolerance);
    const values = got[name] as ArrayLike<number> | undefined;
    if (!values) verdict.problems.push(`${name}: the runner gave no such output`);
    else if (values.length !== want.length)
      verdict.problems.push(`${name}: got ${values.length} values, want ${want.length}`);
    else {
      const { index, share } = worstOf(values, want, { rtol, atol });
      if (share > 1)
        verdict.problems.push(
          `${name}[${index}]: got ${values[index]}, want ${want[index]} (${share.toPrecision(3)} of tolerance)`,
        );
      verdict.worst = Math.max(verdict.worst, share);
    }
  }
  return verdict;
}

function worstOf(got: ArrayLike<number>, want: number[], { rtol, atol }: Tolerance): { index: number; share: number } {
  let [index, worst] = [0, 0];
  for (let i = 0; i < want.length; i++) {
    const isSame = got[i] === want[i] || (Number.isNaN(got[i]) && Number.isNaN(want[i]));
    const share = isSame ? 0 : Math.abs(got[i] - want[i]) / (atol + rtol * Math.abs(want[i]));
    // NaN against a number is the worst there is; the negation catches it.
    if (!(share <= worst)) [index, worst] = [i, Number.isNaN(share) ? Infinity : share];
  }
  return { index, share: worst };
}
