/** A session on WebGPU whose device is destroyed again and again, at seeded random moments. */
import * as tf from '@tensorflow/tfjs';
import { stream } from '../../src/data/random';
import { startEngine } from '../../src/kernels/device';
import type { WebGPUInternals } from '../../src/kernels/webgpuBackend';
import type { RunSnapshot, Stage, WorkerEvent } from '../../src/worker/protocol';
import { Session } from '../../src/worker/session';
import { tinySettings } from './tinySettings';

export interface LossPlan {
  seed: number;
  /** How often the device is destroyed; 0 is an ordinary run. */
  losses: number;
  /** How often it may happen in each stage, and on the average would: stages differ in length, and each should see it. */
  perStage: number;
  /** Longest wait after something was finished, so that it falls anywhere inside what comes next. */
  withinMs: number;
}

export interface LossOutcome {
  /** By stage, step and name, without those that time decides. */
  metrics: Record<string, number>;
  last: RunSnapshot;
  losses: Extract<WorkerEvent, { type: 'deviceLost' }>[];
  /** Stage and step at each destruction. */
  places: { stage: Stage | null; step: number }[];
  failures: string[];
}

/**
 * Plays the tiny run from nothing to its end.
 * @param read the files that ship with the app
 */
export async function playWithLosses(
  read: (path: string) => Promise<Uint8Array>,
  { seed, losses, perStage, withinMs }: LossPlan,
  overrides: typeof tinySettings.overrides = {},
): Promise<LossOutcome> {
  const random = stream(seed, 'test/device losses');
  const outcome: LossOutcome = { metrics: {}, last: undefined!, losses: [], places: [], failures: [] };
  let end: () => void;
  const ended = new Promise<void>((resolve) => (end = resolve));
  let at: { stage: Stage | null; step: number } = { stage: null, step: 0 };
  const seen = new Set<string>();
  let isPending = false;
  const destroyLater = () => {
    isPending = true;
    setTimeout(() => {
      outcome.places.push(at);
      (tf.backend() as unknown as WebGPUInternals).device.destroy();
    }, random.int(withinMs));
  };
  const post = (event: WorkerEvent) => {
    if (event.type === 'metrics') keepMetrics(outcome.metrics, event);
    else if (event.type === 'failed') outcome.failures.push(event.message);
    else if (event.type === 'deviceLost') {
      outcome.losses.push(event);
      isPending = false;
    } else if (event.type === 'status') {
      const { state, stage, step, totalSteps, activity } = event.status;
      // Where a run goes on it shows its last step once more: only what is new counts as progress.
      const place = `${stage} ${step} ${activity}`;
      const isProgress = state === 'running' && (step > 0 || activity !== null) && !seen.has(place);
      if (isProgress) seen.add(place);
      at = { stage, step };
      if (state === 'done' || state === 'failed') end();
      const inStage = outcome.places.filter((place) => place.stage === stage).length;
      const isLeft = outcome.places.length < losses && inStage < perStage && !isPending;
      if (isProgress && isLeft && random.chance(Math.min(1, perStage / Math.max(totalSteps, 1)))) destroyLater();
    }
  };
  const start = async () => {
    await startEngine('webgpu', { onLost: (error) => void session.noteLoss(error) });
  };
  const session: Session = new Session(read, post, {
    snapshotEveryMs: 0,
    restartEngine: start,
    onSnapshot: (snapshot) => void (outcome.last = snapshot),
  });
  await start();
  const settings = { ...tinySettings, overrides: { ...tinySettings.overrides, ...overrides } };
  await session.handle({ type: 'start', plan: 'scratch', settings });
  await ended;
  await session.close();
  return outcome;
}

function keepMetrics(
  metrics: LossOutcome['metrics'],
  { stage, steps, keys, values }: Extract<WorkerEvent, { type: 'metrics' }>,
): void {
  steps.forEach((step, s) =>
    keys.forEach((key, k) => {
      const value = values[s * keys.length + k];
      if (!key.startsWith('perf/') && !Number.isNaN(value)) metrics[`${stage} ${step} ${key}`] = value;
    }),
  );
}
