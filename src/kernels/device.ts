import * as tf from '@tensorflow/tfjs';
import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { DeviceError, outOfMemory } from '../config/errors';
import type { MemoryLimits } from '../config/memoryNeed';
import { adapterTraits } from './adapter';
import { counters } from './counters';
import { installCapture } from './capture';
import { DeviceMemory } from './deviceMemory';
import { clearTrouble, currentTrouble, reportTrouble } from './pipelines';
import type { WebGPUInternals } from './webgpuBackend';
import { startWasm, stopThreads } from './wasm/startWasm';
import type { ThreadHost } from './wasm/threadPool';

export const ENGINES = ['webgpu', 'wasm', 'cpu'] as const;
export type Engine = (typeof ENGINES)[number];

export interface EngineInfo {
  engine: Engine;
  /** Why this engine runs, in words. */
  reason: string;
  /** Adapter in words: "apple metal-3", "SwiftShader (software)"; the processor where there is none. */
  adapter: string;
  isSoftware: boolean;
  features: string[];
  /** What it allows of memory. */
  limits: MemoryLimits;
}

export interface EngineOptions {
  /** Where the wasm backend's binaries are served, by file name. Node finds them by itself. */
  wasmPaths?: Record<string, string>;
  /** Threads for the wasm engine; without them it computes with the caller's alone. */
  threads?: ThreadHost;
  /** Called once when the device goes away. */
  onLost?: (error: DeviceError) => void;
}

const WANTED_FEATURES = ['timestamp-query', 'shader-f16', 'subgroups'] as GPUFeatureName[];
const WANTED_LIMITS = [
  'maxStorageBuffersPerShaderStage',
  'maxStorageBufferBindingSize',
  'maxBufferSize',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupsPerDimension',
] as const;

function describeAdapter(adapter: GPUAdapter): { text: string; isSoftware: boolean } {
  const { vendor, architecture, device, description, isFallbackAdapter } = adapter.info as GPUAdapterInfo & {
    isFallbackAdapter?: boolean;
  };
  const words = [vendor, architecture, device, description].filter(Boolean).join(' ');
  const isSoftware =
    isFallbackAdapter === true || /swiftshader|llvmpipe|lavapipe|warp|basic render|software/i.test(words);
  return {
    text: isSoftware ? `${description || words || 'fallback adapter'} (software)` : words || 'unnamed adapter',
    isSoftware,
  };
}

/** Counts what TensorFlow.js' own ops do as well; ours are counted where they are dispatched. */
function countBackend(backend: WebGPUInternals): void {
  const { submitQueue, runWebGPUProgram } = backend;
  backend.submitQueue = () => {
    counters.submits++;
    submitQueue.call(backend);
  };
  backend.runWebGPUProgram = (...args) => {
    // While a step is only compiled nothing is run.
    if (!tf.env().getBool('WEBGPU_ENGINE_COMPILE_ONLY')) counters.dispatches++;
    return runWebGPUProgram.apply(backend, args);
  };
}

/** The device in use, until another engine start retires it. */
let deviceInUse: GPUDevice | null = null;

/** Frees the old backend and its device, which is then gone on purpose. */
function retireDevice(): void {
  const old = deviceInUse;
  deviceInUse = null;
  if (tf.findBackendFactory('webgpu')) tf.removeBackend('webgpu');
  old?.destroy();
}

async function startWebGPU(adapter: GPUAdapter, options: EngineOptions): Promise<string[]> {
  const requiredFeatures = WANTED_FEATURES.filter((feature) => adapter.features.has(feature));
  const requiredLimits = Object.fromEntries(WANTED_LIMITS.map((limit) => [limit, adapter.limits[limit]]));
  const device = await adapter.requestDevice({ requiredFeatures, requiredLimits });
  retireDevice();
  deviceInUse = device;
  clearTrouble();
  device.addEventListener('uncapturederror', (event) => {
    const { error } = event;
    // Whoever asked for the work is told; the console need not be.
    event.preventDefault();
    const isMemory = error instanceof GPUOutOfMemoryError;
    reportTrouble(
      isMemory
        ? outOfMemory(`the graphics device has none left (${error.message.trim()})`)
        : new DeviceError(`webgpu: ${error.message}`),
    );
  });
  void device.lost.then((info) => {
    if (device !== deviceInUse) return;
    const error = new DeviceError(
      `webgpu: the graphics device went away (${info.message || info.reason}). Reload to continue from the last save.`,
      'lost',
    );
    reportTrouble(error);
    options.onLost?.(error);
  });
  const backend = new WebGPUBackend(device, adapter.info);
  const internals = backend as unknown as WebGPUInternals;
  internals.bufferManager = new DeviceMemory(device);
  countBackend(internals);
  installCapture(internals);
  // Tiny tensors would otherwise be computed on the host and never reach the kernels under test.
  tf.env().set('WEBGPU_CPU_FORWARD', false);
  tf.env().set('WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE', 64);
  tf.registerBackend('webgpu', () => backend);
  await tf.setBackend('webgpu');
  return requiredFeatures;
}

