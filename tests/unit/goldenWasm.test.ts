import { beforeAll, describe, expect, it } from 'vitest';
import { startEngine } from '../../src/kernels/device';
import { parseCase } from '../golden/cases';
import { caseFiles, goldenFolder, readCase } from '../golden/files';
import { enginesOf, runCase } from '../golden/runCase';

beforeAll(async () => void (await startEngine('wasm')));

// `npm run golden` shows cpu and WebGPU; the third engine has matrix products of its own.
describe('golden cases on wasm', () => {
  const folder = goldenFolder();
  const cases = caseFiles(folder).map((file) => {
    const { text, weights } = readCase(folder, file);
    return parseCase(text, weights);
  });

  it.each(
    cases.filter((golden) => !enginesOf(golden).includes('host')).map((golden) => [golden.name, golden] as const),
  )('%s', async (_, golden) => {
    expect((await runCase(golden)).problems).toEqual([]);
  });
});
