import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test, vi } from 'vitest';
import type { BenchRow } from '../../src/bench/rows';

vi.setConfig({ testTimeout: 300_000 });

const folder = mkdtempSync(join(tmpdir(), 'bench-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const bench = (...argv: string[]) =>
  promisify(execFile)(process.execPath, [
    ...['--import', 'tsx', '--import', './tools/wgslLoader.mjs', 'tests/bench/run.ts'],
    ...argv,
  ]);

test('the bench measures, compares and writes table, rows and picture', async () => {
  const [json, svg] = ['rows.json', 'picture.svg'].map((name) => join(folder, name));
  const { stdout } = await bench(
    ...['--workloads', 'W4', '--reps', '1', '--sides', 'ours,tfjs', '--engines', 'wasm,null'],
    ...['--json', json, '--svg', svg],
  );
  const { rows, yardsticks } = JSON.parse(readFileSync(json, 'utf8')) as {
    rows: BenchRow[];
    yardsticks: Record<string, number>;
  };
  expect(rows.map(({ side, engine, status }) => `${side} ${engine} ${status}`)).toEqual([
    'ours wasm ok',
    'ours null ok',
    'tfjs wasm ok',
    'tfjs null ok',
  ]);
  const [oursWasm, oursNull, stockWasm, stockNull] = rows;
  expect(oursWasm.note).toBe('the others are compared with this one');
  expect(stockWasm.note).toMatch(/^32768 advantages within \d\.\de-\d+$/);
  expect(oursNull.dispatches).toBeLessThanOrEqual(4);
  expect(stockNull.dispatches).toBeGreaterThan(100);
  expect(oursNull.readbacks).toBe(0);
  expect(yardsticks.wasm).toBeGreaterThan(0);
  expect(stdout).toContain('W4 rewards and GAE');
  expect(readFileSync(svg, 'utf8')).toContain('<svg');
});

test('a bad argument ends with 2 and one line', async () => {
  await expect(bench('--workloads', 'W9')).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^--workloads: got "W9".*\n$/) as string,
  });
});
