import { existsSync, readFileSync } from 'node:fs';

/** How many tests of a stage passed and failed. */
export interface Count {
  passed: number;
  failed: number;
}

/**
 * Counts a stage from vitest's JSON report; a test file that did not load counts as one failed test.
 * @param report path of the report; one that was never written counts as nothing
 */
export function countVitest(report: string): Count {
  if (!existsSync(report)) return { passed: 0, failed: 0 };
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(report, 'utf8')) as {
    numPassedTests: number;
    numFailedTests: number;
    testResults: { status: string; assertionResults: { status: string }[] }[];
  };
  const broken = testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  );
  return { passed: numPassedTests, failed: numFailedTests + broken.length };
}

/** Counts the golden stage from its last line, `N passed, N failed`; output without one counts as nothing. */
export function countGolden(output: string): Count {
  const counts = /^(\d+) passed, (\d+) failed$/.exec(output.trimEnd().split('\n').at(-1) ?? '');
  return { passed: Number(counts?.[1] ?? 0), failed: Number(counts?.[2] ?? 0) };
}
