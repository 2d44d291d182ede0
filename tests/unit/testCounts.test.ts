import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { countGolden, countVitest } from '../../tools/testCounts';

test('a test file that did not load counts as one failed test', () => {
  const report = join(mkdtempSync(join(tmpdir(), 'report-')), 'report.json');
  const testResults = [
    { status: 'passed', assertionResults: [{ status: 'passed' }, { status: 'passed' }] },
    { status: 'failed', assertionResults: [{ status: 'passed' }, { status: 'failed' }] },
    { status: 'failed', assertionResults: [] },
  ];
  writeFileSync(report, JSON.stringify({ numPassedTests: 3, numFailedTests: 1, testResults }));
  expect(countVitest(report)).toEqual({ passed: 3, failed: 2 });
});

test('a report that was never written counts as nothing', () => {
  expect(countVitest('/no/such/report.json')).toEqual({ passed: 0, failed: 0 });
});

test('the golden stage is counted from its last line only', () => {
  expect(countGolden('gae: ok\n3 passed, 0 failed\nmore\n120 passed, 2 failed\n')).toEqual({ passed: 120, failed: 2 });
  expect(countGolden('120 passed, 2 failed\nTypeError\n')).toEqual({ passed: 0, failed: 0 });
});
