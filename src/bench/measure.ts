/** Times one repetition of a prepared workload, in the thread that computes. */
import { gpuCounts, type GpuCounts } from './gpuProbe';
import type { Bout, Rep } from './side';

/** @param units done one after the other before the device is waited for */
export async function measureRep(bout: Bout, units: number, heapBytes: () => number | null = () => null): Promise<Rep> {
  const before = gpuCounts();
  const start = performance.now();
  for (let i = 0; i < units; i++) await bout.work();
  const encoded = performance.now();
  const handedIn = gpuCounts();
  const values = Array.from(await bout.result());
  const end = performance.now();
  const after = gpuCounts();
  const counted = (name: 'dispatches' | 'submits' | 'readbacks', until: GpuCounts | null) =>
    before && until ? (until[name] - before[name]) / units : 0;
  return {
    units,
    ms: (end - start) / units,
    encodeMs: (encoded - start) / units,
    dispatches: counted('dispatches', after),
    // The last commands often leave with the bench's own read, so its submit is among them; its readback is not.
    submits: counted('submits', after),
    readbacks: counted('readbacks', handedIn),
    // A side on the processor makes no buffers: nobody counts its bytes.
    bytesPeak: heapBytes() ?? (after?.bytesPeak || null),
    values,
  };
}
