import { svelte } from '@sveltejs/vite-plugin-svelte';
import { playwright } from '@vitest/browser-playwright';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';
import { BROWSER_ARGS } from './tools/browserArgs.ts';
import { findBrowser } from './tools/findBrowser.ts';
import { offline } from './tools/offline.ts';

/** Isolates the page from other origins, which is what shared memory (threads of the wasm engine) asks for. */
const ISOLATION_HEADERS = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  // Pages that are isolated themselves may show this one in a frame.
  'Cross-Origin-Resource-Policy': 'cross-origin',
};

/** Bundled before a browser test starts: a package found only midway would reload the page under a running test. */
const PREBUNDLED = [
  '@tensorflow/tfjs',
  '@tensorflow/tfjs-backend-wasm',
  '@tensorflow/tfjs-backend-webgpu',
  '@huggingface/tokenizers',
  'fast-check',
  'idb',
  'uplot',
];

/** The development server writes styles into the page, which the policy of the built page forbids. */
const devStyles: Plugin = {
  name: 'dev-styles',
  apply: 'serve',
  transformIndexHtml: (html) => html.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'"),
};

const isTest = process.env.VITEST !== undefined;

/** The installed browser, without a window, as tests on the device and on the database run in it. */
const testBrowser = () => ({
  enabled: true,
  headless: true,
  screenshotFailures: false,
  provider: playwright({
    launchOptions: { executablePath: isTest ? findBrowser()?.path : undefined, args: BROWSER_ARGS },
  }),
  instances: [{ browser: 'chromium' as const }],
});

export default defineConfig({
  // Relative addresses, so that the built folder works from any path of any static host.
  base: './',
  plugins: [svelte({ configFile: false }), devStyles, offline],
  worker: { format: 'es' },
  build: {
    target: 'es2023',
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 4096,
    // A slow machine is not a warning to a visitor who only wants to start the page.
    rolldownOptions: { checks: { bundlerTimings: false } },
  },
  server: isTest ? {} : { headers: ISOLATION_HEADERS },
  preview: { headers: ISOLATION_HEADERS, port: 4173 },
  test: {
    // Two cores are the smallest machine we promise to be quick on; more workers than that only take turns.
    maxWorkers: 2,
    // TensorFlow.js greets Node with advice to install a native addon, once a test file.
    onConsoleLog: (log) => !log.includes('Hi, looks like you are running TensorFlow.js'),
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          environment: 'node',
          include: ['tests/unit/**/*.test.ts'],
          // Ends what hangs; a machine that does other work meanwhile is slow.
          testTimeout: 300_000,
        },
      },
      {
        extends: true,
        optimizeDeps: { include: PREBUNDLED },
        test: {
          name: 'webgpu',
          include: ['tests/webgpu/**/*.test.ts'],
          setupFiles: ['tests/setup/webgpu.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // The software adapter already spreads one dispatch over all cores.
          fileParallelism: false,
          browser: testBrowser(),
        },
      },
      {
        extends: true,
        optimizeDeps: { include: PREBUNDLED },
        test: {
          name: 'storage',
          include: ['tests/storage/**/*.test.ts'],
          testTimeout: 60_000,
          fileParallelism: false,
          browser: testBrowser(),
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          environment: 'node',
          include: ['tests/e2e/**/*.test.ts'],
          globalSetup: ['tests/setup/e2e.ts'],
          testTimeout: 600_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
