/** Runs golden cases on WebGPU inside the browser, one at a time, for `run.ts`. */
import * as tf from '@tensorflow/tfjs';
import { adapterTraits, type AdapterTraits } from '../../../src/kernels/adapter';
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

/** Whether the adapter has subgroups of four: shaders that use them do not compile elsewhere. */
let hasLanes = false;

/** Kernels have other shaders for other adapters; a test browser has one adapter, but runs them all. */
const VARIANTS: { name: string; traits: AdapterTraits }[] = [
  { name: 'shaders for software adapters', traits: { isSoftware: true, hasLanesOfFour: true } },
  { name: 'shaders for software adapters without subgroups', traits: { isSoftware: true, hasLanesOfFour: false } },
  { name: 'shaders for hardware', traits: { isSoftware: false, hasLanesOfFour: false } },
];

async function runVariant(golden: GoldenCase, { name, traits }: (typeof VARIANTS)[number]): Promise<Verdict> {
  Object.assign(adapterTraits, traits, { hasLanesOfFour: traits.hasLanesOfFour && hasLanes });
  const before = ownDispatches();
  const { worst, problems } = await runCase(golden);
  if (ownDispatches() === before) problems.push('no kernel of this project was dispatched');
  return { worst, problems: problems.map((problem) => `${problem} (${name})`) };
}

window.golden = {
  async start() {
    const { adapter } = await startEngine('webgpu');
    hasLanes = adapterTraits.hasLanesOfFour;
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
