/**
 * `npm run golden`: every case of tests/fixtures/golden, or of the folder in GOLDEN_DIR, on the cpu reference in Node and
 * on WebGPU in a headless Chromium. One line a case and engine, then `N passed, N failed`; exit code 1 when any failed.
 */
import { startEngine } from '../../src/kernels/device';
import { parseCase, type GoldenCase } from './cases';
import type { Verdict } from './compare';
import { caseFiles, goldenFolder, readCase, type CaseFile } from './files';
import { openGoldenPage } from './openPage';
import { enginesOf, runCase } from './runCase';

const describe = (error: unknown) => (error instanceof Error ? error.message : String(error));

const count = { passed: 0, failed: 0 };

function report(name: string, engine: string, { worst, problems }: Verdict): void {
  const isFine = problems.length === 0;
  count[isFine ? 'passed' : 'failed']++;
  const detail = isFine ? `worst ${worst.toPrecision(2)} of tolerance` : problems.join('; ');
  console.log(`${isFine ? 'ok  ' : 'FAIL'}  ${name}  ${engine}  ${detail}`);
}

async function main(): Promise<void> {
  const folder = goldenFolder();
  const files = caseFiles(folder);
  await startEngine('cpu');
  const page = await openGoldenPage();
  console.log(`golden: ${files.length} cases of ${folder}; WebGPU on ${page.adapter}`);
  try {
    for (const file of files) {
      let read: CaseFile;
      let golden: GoldenCase;
      try {
        read = readCase(folder, file);
        golden = parseCase(read.text, read.weights);
      } catch (error) {
        report(file, 'unreadable', { worst: Infinity, problems: [describe(error)] });
        continue;
      }
      for (const engine of enginesOf(golden)) {
        const verdict = engine === 'webgpu' ? await page.runCase(read.text, read.weights) : await runCase(golden);
        report(file.replace(/\.json$/, ''), engine, verdict);
      }
    }
  } finally {
    await page.close();
  }
}

await main().catch((error: unknown) => {
  console.log(`FAIL  golden  ${describe(error)}`);
  count.failed++;
});
console.log(`${count.passed} passed, ${count.failed} failed`);
process.exitCode = count.failed > 0 ? 1 : 0;
