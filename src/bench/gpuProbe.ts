/**
 * Counts what any library asks of WebGPU, by standing between it and the classes of the API: dispatches, submits, maps for
 * reading, and the bytes of all buffers alive. The same ruler for every side.
 */

export interface GpuCounts {
  dispatches: number;
  submits: number;
  readbacks: number;
  /** Of buffers made and not yet destroyed; one that is only forgotten counts until the end. */
  bytes: number;
  bytesPeak: number;
}

const counts: GpuCounts = { dispatches: 0, submits: 0, readbacks: 0, bytes: 0, bytesPeak: 0 };

type Method = (this: object, ...args: unknown[]) => unknown;
type Prototype = Record<string, Method>;

/** Runs `before` whenever the method is called; the method itself stays as it was. */
function wrap(
  owner: { prototype: object },
  name: string,
  around: (args: unknown[], result: unknown, self: object) => void,
) {
  const prototype = owner.prototype as Prototype;
  const original = prototype[name];
  prototype[name] = function (...args) {
    const result = original.apply(this, args);
    around(args, result, this);
    return result;
  };
}

let isInstalled = false;

/** Call once the classes are there and before a device is asked for. Does nothing without WebGPU. */
export function installGpuProbe(): void {
  if (isInstalled || typeof GPUDevice === 'undefined') return;
  isInstalled = true;
  const count = () => counts.dispatches++;
  wrap(GPUComputePassEncoder, 'dispatchWorkgroups', count);
  wrap(GPUComputePassEncoder, 'dispatchWorkgroupsIndirect', count);
  wrap(GPUQueue, 'submit', () => counts.submits++);
  wrap(GPUBuffer, 'mapAsync', ([mode]) => {
    if (mode === GPUMapMode.READ) counts.readbacks++;
  });
  const sizes = new WeakMap<object, number>();
  wrap(GPUDevice, 'createBuffer', (_, buffer) => {
    const { size } = buffer as GPUBuffer;
    sizes.set(buffer as object, size);
    counts.bytes += size;
    counts.bytesPeak = Math.max(counts.bytesPeak, counts.bytes);
  });
  wrap(GPUBuffer, 'destroy', (_, __, buffer) => {
    counts.bytes -= sizes.get(buffer) ?? 0;
    sizes.delete(buffer);
  });
}

/** @returns the counts since the probe was installed; null where there is none */
export function gpuCounts(): GpuCounts | null {
  return isInstalled ? { ...counts } : null;
}

/** Forgets the peak so far, so that the next workload has its own. */
export function resetPeak(): void {
  counts.bytesPeak = counts.bytes;
}
