import js from '@eslint/js';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import { importX } from 'eslint-plugin-import-x';
import svelte from 'eslint-plugin-svelte';
import globals from 'globals';
import ts from 'typescript-eslint';

/**
 * The layers: each folder of src, and the other folders of src it may import. Everything else is an error.
 * A layer may reach past the one directly below it; what no row names, nobody imports.
 */
const TABLES = ['config', 'metrics'];
const LAYERS = {
  config: [],
  metrics: [],
  kernels: [...TABLES],
  nn: [...TABLES, 'kernels'],
  rlhf: [...TABLES, 'kernels', 'nn'],
  data: [...TABLES],
  pipeline: [...TABLES, 'kernels', 'nn', 'rlhf', 'data'],
  storage: [...TABLES, 'data'],
  bench: [...TABLES, 'kernels', 'nn', 'rlhf', 'data', 'pipeline'],
  evaluation: [...TABLES, 'kernels', 'nn', 'rlhf', 'data', 'pipeline'],
  experiment: [...TABLES, 'kernels', 'nn', 'rlhf', 'data', 'pipeline', 'evaluation'],
  worker: [...TABLES, 'kernels', 'nn', 'rlhf', 'data', 'pipeline', 'evaluation', 'experiment', 'storage', 'bench'],
  cli: [...TABLES, 'kernels', 'nn', 'rlhf', 'data', 'pipeline', 'evaluation', 'experiment'],
  ui: [...TABLES, 'worker/client.ts', 'worker/protocol.ts'],
};

const layerZones = Object.entries(LAYERS).map(([layer, below]) => ({
  target: `./src/${layer}`,
  from: './src',
  except: [layer, ...below].map((name) => `./${name}`),
  message: `src/${layer} may import from src only: ${[layer, ...below].join(', ')}.`,
}));

const shaderZone = {
  target: Object.keys(LAYERS)
    .filter((layer) => layer !== 'kernels')
    .map((layer) => `./src/${layer}`),
  from: './shaders',
  message: 'Only src/kernels reads shaders.',
};

const testZone = { target: './src', from: ['./tests', './tools'], message: 'The product imports no test or tool.' };

/** Packages, as a regular expression, that a group of layers must not know. */
const forbidPackages = (layers, regex, message) => ({
  files: layers.map((layer) => `src/${layer}/**/*.{ts,svelte}`),
  rules: { 'no-restricted-imports': ['error', { patterns: [{ regex, message }] }] },
});

/** TensorFlow.js as code; the address of one of its binaries (`x.wasm?url`) is none. */
const TENSORFLOW = '@tensorflow/(?!.*\\?url$)';

/** Ways to make code or markup out of text. What comes from outside is always shown as text. */
const TEXT_AS_CODE = [
  {
    selector:
      ':matches(AssignmentExpression[left.property.name=/^(innerHTML|outerHTML|srcdoc)$/], CallExpression[callee.property.name=/^(insertAdjacentHTML|setHTMLUnsafe|createContextualFragment)$/], CallExpression[callee.object.name="document"][callee.property.name=/^write(ln)?$/])',
    message: 'Texts are shown as text; build elements instead.',
  },
  {
    selector: ':matches(NewExpression, CallExpression)[callee.name="Function"]',
    message: 'The page runs no code made from text.',
  },
];

export default ts.config(
  {
    ignores: ['dist/', 'dist-node/', 'out/', 'coverage/', 'public/', 'src/kernels/wasm/assembly/', 'tests/fixtures/'],
  },
  js.configs.recommended,
  ts.configs.recommended,
  svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.browser, ...globals.node } },
    plugins: { 'import-x': importX },
    settings: {
      'import-x/resolver-next': [createTypeScriptImportResolver({ project: './tsconfig.json' })],
      // Modules only: a cycle is found from its component, and components may contain each other.
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts'] },
      'import-x/extensions': ['.ts', '.js', '.mjs'],
    },
    rules: {
      eqeqeq: ['error', 'always'],
      'no-console': 'error',
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'no-restricted-syntax': ['error', ...TEXT_AS_CODE],
      'svelte/no-at-html-tags': 'error',
      'prefer-const': 'error',
      'import-x/no-cycle': ['error', { ignoreExternal: true }],
      'import-x/no-self-import': 'error',
      'import-x/no-restricted-paths': ['error', { zones: [...layerZones, shaderZone, testZone] }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  {
    // One reader for documents from outside: sizes, depth, equal keys, keys of prototypes, and words about them.
    files: ['src/**/*.{ts,svelte}'],
    ignores: ['src/config/strictJson.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'JSON', property: 'parse', message: 'Read documents with src/config/outside.ts.' },
      ],
    },
  },
  {
    files: ['**/*.ts'],
    languageOptions: { parserOptions: { project: ['./tsconfig.json', './tsconfig.worker.json'] } },
    // Of the rules that need types, those that find bugs here: a promise nobody waits for is a lost GPU error.
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, project: null, extraFileExtensions: ['.svelte'] } },
    rules: {
      // Knows that a property of the component may be written although its destructuring is not.
      'prefer-const': 'off',
      'svelte/prefer-const': 'error',
      '@typescript-eslint/no-floating-promises': 'off',
      '@typescript-eslint/no-misused-promises': 'off',
      '@typescript-eslint/await-thenable': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': 'off',
    },
  },
  {
    files: [
      'tools/**',
      'src/cli/**',
      'tests/golden/**',
      'tests/accept/**',
      'tests/faults/**',
      'tests/bench/**',
      'tests/fuzz/**',
      'tests/soak/**',
    ],
    rules: { 'no-console': 'off' },
  },
  { files: ['src/**/*.{ts,svelte}'], rules: { 'no-script-url': 'error' } },
  forbidPackages(
    ['config', 'metrics', 'kernels', 'nn', 'rlhf', 'data', 'pipeline', 'bench', 'evaluation', 'experiment', 'cli'],
    '^(svelte|idb|uplot|@lucide)(/|$)',
    'Below the worker nothing knows the page or IndexedDB.',
  ),
  forbidPackages(
    ['worker', 'storage'],
    `^(svelte|uplot)(/|$)|^${TENSORFLOW}`,
    'Above the pipeline nothing computes with TensorFlow.js, and the worker knows no page.',
  ),
  forbidPackages(['ui'], `^idb$|^${TENSORFLOW}`, 'The page reaches the engine and the storage through worker/client.'),
);
