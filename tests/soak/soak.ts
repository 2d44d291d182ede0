/** Trains one run after the other in one session, as a tab does that is never reloaded, and looks at its memory. */
import { readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import type { RunSettings } from '../../src/config/config';
import { engineBytes } from '../../src/kernels/device';
import type { RunPlan, WorkerEvent } from '../../src/worker/protocol';
import { Session } from '../../src/worker/session';
import type { MemorySample } from './growth';

export interface SoakOptions {
  /** Settings of run number `cycle`. */
  readonly settings: (cycle: number) => RunSettings;
  readonly plan: RunPlan;
  /** Seconds between two looks inside a run. */
  readonly everySeconds: number;
  /** Asked after each look: whether to go on. */
  readonly goesOn: (sample: MemorySample) => boolean;
}

const FINAL = ['done', 'stopped', 'failed'];

/** @returns the samples in order of time; those at the end of a run have stage `end` */
export async function soak({ settings, plan, everySeconds, goesOn }: SoakOptions): Promise<MemorySample[]> {
  const begun = performance.now();
  const samples: MemorySample[] = [];
  const state = { current: 'idle', stage: '', failure: '' };
  const session = new Session(
    async (path) => new Uint8Array(readFileSync(`public/${path}`)),
    (event: WorkerEvent) => {
      if (event.type === 'status') [state.current, state.stage] = [event.status.state, event.status.stage ?? ''];
      if (event.type === 'failed') state.failure = event.message;
    },
  );
  /** Between two steps, where nothing temporary is alive. */
  const look = (cycle: number, stage: string) =>
    session.between(async () => {
      globalThis.gc?.();
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      const sample = {
        seconds: (performance.now() - begun) / 1000,
        cycle,
        stage,
        tensors: tf.memory().numTensors,
        engineBytes: engineBytes(),
        heapBytes: heapUsed,
        bufferBytes: arrayBuffers,
      };
      samples.push(sample);
      return sample;
    });
  try {
    for (let cycle = 0; ; cycle++) {
      state.current = 'idle';
      await session.handle({ type: 'start', plan, settings: settings(cycle) });
      while (!FINAL.includes(state.current)) {
        await new Promise((resume) => setTimeout(resume, everySeconds * 1000));
        if (!FINAL.includes(state.current) && !goesOn(await look(cycle, state.stage))) return samples;
      }
      if (state.current !== 'done') throw new Error(`soak: run ${cycle} ended ${state.current}: ${state.failure}`);
      if (!goesOn(await look(cycle, 'end'))) return samples;
    }
  } finally {
    await session.close();
  }
}
