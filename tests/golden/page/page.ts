/** Runs golden cases on WebGPU inside the browser, one at a time, for `run.ts`. */
import * as tf from '@tensorflow/tfjs';
import { adapterTraits } from '../../../src/kernels/adapter';
import { counters } from '../../../src/kernels/counters';
import { startEngine } from '../../../src/kernels/device';
import type { WebGPUInternals } from '../../../src/kernels/webgpuBackend';
import { parseCase, type GoldenCase } from '../cases';
import type { Verdict } from '../compare';
import { runCase } from '../runCase';

export interface GoldenPage {
  /** Starts WebGPU. @returns the adapter in words */
  start(): Promise<string>;
  /** @param weights files by name, base64 */
  runCase(text: string, weights: Record<string, string>): Promise<Verdict>;
}

declare global {
  interface Window {
    golden: GoldenPage;
  }
}

/** Programs of TensorFlow.js' own; `counters` counts them together with ours. */
let stockDispatches = 0;

function countStockDispatches(): void {
  const backend = tf.backend() as unknown as WebGPUInternals;
  const { runWebGPUProgram } = backend;
  backend.runWebGPUProgram = (...args) => {
    stockDispatches++;
    return runWebGPUProgram.apply(backend, args);
  };
}

const ownDispatches = () => counters.dispatches - stockDispatches;

const decode = (base64: string) => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));

/** Kernels have other shaders for hardware than for a software adapter; a test browser has one adapter, but runs both. */
const VARIANTS = [
  { name: 'shaders for software adapters', isSoftware: true },
  { name: 'shaders for hardware', isSoftware: false },
];

async function runVariant(golden: GoldenCase, { name, isSoftware }: (typeof VARIANTS)[number]): Promise<Verdict> {
  adapterTraits.isSoftware = isSoftware;
  const before = ownDispatches();
  const { worst, problems } = await runCase(golden);
  if (ownDispatches() === before) problems.push('no kernel of this project was dispatched');
  return { worst, problems: problems.map((problem) => `${problem} (${name})`) };
}

window.golden = {
  async start() {
    const { adapter } = await startEngine('webgpu');
    countStockDispatches();
    return adapter;
  },
  async runCase(text, weights) {
    const files = Object.fromEntries(Object.entries(weights).map(([name, base64]) => [name, decode(base64)]));
    const golden = parseCase(text, files);
    const verdict: Verdict = { worst: 0, problems: [] };
    for (const variant of VARIANTS) {
      const { worst, problems } = await runVariant(golden, variant);
      verdict.worst = Math.max(verdict.worst, worst);
      verdict.problems.push(...problems);
    }
    return verdict;
  },
};
