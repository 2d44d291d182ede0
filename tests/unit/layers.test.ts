import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ESLint } from 'eslint';
import { beforeAll, expect, test, vi } from 'vitest';

// The first question makes ESLint read the whole project's types.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

/** The architecture, written down a second time on purpose: the folders of src that each one may import. */
const ALLOWED: Record<string, string[]> = {
  config: [],
  metrics: [],
  kernels: ['config', 'metrics'],
  nn: ['config', 'metrics', 'kernels'],
  rlhf: ['config', 'metrics', 'kernels', 'nn'],
  data: ['config', 'metrics'],
  pipeline: ['config', 'metrics', 'kernels', 'nn', 'rlhf', 'data'],
  bench: ['config', 'metrics', 'kernels', 'nn', 'rlhf', 'data', 'pipeline'],
  evaluation: ['config', 'metrics', 'kernels', 'nn', 'rlhf', 'data', 'pipeline'],
  experiment: ['config', 'metrics', 'kernels', 'nn', 'rlhf', 'data', 'pipeline', 'evaluation'],
  storage: ['config', 'metrics', 'data'],
  worker: [
    'config',
    'metrics',
    'kernels',
    'nn',
    'rlhf',
    'data',
    'pipeline',
    'evaluation',
    'experiment',
    'storage',
    'bench',
  ],
  ui: ['config', 'metrics'],
};

let eslint: ESLint;
beforeAll(() => {
  // The files linted here do not exist, so the rules that need types cannot run; only the import rules matter.
  eslint = new ESLint({
    ignore: false,
    overrideConfig: {
      languageOptions: { parserOptions: { project: null } },
      rules: {
        '@typescript-eslint/no-floating-promises': 'off',
        '@typescript-eslint/no-misused-promises': 'off',
        '@typescript-eslint/await-thenable': 'off',
        '@typescript-eslint/switch-exhaustiveness-check': 'off',
      },
    },
  });
});

/** Rules that fire on one line of code, as if it stood in the given file. */
async function rulesFor(code: string, filePath: string): Promise<string[]> {
  const [{ messages }] = await eslint.lintText(code, { filePath });
  return messages.map(({ ruleId, message }) => ruleId ?? message).filter((rule) => !rule.includes('unused'));
}

function firstModule(layer: string): string | undefined {
  const folder = join('src', layer);
  // A layer of the plan may have no module yet.
  const name = (existsSync(folder) ? readdirSync(folder) : []).find(
    (file) => file.endsWith('.ts') && !file.endsWith('.d.ts'),
  );
  return name === undefined ? undefined : `../${layer}/${name.replace(/\.ts$/, '')}`;
}

test.each(Object.keys(ALLOWED))('src/%s may import what the architecture says and nothing else', async (layer) => {
  for (const other of Object.keys(ALLOWED).filter((name) => name !== layer)) {
    // The worker's folder has its own test below: the page may import two of its files.
    const module = other === 'worker' ? '../worker/protocol' : firstModule(other);
    if (module === undefined || (layer === 'ui' && other === 'worker')) continue;
    const expected = ALLOWED[layer].includes(other) ? [] : ['import-x/no-restricted-paths'];
    const rules = await rulesFor(`import type * as other from '${module}';`, `src/${layer}/imagined.ts`);
    expect(rules, `${layer} importing ${module}`).toEqual(expected);
  }
});

test('the page may import the protocol and the client of the worker, and nothing else of it', async () => {
  for (const name of readdirSync('src/worker').map((file) => file.replace(/\.ts$/, ''))) {
    const rules = await rulesFor(`import type * as other from '../worker/${name}';`, 'src/ui/imagined.ts');
    expect(rules, name).toEqual(['protocol', 'client'].includes(name) ? [] : ['import-x/no-restricted-paths']);
  }
});

test('only the kernels read shaders', async () => {
  const shader = "import body from '../../shaders/layerNorm.wgsl?raw';";
  expect(await rulesFor(shader, 'src/kernels/imagined.ts')).toEqual([]);
  expect(await rulesFor(shader, 'src/nn/imagined.ts')).toEqual(['import-x/no-restricted-paths']);
});

test('TensorFlow.js stays out of the page and the page out of the pipeline', async () => {
  const tf = "import * as tf from '@tensorflow/tfjs';";
  expect(await rulesFor(tf, 'src/nn/imagined.ts')).toEqual([]);
  expect(await rulesFor(tf, 'src/ui/imagined.ts')).toEqual(['no-restricted-imports']);
  expect(await rulesFor(tf, 'src/worker/imagined.ts')).toEqual(['no-restricted-imports']);
  const binary = "import address from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';";
  expect(await rulesFor(binary, 'src/worker/imagined.ts')).toEqual([]);
  expect(await rulesFor("import { mount } from 'svelte';", 'src/pipeline/imagined.ts')).toEqual([
    'no-restricted-imports',
  ]);
});

test('an import cycle is an error, through a component too', async () => {
  const cycle = "import { egg } from './cycleEgg'; export const hen = () => egg;";
  expect(await rulesFor(cycle, 'tests/fixtures/lint/cycleHen.ts')).toEqual(['import-x/no-cycle']);
  const component = "<script>import { brood } from './cycleBrood';</script>{brood}";
  expect(await rulesFor(component, 'tests/fixtures/lint/CycleNest.svelte')).toEqual(['import-x/no-cycle']);
});

test('documents are read by one reader', async () => {
  const line = "export const value: unknown = JSON.parse('1');";
  for (const path of ['src/worker/imagined.ts', 'src/ui/imagined.ts', 'src/experiment/imagined.ts'])
    expect(await rulesFor(line, path), path).toEqual(['no-restricted-properties']);
});

test('text never becomes markup or code', async () => {
  for (const line of [
    "document.body.innerHTML = 'x';",
    "document.write('x');",
    "document.body.insertAdjacentHTML('beforeend', 'x');",
    "export const made = new Function('return 1');",
    "export const made = eval('1');",
    "export const address = 'javascript:alert(1)';",
  ])
    expect(await rulesFor(line, 'src/ui/imagined.ts'), line).toHaveLength(1);
  const component = "<script>const text = 'x';</script>{@html text}";
  expect(await rulesFor(component, 'src/ui/Imagined.svelte')).toEqual(['svelte/no-at-html-tags']);
});
