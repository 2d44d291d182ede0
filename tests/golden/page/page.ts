/** Runs golden cases on WebGPU inside the browser, one at a time, for `run.ts`. */
import * as tf from '@tensorflow/tfjs';
import { counters } from '../../../src/kernels/counters';
import { startEngine } from '../../../src/kernels/device';
import type { WebGPUInternals } from '../../../src/kernels/dispatch';
import { parseCase } from '../cases';
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

window.golden = {
  async start() {
    const { adapter } = await startEngine('webgpu');
    countStockDispatches();
    return adapter;
  },
  async runCase(text, weights) {
    const files = Object.fromEntries(Object.entries(weights).map(([name, base64]) => [name, decode(base64)]));
    const before = ownDispatches();
    const verdict = await runCase(parseCase(text, files));
    if (ownDispatches() === before) verdict.problems.push('no kernel of this project was dispatched');
    return verdict;
  },
};
