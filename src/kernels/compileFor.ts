import * as tf from '@tensorflow/tfjs';
import { collectPipelines } from './pipelines';
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

/**
 * Compiles everything that `work` is going to dispatch, side by side instead of one after the other as it comes. For that
 * the work is done once without running anything on the device: its tensors hold nothing.
 */
export async function compileFor(work: () => void): Promise<void> {
  const backend = tf.backend() as unknown as WebGPUInternals;
  const waiting = [...collectPipelines(() => withoutRunning(work)), ...stockPipelines(backend)];
  const progress = { done: 0, total: waiting.length };
  if (progress.total === 0) return;
  listener?.({ ...progress });
  const count = () => {
    progress.done++;
    listener?.({ ...progress });
  };
  await Promise.all(waiting.map((compiled) => compiled.then(count)));
}

/** TensorFlow.js' own programs are compiled and not run while its flag is set. */
function withoutRunning(work: () => void): void {
  tf.env().set('WEBGPU_ENGINE_COMPILE_ONLY', true);
  try {
    work();
  } finally {
    tf.env().set('WEBGPU_ENGINE_COMPILE_ONLY', false);
  }
}

/** Its pipelines under way; each takes its place in the cache when it is there. */
function stockPipelines({ pipelineCache }: WebGPUInternals): Promise<void>[] {
  return Object.entries(pipelineCache).flatMap(([key, pipeline]) =>
    pipeline instanceof Promise
      ? [
          pipeline.then((compiled) => {
            pipelineCache[key] = compiled;
          }),
        ]
      : [],
  );
}
