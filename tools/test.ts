/**
 * `npm test`: every check of the project, cheapest first, up to the first that fails.
 * The last line is `N passed, N failed`: tests and golden cases; a stage without tests counts only when it fails.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBrowser } from './findBrowser';
import { countGolden, countVitest, type Count } from './testCounts';

interface Stage {
  script: string;
  /** How to count the tests of the stage, where it has any. */
  kind?: 'vitest' | 'golden';
}

const STAGES: Stage[] = [
  { script: 'check' },
  { script: 'lint' },
  { script: 'format:check' },
  { script: 'test:unit', kind: 'vitest' },
  { script: 'test:webgpu', kind: 'vitest' },
  { script: 'test:storage', kind: 'vitest' },
  { script: 'golden', kind: 'golden' },
  { script: 'test:e2e', kind: 'vitest' },
];
const REPORTS = join('out', 'test');

rmSync(REPORTS, { recursive: true, force: true });
mkdirSync(REPORTS, { recursive: true });
const total: Count = { passed: 0, failed: 0 };
try {
  const browser = ensureBrowser();
  process.env.BROWSER_PATH = browser.path;
  console.log(`test: browser ${browser.path} (${browser.source})`);
  for (const stage of STAGES) {
    const count = await runStage(stage);
    total.passed += count.passed;
    total.failed += count.failed;
    if (count.failed > 0) break;
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  total.failed += 1;
}
process.exitCode = total.failed > 0 ? 1 : 0;
console.log(`${total.passed} passed, ${total.failed} failed`);

async function runStage({ script, kind }: Stage): Promise<Count> {
  console.log(`\ntest: ${script}`);
  const start = performance.now();
  const report = join(REPORTS, `${script.replace(':', '-')}.json`);
  const reporters =
    kind === 'vitest' ? ['--', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`] : [];
  const { code, output } = await runScript(script, reporters);
  const count =
    kind === 'vitest' ? countVitest(report) : kind === 'golden' ? countGolden(output) : { passed: 0, failed: 0 };
  // A test stage in which nothing passed has not tested anything, whatever its exit code.
  if (count.failed === 0 && (code !== 0 || (kind !== undefined && count.passed === 0))) count.failed = 1;
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`test: ${script} ${count.failed > 0 ? `FAILED (exit ${code})` : 'ok'} in ${seconds} s`);
  return count;
}

/** Runs an npm script without standard input, passing its output on and keeping it. */
function runScript(script: string, args: string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    // A shell, because on Windows npm is a batch file; nothing in the line comes from outside this file.
    const child = spawn(['npm', 'run', '--silent', script, ...args].join(' '), {
      shell: true,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      process.stdout.write(chunk);
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}