async function findAdapter(): Promise<GPUAdapter | null> {
  const gpu = (globalThis.navigator as Navigator | undefined)?.gpu;
  return gpu ? gpu.requestAdapter({ powerPreference: 'high-performance' }) : null;
}

async function startCpu(): Promise<number> {
  stopThreads();
  await tf.setBackend('cpu');
  return 1;
}

/**
 * Starts the engine the kernels run on. `auto` takes WebGPU on a hardware adapter, else wasm: a software adapter is an
 * order of magnitude slower than wasm on the same processor.
 * @throws DeviceError when the engine asked for cannot be had; it never falls back silently
 */
export async function startEngine(choice: Engine | 'auto', options: EngineOptions = {}): Promise<EngineInfo> {
  if (options.wasmPaths) setWasmPaths(options.wasmPaths);
  // The threads are ours: those of the backend's threaded build would only do the few operations of its own.
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  const adapter = choice === 'auto' || choice === 'webgpu' ? await findAdapter() : null;
  const described = adapter ? describeAdapter(adapter) : null;
  if (choice === 'webgpu' || (choice === 'auto' && described && !described.isSoftware)) {
    if (!adapter || !described) {
      throw new DeviceError(
        'webgpu: no adapter found; use a browser with WebGPU, install a Vulkan driver, or choose the wasm engine.',
      );
    }
    stopThreads();
    const features = await startWebGPU(adapter, options);
    adapterTraits.isSoftware = described.isSoftware;
    adapterTraits.hasLanesOfFour = features.includes('subgroups') && adapter.info.subgroupMaxSize === 4;
    const reason = choice === 'webgpu' ? 'asked for' : 'chosen automatically: a hardware GPU is here';
    const { isSoftware, text } = described;
    return { engine: 'webgpu', reason, adapter: text, isSoftware, features, limits: memoryLimits() };
  }
  const engine = choice === 'cpu' ? 'cpu' : 'wasm';
  clearTrouble();
  const threads = engine === 'wasm' ? await startWasm(options.threads) : await startCpu();
  const why = described ? `the GPU here is simulated in software (${described.text})` : 'no WebGPU here';
  return {
    engine,
    reason: choice === 'auto' ? `chosen automatically: ${why}` : 'asked for',
    adapter:
      engine === 'wasm'
        ? `processor, WebAssembly SIMD, ${threads} ${threads === 1 ? 'thread' : 'threads'}`
        : 'processor, JavaScript',
    isSoftware: true,
    features: [],
    limits: memoryLimits(),
  };
}

/** The heap of the wasm engine has 32-bit addresses. */
const LARGEST_HEAP = 2 ** 32;

/** What the engine in use allows; how much memory a graphics card has no browser tells, so this machine's must do. */
export function memoryLimits(): MemoryLimits {
  const { deviceMemory } = (globalThis.navigator ?? {}) as Navigator & { deviceMemory?: number };
  // Browsers say 8 of every machine that has as much or more.
  const machine = deviceMemory && deviceMemory < 8 ? deviceMemory * 1e9 : undefined;
  if (tf.getBackend() === 'webgpu') {
    const { maxBufferSize, maxStorageBufferBindingSize } = deviceInUse!.limits;
    return { engine: 'webgpu', tensor: Math.min(maxBufferSize, maxStorageBufferBindingSize), total: machine };
  }
  if (tf.getBackend() === 'wasm') return { engine: 'wasm', total: Math.min(LARGEST_HEAP, machine ?? LARGEST_HEAP) };
  return { engine: 'cpu', total: machine };
}

/** A loss is announced a moment after work on the device begins to fail. */
const VERDICT_MS = 200;

/**
 * What is wrong with the device, if anything. Ask when work on it failed in a way of its own: a lost device refuses buffers
 * before it says that it is lost.
 */
export async function deviceTrouble(): Promise<DeviceError | null> {
  if (!deviceInUse) return null;
  await Promise.race([deviceInUse.lost, new Promise((resume) => setTimeout(resume, VERDICT_MS))]);
  return currentTrouble();
}

/** Bytes held by tensors on the engine. */
export function engineBytes(): number {
  const memory = tf.memory() as tf.MemoryInfo & { numBytesInGPU?: number };
  return memory.numBytesInGPU ?? memory.numBytes;
}
