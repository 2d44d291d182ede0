import * as tf from '@tensorflow/tfjs';
import { collectPipelines, collectPipelinesOf, compileFirst } from './pipelines';
import type { WebGPUInternals } from './webgpuBackend';

export interface CompileProgress {
  done: number;
  total: number;
}

let listener: ((progress: CompileProgress) => void) | undefined;

/** Who is told how far the compilation of a new step has come. */
export function watchCompiles(onProgress: ((progress: CompileProgress) => void) | undefined): void {
  listener = onProgress;
}

/** Compilations that each kind of step has to wait for, by device; none where all have ended. */
const found = new WeakMap<GPUDevice, Map<string, readonly Promise<void>[]>>();

/**
 * Compiles everything that `work` is going to dispatch, side by side instead of one after the other as it comes. For that
 * the work is done once without running anything on the device: its tensors hold nothing.
 * @param kind names all work that needs the same pipelines, so that it is looked through once on a device. A name that
 * says too little costs time, nothing else: a pipeline that is missing is compiled when it is dispatched
 */
export async function compileFor(kind: string, work: () => void): Promise<void> {
  const { device } = tf.backend() as unknown as WebGPUInternals;
  const waiting = kindsOn(device).get(kind) ?? lookThrough(kind, work).waiting;
  compileFirst(waiting);
  if (waiting.length > 0) await waitFor(waiting);
}

/** Does work once with every dispatch left out, and remembers under its kind what it will have to wait for. */
export function lookThrough<T>(kind: string, work: () => T): { result: T; waiting: readonly Promise<void>[] } {
  const backend = tf.backend() as unknown as WebGPUInternals;
  const kinds = kindsOn(backend.device);
  const { result, compiled } = collectPipelines(() => withoutRunning(work));
  const waiting = [...compiled, ...stockPipelines(backend)];
  kinds.set(kind, waiting);
  // Nobody may be waiting: the step that needs what failed will say so.
  void Promise.all(waiting).then(
    () => kinds.set(kind, []),
    () => undefined,
  );
  return { result, waiting };
}

function waitFor(waiting: readonly Promise<void>[]): Promise<unknown> {
  const progress = { done: 0, total: waiting.length };
  listener?.({ ...progress });
  const count = () => {
    progress.done++;
    listener?.({ ...progress });
  };
  return Promise.all(waiting.map((compiled) => compiled.then(count)));
}

/**
 * Does work without running anything on the device, so that its pipelines are compiled by the time it is done in earnest.
 * Tensors hold nothing and reads give zeros or, of whole numbers, ones meanwhile; nothing else may be computed until the
 * promise is kept, which is when everything has been found and long before everything is compiled.
 * @param options.inTurn leaves the processor to whoever comes: a little is compiled at a time, and nothing any more once a
 * step is done in earnest, which asks for what it needs
 * @returns the compilations under way or ahead then
 */
export async function rehearse(
  work: () => Promise<void>,
  { inTurn = false }: { inTurn?: boolean } = {},
): Promise<Promise<void>[]> {
  if (tf.getBackend() !== 'webgpu') return [];
  const backend = tf.backend() as unknown as WebGPUInternals;
  tf.env().set('WEBGPU_ENGINE_COMPILE_ONLY', true);
  try {
    const own = await collectPipelinesOf(work, inTurn);
    return [...new Set([...own, ...stockPipelines(backend), ...stockUnderWay(backend.device)])];
  } finally {
    tf.env().set('WEBGPU_ENGINE_COMPILE_ONLY', false);
  }
}

/** TensorFlow.js' own programs are compiled and not run while its flag is set. */
function withoutRunning<T>(work: () => T): T {
  const before = tf.env().getBool('WEBGPU_ENGINE_COMPILE_ONLY');
  tf.env().set('WEBGPU_ENGINE_COMPILE_ONLY', true);
  try {
    return work();
  } finally {
    tf.env().set('WEBGPU_ENGINE_COMPILE_ONLY', before);
  }
}

/**
 * Its pipelines under way; each takes its place in the cache when it is there. Until then the place is empty: the backend
 * refuses to run a program whose pipeline is a promise, but compiles one that it does not know.
 */
function stockPipelines({ device, pipelineCache }: WebGPUInternals): Promise<void>[] {
  const underWay = stockUnderWay(device);
  return Object.entries(pipelineCache).flatMap(([key, pipeline]) => {
    if (!(pipeline instanceof Promise)) return [];
    delete pipelineCache[key];
    const compiled = pipeline
      .then((made) => {
        pipelineCache[key] = made;
      })
      .finally(() => underWay.delete(compiled));
    underWay.add(compiled);
    return [compiled];
  });
}

const stock = new WeakMap<GPUDevice, Set<Promise<void>>>();

function stockUnderWay(device: GPUDevice): Set<Promise<void>> {
  let underWay = stock.get(device);
  if (!underWay) stock.set(device, (underWay = new Set()));
  return underWay;
}

function kindsOn(device: GPUDevice): Map<string, readonly Promise<void>[]> {
  let kinds = found.get(device);
  if (!kinds) found.set(device, (kinds = new Map()));
  return kinds;
}
